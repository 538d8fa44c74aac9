"""`codecite tables`: import official files, list them, look at them, remove them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.commands.common import JsonOption

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from bot.settings import Settings
    from corpus.importers.files import Report
    from corpus.importers.kinds import Edition
    from corpus.importers.load import Imported

KindArgument = Annotated[str, typer.Argument(metavar="KIND", help="Kind of official file; `auto` recognizes it.")]


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(
        name="tables",
        no_args_is_help=True,
        help="Import official files (CMS, NCCI, HCPCS, your CPT licence), list them.",
    )
    group.command("import")(import_tables)
    group.command("list")(list_tables)
    group.command()(show)
    group.command()(remove)
    app.add_typer(group)


def import_tables(
    kind: KindArgument,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files as published; ZIP archives too.")],
    effective: Annotated[
        str | None, typer.Option("--effective", metavar="DATE", help="First day of the edition, when no file tells it.")
    ] = None,
    allow_smaller: Annotated[
        bool, typer.Option("--allow-smaller", help="Accept an edition that is smaller than what is known.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Import official files into the database; each edition completely or not at all.

    The layout is recognized from the content. Damaged, incomplete and invented files are refused with the reason.
    Earlier editions stay for earlier dates of service; the same file twice changes nothing.

    Kinds: pfs-rvu, gpci, conversion-factor, pfs-locality, pfs-zip, hcpcs, hcpcs-modifiers, hcpcs-codes, ncci-ptp,
    ncci-mue, ncci-addon, telehealth, pos, carc-rarc, taxonomy, ama-cpt; or `auto`.

    Examples:
    - `codecite tables import auto rvu26d.zip`
    - `codecite tables import ncci-ptp ccipra-v323r0-f1.txt ccipra-v323r0-f2.txt ccipra-v323r0-f3.txt
      ccipra-v323r0-f4.txt` (all parts together)
    - `codecite tables import ama-cpt LONGULT.txt MEDU.txt SHORTU.txt --effective 2026-01-01`

    `codecite update status` says which editions are due and where to get them.
    """
    from bot.commands.common import parse_date, settings
    from corpus.importers.load import AUTO, import_files
    from corpus.knowledge import Knowledge

    _kind(kind, AUTO)
    held = settings()
    start = parse_date(effective, "--effective")
    done: list[Imported] = []
    try:
        with database(held) as engine, refusals(), reading() as report:
            knowledge = Knowledge(held.corpus)
            options: dict[str, Any] = {"effective": start, "allow_smaller": allow_smaller, "report": report}
            for result in import_files(engine, kind, files, knowledge, **options):
                done.append(result)
    finally:
        # What is stored stays stored when a later file is refused, so it is told in any case.
        if not as_json:
            for result in done:
                typer.echo(_told(result))
    if as_json:
        typer.echo(json.dumps([{"outcome": each.outcome, **as_data(each.edition)} for each in done], indent=2))


def _told(result: Imported) -> str:
    edition = result.edition
    words = {
        "new": "Imported",
        "replaced": "Replaced the same edition with another file:",
        "held": "Already held, unchanged:",
    }
    until = f" to {edition.effective_to}" if edition.effective_to else ""
    return (
        f"{words[result.outcome]} {edition.kind} {edition.edition}, {edition.rows:,} rows, in force from "
        f"{edition.effective_from}{until} ({edition.layout})."
    )


def _kind(name: str, *more: str) -> None:
    """Refuse a kind that does not exist."""
    from bot.commands.common import nearest
    from bot.errors import OptionError
    from corpus.importers import KINDS

    known = (*KINDS, *more)
    if name not in known:
        hint = f"Kinds: {', '.join(known)}."
        raise OptionError("KIND", name, nearest=nearest(name, known), hint=hint)


@contextmanager
def database(held: Settings) -> Iterator[Engine]:
    """The database of imported files, closed afterwards."""
    from corpus.database import open_database

    engine = open_database(held.official_url)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def refusals() -> Iterator[None]:
    """A refused file ends with the exit code of bad input files."""
    from bot.errors import InputFileError
    from corpus.errors import OfficialFileError

    try:
        yield
    except OfficialFileError as error:
        column = f"column {error.column}: " if error.column else ""
        raise InputFileError(error.path, f"{column}{error.problem}", line=error.line, hint=error.hint) from None


