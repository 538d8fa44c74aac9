"""`codecite check 90837 90785 96127x2`: would this claim be paid, what must change, and why."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.commands.common import DateOption, JsonOption, PayerOption

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from bot.rules.claim import Issue, Report
    from corpus.knowledge import Knowledge

STYLES = {"deny": "bold red", "warn": "bold yellow", "info": "bold cyan"}
WORDS = {"deny": "DENY", "warn": "CHECK", "info": "NOTE"}
_QUOTE = 220


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(check)


def check(
    lines: Annotated[
        list[str] | None,
        typer.Argument(metavar="LINES...", help="Claim lines: a code with units (x2) and modifiers (-25)."),
    ] = None,
    day: DateOption = None,
    payer: PayerOption = None,
    pos: Annotated[str | None, typer.Option("--pos", metavar="POS", help="Place of service of all lines.")] = None,
    modifier: Annotated[
        list[str] | None, typer.Option("--modifier", "-m", metavar="MOD", help="Modifier of all lines; repeatable.")
    ] = None,
    minutes: Annotated[
        list[str] | None,
        typer.Option("--minutes", metavar="CODE=MIN", help="Documented minutes of a code's service; repeatable."),
    ] = None,
    performer: Annotated[
        str | None, typer.Option("--performer", metavar="WHO", help="Credential of the performer: lcsw, np, md ...")
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", "-f", metavar="CSV", help="Claim lines from a CSV file.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Check claim lines of one patient, practitioner and date against every rule that is held.

    Codes, dates, add-ons, NCCI pairs, unit limits, minutes, modifiers, place of service, telehealth, who may bill and
    Medicare status; each finding has its evidence and a suggested correction. Exit code 1 when a line would deny.

    A CSV file has a column `code` and any of claim, date, units, modifiers, pos, minutes, payer, performer.

    Examples:
    - `codecite check 90837 90785 96127x2 --payer medicare --pos 10 --minutes 90837=55 --performer lcsw`
    - `codecite check 99213-25 0592T --payer medicare`
    - `codecite check --file claims.csv --json`
    """
    from bot.commands.claims import parse_lines, parse_minutes, parse_modifiers, parse_performer, read_claims
    from bot.commands.common import knowledge, parse_date, parse_payer
    from bot.errors import UsageError
    from bot.rules.check import check as run
    from bot.rules.claim import Claim, Line, with_details

    if bool(lines) == bool(file):
        raise UsageError("Give claim lines or --file, one of the two.", hint="Example: codecite check 90837 90785")
    held = knowledge()
    on = parse_date(day) or date.today()
    who = parse_performer(performer, held)
    bare = with_details(parse_lines(lines or ()), parse_minutes(minutes or ()), parse_modifiers(modifier or ()), pos)
    default = Claim(bare or (Line("", pos=pos),), on, parse_payer(payer, held), who, received=date.today())
    claims = read_claims(file, default, held) if file else (default,)
    reports = [run(held, claim) for claim in claims]
    if as_json:
        typer.echo(json.dumps(as_data(held, reports), indent=2))
    else:
        _print(reports)
    if any(report.denies for report in reports):
        raise typer.Exit(1)


def as_data(knowledge: Knowledge, reports: list[Report]) -> dict[str, Any]:
    """The reports as plain data: one entry a claim with its lines and issues, each issue with its evidence."""
    from bot.toolbox import claim_report

    claims = [claim_report(knowledge, report).model_dump(mode="json") for report in reports]
    return {"denies": any(report.denies for report in reports), "claims": claims}


def _print(reports: list[Report]) -> None:
    from rich.console import Console

    console = Console(highlight=False)
    for report in reports:
        for part in render(report):
            console.print(part)


def render(report: Report) -> Iterator[RenderableType]:
    """One claim as rich renderables: its lines, its issues and the bottom line."""
    from rich.table import Table
    from rich.text import Text

    claim = report.claim
    about = ", ".join(
        part for part in (f"date of service {claim.on}", claim.payer or "", claim.performer or "") if part
    )
    yield Text(f"Claim, {about}", style="bold")
    table = Table(box=None, padding=(0, 2), header_style="dim")
    for name in ("line", "code", "units", "modifiers", "pos", "minutes"):
        table.add_column(name, justify="right" if name in ("line", "units", "minutes") else "left")
    for number, line in enumerate(claim.lines, start=1):
        shown = "" if line.minutes is None else str(line.minutes)
        table.add_row(str(number), line.code, str(line.units), " ".join(line.modifiers), line.pos or "", shown)
    yield table
    for issue in report.issues:
        yield from _shown(issue)
    yield _bottom_line(report)


def _shown(issue: Issue) -> Iterator[RenderableType]:
    from rich.padding import Padding
    from rich.text import Text

    where = f" (line {', '.join(map(str, issue.lines))})" if issue.lines else ""
    yield Text.assemble((f"{WORDS[issue.severity]:<6}", STYLES[issue.severity]), issue.text, (where, "dim"))
    if issue.fix:
        yield Padding(Text.assemble(("Do: ", "bold"), issue.fix), (0, 0, 0, 6))
    for evidence in issue.evidence[:2]:
        quote = evidence.quote if len(evidence.quote) <= _QUOTE else f"{evidence.quote[:_QUOTE]}..."
        yield Padding(Text(f"{evidence.title} [{evidence.ref}]: {quote}", style="dim"), (0, 0, 0, 6))


def _bottom_line(report: Report) -> RenderableType:
    from rich.text import Text

    lines = {number for issue in report.of("deny") for number in issue.lines}
    if report.denies:
        what = f"{len(lines)} of {len(report.claim.lines)} lines would deny." if lines else "The claim would deny."
        return Text(f"{what}\n", style="bold red")
    if report.of("warn"):
        return Text("Nothing denies by the rules held; read what to check before sending.\n", style="bold yellow")
    return Text(
        "No rule that is held stands against this claim. That is not a promise of payment.\n", style="bold green"
    )
