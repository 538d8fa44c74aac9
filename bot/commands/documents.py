"""`codecite documents`: bring documents of your own, list, show and remove them, compare them with the tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.commands.common import DateOption, JsonOption

if TYPE_CHECKING:
    from bot.own.library import About, Added, Library, Refused
    from corpus.own.store import OwnDocument

EXAMPLES = """
Examples:

    codecite documents add aetna-manual.pdf --payer aetna --effective 2026-01-01

    codecite documents add ~/policies                      (a folder, with its folders)

    codecite documents add page.html --title "Billing page"

    codecite documents list

    codecite documents check aetna-manual
"""

CHECK_EXAMPLES = """
Exit codes: 0 nothing is wrong, 1 at least one claim is outdated or contradicts the tables, 2 no such document.

Examples:

    codecite documents check                               (every document)

    codecite documents check aetna-manual --all

    codecite documents check aetna-manual --json
"""


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(
        name="documents",
        no_args_is_help=True,
        rich_markup_mode="markdown",
        epilog="Read are PDF, DOCX, HTML, Markdown, TXT and CSV. Everything stays on this machine.",
        help="Your own documents: manuals, contracts, web pages. Answers may cite them, marked as yours.",
    )
    group.command(epilog=EXAMPLES)(add)
    group.command(name="list")(list_)
    group.command()(show)
    group.command()(remove)
    group.command(epilog=CHECK_EXAMPLES)(check)
    app.add_typer(group)


def _library() -> Library:
    from bot.commands.common import settings
    from bot.own.library import open_library

    return open_library(settings())


def add(
    paths: Annotated[list[str], typer.Argument(metavar="FILE|FOLDER...", help="Files, or folders of files.")],
    title: Annotated[str | None, typer.Option("--title", help="Title, for one file. Default: the file's own.")] = None,
    publisher: Annotated[str | None, typer.Option("--publisher", help="Who published it.")] = None,
    payer: Annotated[
        str | None, typer.Option("--payer", "-p", metavar="PAYER", help="Payer it belongs to, for example aetna.")
    ] = None,
    effective: Annotated[
        str | None, typer.Option("--effective", metavar="DATE", help="First date of service that it is for.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Take documents in; the same file twice is one document, a changed file takes the place of the old one.

    Only passages that changed are read into the search. A file that cannot be read (encrypted, damaged, empty, a
    scan, too large) is refused with the reason and leaves nothing behind: exit code 4.
    """
    from bot.commands.common import building
    from bot.errors import UsageError
    from bot.own.library import Refused

    named = [Path(path).expanduser() for path in paths]
    if address := next((path for path in paths if "://" in path), None):
        raise UsageError(
            f"{address} is an address, not a file", hint="Save the page in your browser as HTML, then add that file."
        )
    if title is not None and (len(named) > 1 or named[0].is_dir()):
        raise UsageError("--title is for one file", hint="Leave it out for folders: each file has a title of its own.")
    about = _about(title, publisher, payer, effective)
    library = _library()
    results: list[Added | Refused] = []
    with building() as progress:
        for path in named:
            results += _taken_in(library, path, about, alone=len(named) == 1, progress=progress)
    _tell(results, as_json=as_json)
    if any(isinstance(result, Refused) and not result.skipped for result in results):
        raise typer.Exit(4)


def _about(title: str | None, publisher: str | None, payer: str | None, effective: str | None) -> About:
    from bot.commands.common import knowledge, parse_date, parse_payer
    from bot.own.library import About

    slug = parse_payer(payer, knowledge()) if payer else payer
    return About(title, publisher, slug, parse_date(effective, "--effective"))


def _taken_in(library: Library, path: Path, about: About, *, alone: bool, progress: Any) -> list[Added | Refused]:
    from bot.own.library import Refused, add_folder, as_input_error
    from corpus.errors import DocumentError

    if path.is_dir():
        return list(add_folder(library, path, about, progress))
    try:
        return [library.add(path, about, progress=progress)]
    except DocumentError as error:
        if alone:
            raise as_input_error(error) from None
        return [Refused(str(path), error.problem, error.hint, skipped=False)]


def _tell(results: list[Added | Refused], *, as_json: bool) -> None:
    import json

    from bot.own.library import Added, Refused

    if as_json:
        rows = [
            {"outcome": row.outcome, **_facts(row.document), "embedded": row.embedded, "reused": row.reused}
            if isinstance(row, Added)
            else {
                "outcome": "skipped" if row.skipped else "refused",
                "origin": row.origin,
                "problem": row.problem,
                "hint": row.hint,
            }
            for row in results
        ]
        typer.echo(json.dumps(rows, indent=2))
        return
    for row in results:
        if isinstance(row, Added):
            typer.echo(_told(row))
    for refused in (row for row in results if isinstance(row, Refused)):
        typer.echo(f"{'skipped' if refused.skipped else 'refused':<10} {refused.origin}: {refused.problem}")
        if refused.hint:
            typer.echo(f"           {refused.hint}")
    if not results:
        typer.echo("There is no file in this folder.")
    elif len(results) > 1:
        counts: dict[str, int] = {}
        for row in results:
            word = row.outcome if isinstance(row, Added) else "skipped" if row.skipped else "refused"
            counts[word] = counts.get(word, 0) + 1
        typer.echo(", ".join(f"{count} {word}" for word, count in counts.items()) + ".")
    if any(isinstance(row, Added) and row.outcome != "unchanged" for row in results):
        typer.echo("Next: `codecite documents check` compares what they say with the tables.")