@contextmanager
def reading() -> Iterator[Report]:
    """A progress bar over the bytes read; nothing when standard error is no terminal."""
    from bot.commands.common import stderr

    console = stderr()
    if not console.is_terminal:
        yield lambda _done, _total: None
        return
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("reading", total=None)

        def report(done: int, total: int) -> None:
            step = "storing and checking" if total and done >= total else "reading"
            bar.update(task, completed=done, total=total or None, description=step)

        yield report


def as_data(edition: Edition) -> dict[str, Any]:
    """An edition as plain data."""
    return {
        "kind": edition.kind,
        "edition": edition.edition,
        "effective_from": edition.effective_from.isoformat(),
        "effective_to": edition.effective_to.isoformat() if edition.effective_to else None,
        "rows": edition.rows,
        "files": list(edition.files),
        "sha256": edition.sha256,
        "layout": edition.layout,
        "importer": edition.importer,
        "imported_at": edition.imported_at,
    }


def list_tables(as_json: JsonOption = False) -> None:
    """List the imported editions."""
    from bot.commands.common import settings
    from corpus.official import Official

    official = Official(settings().official_url)
    held = official.editions
    official.close()
    if as_json:
        typer.echo(json.dumps([as_data(edition) for edition in held], indent=2))
        return
    if not held:
        typer.echo("Nothing is imported. The shipped tables answer; `codecite update status` lists their editions.")
        return
    _print(held)


def _print(held: tuple[Edition, ...]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("Kind", "Edition", "In force", "Rows", "Imported"):
        table.add_column(name, justify="right" if name == "Rows" else "left", overflow="fold")
    for edition in held:
        span = f"{edition.effective_from} to {edition.effective_to or 'the next'}"
        table.add_row(edition.kind, edition.edition, span, f"{edition.rows:,}", edition.imported_at[:10])
    Console(highlight=False).print(table)


def show(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="Kind of official file.")],
    key: Annotated[
        str | None, typer.Argument(metavar="[KEY]", help="Code, MAC or other first key of its rows.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show the editions of one kind, or the rows of one code in each of them.

    Examples:
    - `codecite tables show hcpcs E1130`
    - `codecite tables show ncci-mue`
    """
    from bot.commands.common import settings
    from bot.errors import UsageError
    from corpus.official import Official

    _kind(kind)
    official = Official(settings().official_url)
    editions = [edition for edition in official.editions if edition.kind == kind]
    if not editions:
        hint = f"Import it: codecite tables import {kind} FILE. Where to get it: codecite update status."
        raise UsageError(f"no edition of {kind} is imported", hint=hint)
    found = [{**as_data(edition), **({"found": _found(official, edition, key)} if key else {})} for edition in editions]
    official.close()
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return
    for edition in found:
        typer.echo(f"{edition['kind']} {edition['edition']}: {edition['rows']:,} rows, sha256 {edition['sha256'][:16]}")
        typer.echo(f"  files {', '.join(edition['files'])}; {edition['layout']}; imported {edition['imported_at']}")
        for row in edition.get("found", ()):
            typer.echo("  " + "; ".join(f"{name}: {value}" for name, value in row.items() if value not in (None, "")))


_SHOWN = 25


def _found(official: Any, edition: Edition, key: str) -> list[dict[str, Any]]:
    """The first rows of an edition whose first key column is `key`, in any case."""
    from corpus.importers import KINDS

    column = KINDS[edition.kind].key[0]
    return list(official.rows_with(edition, column, key.upper())[:_SHOWN])


def remove(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="Kind of official file.")],
    edition: Annotated[str, typer.Argument(metavar="EDITION", help="Edition as `codecite tables list` shows it.")],
) -> None:
    """Remove one imported edition with all of its rows.

    Example: `codecite tables remove ncci-ptp 2024Q3`
    """
    from bot.commands.common import settings
    from bot.errors import UsageError
    from corpus.importers.load import remove as drop

    _kind(kind)
    with database(settings()) as engine:
        gone = drop(engine, kind, edition)
    if gone is None:
        raise UsageError(f"{kind} {edition} is not held", hint="`codecite tables list` shows what is.")
    typer.echo(f"Removed {gone.kind} {gone.edition} with its {gone.rows:,} rows.")
