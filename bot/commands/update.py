"""`codecite update status`: which official editions are held, which are due, where to get them."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.commands.common import JsonOption

if TYPE_CHECKING:
    from corpus.calendar import Standing

STYLES = {"current": "green", "due": "bold yellow", "not held": "dim", "no calendar": "dim"}


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(name="update", no_args_is_help=True, help="Say which official editions are held and due.")
    group.callback()(_group)
    group.command()(status)
    app.add_typer(group)


def _group() -> None:
    """Say which official editions are held and which are due."""


def status(
    day: Annotated[
        str | None, typer.Option("--date", "-d", metavar="DATE", help="Day to look at. Default: today.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Say for every official file which edition is held, which one is due, and where to get it.

    Held are the editions in the shipped tables and those you imported. Due is the newest one that the publisher's
    calendar puts in force on the day. Nothing is downloaded: fetch the file, then `codecite tables import auto FILE`.

    Examples:
    - `codecite update status`
    - `codecite update status --date 2027-01-02 --json`
    """
    from bot.commands.common import knowledge, parse_date
    from corpus.calendar import standings

    held = knowledge()
    on = parse_date(day) or date.today()
    found = standings(held, on)
    held.official.close()
    if as_json:
        typer.echo(json.dumps({"date": on.isoformat(), "files": [as_data(each) for each in found]}, indent=2))
    else:
        _print(found, on)


def as_data(each: Standing) -> dict[str, Any]:
    """One standing as plain data."""
    return {
        "kind": each.row.kind,
        "title": each.row.title,
        "publisher": each.row.publisher,
        "cadence": each.row.cadence,
        "state": each.state,
        "shipped": each.shipped.isoformat() if each.shipped else None,
        "shipped_table": each.row.table,
        "imported": [edition.edition for edition in each.imported],
        "due": each.due.isoformat() if each.due else None,
        "next": each.following.isoformat() if each.following else None,
        "page": each.row.page,
        "note": each.row.note or "",
    }


def _print(found: tuple[Standing, ...], on: date) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    table = Table(box=None, pad_edge=False, header_style="bold", title=f"Official files on {on}", title_justify="left")
    for name in ("Kind", "Shipped", "Imported", "Due", "State", "Next"):
        table.add_column(name, overflow="fold")
    for each in found:
        shipped = each.name(each.shipped) if each.shipped else "-"
        imported = ", ".join(edition.edition for edition in each.imported) or "-"
        due = each.name(each.due) if each.due else "-"
        state = f"[{STYLES[each.state]}]{each.state}[/]"
        table.add_row(each.row.kind, shipped, imported, due, state, str(each.following or "-"))
    console.print(table)
    wanted = [each for each in found if each.state == "due"]
    if not wanted:
        console.print("\nEverything that is held is current.")
        return
    console.print("\n[bold]Due[/]: download, then `codecite tables import auto FILE...`")
    for each in wanted:
        edition = each.name(each.due) if each.due else ""
        console.print(f"  [bold]{each.row.kind}[/] {edition}: {each.row.title}, {each.row.publisher}")
        console.print(f"    {each.row.page}", soft_wrap=True)
        if each.row.note:
            console.print(f"    [dim]{each.row.note}[/]")
