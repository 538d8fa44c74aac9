"""`codecite code 0592T`: everything held about one code, without search and without a model."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.common import DateOption, JsonOption

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import RenderableType
    from rich.table import Table
    from rich.text import Text

    from bot.codepage import CodePage, CodeRef, SourceRef, StatementRef
    from bot.officialpage import OfficialPage

SHOWN_STATEMENTS = 6
SHOWN_RELATED = 8
STATUS_STYLE = {"active": "green", "deleted": "red", "not_yet_effective": "yellow", "unknown": "yellow"}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(code)


def code(
    asked: Annotated[str, typer.Argument(metavar="CODE", help="CPT or HCPCS Level II code, in any case.")],
    day: DateOption = None,
    everything: Annotated[bool, typer.Option("--all", "-a", help="Show every statement and related code.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show all that is held about one code on a date of service.

    Descriptor and its source, status and history, time, who and supervision, Medicare status and amounts, unit limit,
    telehealth, add-ons, related codes, statements and sources.

    Examples:
    - `codecite code 0592T`
    - `codecite code 96150 --date 2019-06-01` (a code as it was)
    - `codecite code "group coaching"` (names codes that may be meant)
    - `codecite code 90837 --json`
    """
    from bot.codepage import code_page
    from bot.commands.common import knowledge, parse_date
    from bot.officialpage import official_page

    held, on = knowledge(), parse_date(day) or date.today()
    beyond = official_page(held, asked, on)
    if beyond is not None:
        _print_official(beyond, as_json)
        return
    page = code_page(held, asked, on)
    if as_json:
        typer.echo(page.model_dump_json(indent=2))
        return
    from rich.console import Console

    console = Console(highlight=False)
    for part in render(page, everything):
        console.print(part)


def _print_official(page: OfficialPage, as_json: bool) -> None:
    """The page of a code that only imported official files know."""
    from rich.console import Console
    from rich.text import Text

    if as_json:
        typer.echo(page.model_dump_json(indent=2))
        return
    since = f" since {page.added}" if page.added else ""
    until = f", last day {page.effective_to}" if page.effective_to else ""
    console = Console(highlight=False)
    console.print(Text.assemble((page.code, "bold cyan"), ("  " + page.descriptor, "bold")))
    console.print(Text(page.descriptor_source, style="dim"))
    style = f"bold {STATUS_STYLE[page.status]}"
    console.print(Text.assemble((page.status.replace("_", " "), style), f" on {page.on}{since}{until}"))
    console.print(Text.assemble(("! ", "bold yellow"), page.notice), "")
    amounts = [
        f"{setting} ${amount}"
        for setting, amount in (("office", page.office_amount), ("facility", page.facility_amount))
        if amount is not None
    ]
    if page.medicare_status:
        told = ", ".join(amounts) or page.medicare_meaning
        console.print(f"[bold]Medicare[/]     status {page.medicare_status}; {told} (national, {page.fee_schedule})")
    if page.unit_limit is not None:
        indicator = f"indicator {page.unit_indicator}; edition {page.unit_edition}"
        console.print(f"[bold]Unit limit[/]   {page.unit_limit} a day ({indicator})")
    if page.addon_to:
        console.print(f"[bold]Add-on to[/]    {', '.join(page.addon_to)} (edition {page.addon_edition})")


def render(page: CodePage, everything: bool = False) -> Iterator[RenderableType]:
    """The page as rich renderables, top to bottom; long lists are cut unless `everything`."""
    from rich.text import Text

    yield _head(page)
    for notice in page.notices:
        yield Text.assemble(("! ", "bold yellow"), notice)
    yield ""
    yield _facts(page, everything)
    shown = page.statements if everything else page.statements[:SHOWN_STATEMENTS]
    if shown:
        yield Text(f"\nWhat is said about it ({len(page.statements)} statements)", style="bold")
        yield from (_statement(statement) for statement in shown)
    if len(shown) < len(page.statements):
        yield Text(f"  {len(page.statements) - len(shown)} more with --all", style="dim")
    if page.sources:
        yield Text("\nSources of the facts", style="bold")
        yield from (_source(held, everything) for held in page.sources)
    yield Text(f"\nKnowledge {page.knowledge}, covers dates of service to {page.horizon}.", style="dim")


def _head(page: CodePage) -> Text:
    from rich.text import Text

    since = f" since {page.effective_from}" if page.effective_from and page.status == "active" else ""
    until = f", last day {page.effective_to}" if page.effective_to else ""
    starts = f", first day {page.effective_from}" if page.effective_from and page.status == "not_yet_effective" else ""
    return Text.assemble(
        (page.code, "bold cyan"),
        ("  " + page.descriptor, "bold"),
        (f"\n{page.descriptor_source}", "dim"),
        "\n",
        (page.status.replace("_", " "), f"bold {STATUS_STYLE[page.status]}"),
        f" on {page.on}{since}{until}{starts} · {page.system} · {page.family}: {page.service}",
    )