def _told(added: Added) -> str:
    document = added.document
    size = f"{document.pages} pages, " if document.pages else ""
    work = f", {added.embedded} read in" + (f", {added.reused} unchanged" if added.reused else "")
    work = work if added.outcome in ("added", "replaced") else ""
    return f"{added.outcome:<10} {document.id}: {document.title} ({size}{document.excerpts} passages{work})"


def _facts(document: OwnDocument) -> dict[str, Any]:
    from dataclasses import asdict

    facts = asdict(document)
    facts["effective_from"] = document.effective_from.isoformat() if document.effective_from else None
    return facts


def list_(as_json: JsonOption = False) -> None:
    """List the documents with their pages, passages, payer and dates."""
    import json

    held = _library().documents()
    if as_json:
        typer.echo(json.dumps([_facts(document) for document in held], indent=2))
        return
    if not held:
        typer.echo("No documents yet. Add one: codecite documents add FILE")
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("Id", "Title", "Format", "Pages", "Passages", "Payer", "Effective", "Added"):
        table.add_column(name, justify="right" if name in ("Pages", "Passages") else "left", overflow="fold")
    for row in held:
        effective = row.effective_from.isoformat() if row.effective_from else ""
        pages = str(row.pages) if row.pages else ""
        table.add_row(row.id, row.title, row.format, pages, str(row.excerpts), row.payer, effective, row.added_at[:10])
    Console(highlight=False).print(table)


def show(
    document: Annotated[str, typer.Argument(metavar="DOCUMENT", help="Id, title or file name.")],
    text: Annotated[bool, typer.Option("--text", help="Print the words of every passage.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show one document: where it comes from, its versions, its sections; with --text all its words."""
    import json

    library = _library()
    found = library.get(document)
    parts = library.store.excerpts(found.id)
    versions = library.store.versions(found.id)
    if as_json:
        facts = _facts(found)
        facts["versions"] = [{"version": v.version, "sha256": v.sha256, "at": v.at} for v in versions]
        facts["passages"] = [
            {"ref": p.ref, "page": p.excerpt.page, "section": p.excerpt.section, "text": p.excerpt.text} for p in parts
        ]
        typer.echo(json.dumps(facts, indent=2))
        return
    _describe(found, [f"{v.version}: {v.at[:16].replace('T', ' ')}, sha256 {v.sha256[:12]}" for v in versions])
    section = None
    for part in parts:
        if part.excerpt.section != section:
            section = part.excerpt.section
            page = f"p. {part.excerpt.page}" if part.excerpt.page is not None else ""
            typer.echo(f"  {page:<8}{section or '(no heading)'}")
        if text:
            typer.echo(f"\n    [{part.ref}]\n    " + part.excerpt.text.replace("\n", "\n    ") + "\n")


def _describe(document: OwnDocument, versions: list[str]) -> None:
    typer.echo(f"{document.title}  [{document.id}]")
    facts = {
        "File": f"{document.origin} ({document.format}, {document.size:,} bytes)",
        "Publisher": document.publisher,
        "Payer": document.payer,
        "Effective": document.effective_from.isoformat() if document.effective_from else "",
        "Pages": str(document.pages or ""),
        "Passages": str(document.excerpts),
        "Read with": f"converter {document.parser}, encoder {document.encoder}",
        "Versions": "; ".join(versions),
    }
    for name, value in facts.items():
        if value:
            typer.echo(f"  {name:<11}{value}")
    typer.echo("\nSections")


def remove(
    document: Annotated[str, typer.Argument(metavar="DOCUMENT", help="Id, title or file name.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Remove a document with every trace of it; the words are overwritten in the database."""
    library = _library()
    found = library.get(document)
    if not yes:
        typer.confirm(f"Remove {found.title} ({found.excerpts} passages)?", abort=True)
    library.remove(found)
    typer.echo(f"Removed {found.id}: {found.title}")


def check(
    document: Annotated[
        str | None, typer.Argument(metavar="[DOCUMENT]", help="Id, title or file name. Default: every document.")
    ] = None,
    date: DateOption = None,
    everything: Annotated[bool, typer.Option("--all", "-a", help="Print also what agrees, claim by claim.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Compare what documents assert with the code table, the time table, NCCI pairs and amounts.

    Every code, time, unit rule, date and amount that can be compared is told as *agrees*, *outdated* (with what
    replaced it), *contradicts*, or *not known to us*, with page, exact words and our evidence. What cannot be told for
    certain is left out rather than reported.
    """
    import datetime as dt
    import json

    from bot.commands.common import knowledge, parse_date
    from bot.own.report import as_json as told
    from bot.own.report import compare

    on = parse_date(date) or dt.date.today()
    library = _library()
    wanted = [library.get(document)] if document else list(library.documents())
    held = knowledge()
    reports = [compare(held, row, library.store.excerpts(row.id), on) for row in wanted]
    if as_json:
        typer.echo(json.dumps([told(report) for report in reports], indent=2))
    elif not reports:
        typer.echo("No documents yet. Add one: codecite documents add FILE")
    else:
        from rich.console import Console

        from bot.own.show_report import print_report

        console = Console(highlight=False)
        for report in reports:
            print_report(console, report, everything=everything)
    if any(report.wrong for report in reports):
        raise typer.Exit(1)
