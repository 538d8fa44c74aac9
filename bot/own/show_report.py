"""The contradiction report on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.own.judged import Judged
from bot.own.report import COUNTED, WORDS, Report

if TYPE_CHECKING:
    from rich.console import Console

_STYLES = {"outdated": "yellow", "contradicts": "red", "unknown": "dim", "agrees": "green"}
_MARKS = {"outdated": "!", "contradicts": "x", "unknown": "?", "agrees": "="}
_FEW = 12


def print_report(console: Console, report: Report, *, everything: bool = False) -> None:
    """Print a report: what is wrong in full, what is not known as codes, what agrees as a count (or all of it)."""
    from rich.text import Text

    document = report.document
    title = Text.assemble((document.title, "bold"), f"  [{document.id}], for date of service {report.on}")
    console.print(title)
    shown = [f"{count} {COUNTED[standing]}" for standing, count in report.counts.items() if count]
    console.print(f"  {', '.join(shown) or 'nothing in it could be compared with the tables'}\n", highlight=False)
    for found in report.wrong:
        _print(console, found)
    unknown = report.standing("unknown")
    if everything:
        for found in (*unknown, *report.standing("agrees")):
            _print(console, found)
    elif unknown:
        codes = list(dict.fromkeys(code for found in unknown for code in found.codes))
        more = f" and {len(codes) - _FEW} more" if len(codes) > _FEW else ""
        console.print(f"? Not known to us: {', '.join(codes[:_FEW])}{more}", style="dim", highlight=False)
        console.print("  These are in no table of ours, which says nothing about them.\n", style="dim")


def _print(console: Console, found: Judged) -> None:
    from rich.padding import Padding
    from rich.text import Text

    style = _STYLES[found.standing]
    where = found.said.held.excerpt.where
    head = Text.assemble(
        (f"{_MARKS[found.standing]} {WORDS[found.standing]}", f"bold {style}"),
        (f"  {', '.join(found.codes) or found.says}", "bold"),
        f"  {found.says}" if found.codes else "",
        (f"  ({where})" if where else "", "dim"),
    )
    console.print(head)
    lines = [f"It says: “{found.said.text}”"]
    if found.ours:
        lines.append(f"We hold: {found.ours}")
    for line in lines:
        console.print(Padding(Text(line), (0, 0, 0, 4)))
    for item in found.evidence if found.wrong else ():
        console.print(Padding(Text(f"{item.tier}: {item.title} [{item.ref}]", style="dim"), (0, 0, 0, 4)))
    console.print()