def _facts(page: CodePage, everything: bool) -> Table:
    from rich.table import Table

    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, text in _lines(page, everything):
        if text:
            grid.add_row(name, text)
    return grid


def _lines(page: CodePage, everything: bool) -> Iterator[tuple[str, str]]:
    replacement = f"\nonly when: {page.replacement_condition}" if page.replacement_condition else ""
    if page.replaced_by:
        yield "Replaced by", _codes(page.replaced_by) + replacement
    yield "Time", page.time.text
    yield "", "\n".join(_ladder(page))
    yield "One unit", _joined(page.time.unit, page.time.unit_meaning)
    least = f", at least {page.min_participants}" if page.min_participants else ""
    yield "Participants", _joined(page.participants, page.participants_meaning) + least
    yield "Who", ", ".join(page.performed_by)
    yield "Supervision", _joined(page.supervision, page.supervision_meaning)
    yield "Needs", page.requires
    yield f"Medicare {page.medicare.year}", "\n".join(_medicare(page))
    if limit := page.unit_limit:
        hard = f" (indicator {limit.indicator}: {limit.meaning})" if limit.indicator else ""
        yield "Unit limit", f"{limit.units} a day{hard}; edition {limit.edition}"
    telehealth = page.telehealth
    basis = _aside(telehealth.basis) if everything or telehealth.video == "unknown" else ""
    yield (
        f"Telehealth {telehealth.year}",
        f"Medicare by video: {telehealth.video}{basis}; audio only: {telehealth.audio_only}",
    )
    yield "Add-on to", _codes(page.addon_to, None if everything else SHOWN_RELATED)
    yield "Add-ons", _codes(page.addons, None if everything else SHOWN_RELATED)
    yield "Replaces", _codes(page.replaces)
    yield "Related", _codes(page.related, None if everything else SHOWN_RELATED)
    yield "Note", page.note
    yield "History", "\n".join(f"{event.date or 'date unknown'}  {event.event}: {event.text}" for event in page.history)


def _ladder(page: CodePage) -> Iterator[str]:
    for span in page.time.ladder:
        bills = span.bills or "nothing to bill"
        yield f"{span.minutes_from}-{span.minutes_to} {span.measure}: {bills} ({span.convention})"


def _medicare(page: CodePage) -> Iterator[str]:
    held = page.medicare
    status = held.payable + (f" (status {held.status})" if held.status else "")
    amounts = [
        f"{setting} ${amount}"
        for setting, amount in (("office", held.office_amount), ("facility", held.facility_amount))
        if amount is not None
    ]
    yield status if amounts else _joined(status or "not held", held.meaning)
    if amounts or held.amount_note:
        line = ", ".join(part for part in (*amounts, held.amount_note) if part)
        yield f"{line}{_aside(f'national amount, {held.edition}') if amounts else ''}"


def _joined(term: str, meaning: str) -> str:
    return f"{term}: {meaning}" if term and meaning else term


def _aside(text: str) -> str:
    return f" ({text})" if text else ""


def _codes(refs: Iterable[CodeRef], limit: int | None = None) -> str:
    held = tuple(refs)
    lines = [
        f"{ref.code}  {ref.descriptor}" + (f" [{ref.status.replace('_', ' ')}]" if ref.status != "active" else "")
        for ref in held[:limit]
    ]
    if limit is not None and len(held) > limit:
        lines.append(f"{len(held) - limit} more with --all")
    return "\n".join(lines)


def _statement(statement: StatementRef) -> RenderableType:
    from rich.padding import Padding
    from rich.text import Text

    dates = " ".join(
        part
        for part in (
            f"from {statement.effective_from}" if statement.effective_from else "",
            f"to {statement.effective_to}" if statement.effective_to else "",
        )
        if part
    )
    payer = "" if statement.payer == "any" else statement.payer
    detail = ", ".join(part for part in (statement.id, statement.kind, payer, statement.tier, dates) if part)
    caveat = f" Check: {statement.caveat}" if statement.caveat else ""
    return Padding(
        Text.assemble(statement.text, (caveat, "italic"), (f"  [{detail}]", "dim")), (0, 0, 0, 2), expand=False
    )


def _source(held: SourceRef, everything: bool) -> RenderableType:
    from rich.padding import Padding
    from rich.text import Text

    address = f"\n{held.url}" if everything and held.url else ""
    title = (held.title, f"link {held.url}" if held.url else "")
    return Padding(
        Text.assemble(title, (f"  {held.publisher}, {held.as_of or 'undated'}{address}", "dim")), (0, 0, 0, 2)
    )
