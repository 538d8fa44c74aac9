"""An Answer in the terminal: bottom line first, then what to bill, what to heed, and what proves it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bot.answer import Answer, AnswerWarning, Assumption, Citation, CodeAdvice, Sentence
from bot.channels.render import (
    ROLES,
    STATES,
    STATUSES,
    STOPPING,
    TIERS,
    VERDICTS,
    WARNINGS,
    effective_range,
    facts_in_force,
    safe_url,
    slot_name,
)

WIDE = 90
"""Columns from which the codes are shown as a table."""

STATE_STYLE = {"active": "green", "deleted": "red", "not_yet_effective": "yellow", "unknown": "yellow"}
ROLE_STYLE = {"recommended": "bold green", "alternative": "yellow", "rejected": "red", "mentioned": "dim"}


FEW_SOURCES = 2
FEW_CODES = 3
"""Codes that are only mentioned, shown in full when no other code is."""


def show(console: Console, answer: Answer, everything: bool = False) -> None:
    """Print the Answer; long lists are cut unless `everything`."""
    for part in answer_view(answer, everything):
        console.print(part)


def answer_view(answer: Answer, everything: bool = False) -> Iterator[RenderableType]:
    """The Answer as rich renderables, top to bottom; `everything` shows all sources with their addresses."""
    if label := STATUSES[answer.status]:
        yield Text(label, style="yellow")
    yield _bottom_line(answer)
    for sentence in answer.sentences[1:]:
        yield _indented(_sentence(sentence))
    told = tuple(row for row in answer.codes if everything or row.role != "mentioned") or answer.codes[:FEW_CODES]
    if told:
        yield _Codes(told)
    if rest := [row.code for row in answer.codes if row not in told]:
        yield _indented(Text(f"Also mentioned: {', '.join(rest)}", style="dim"))
    yield from (_warning(warning) for warning in answer.warnings)
    if answer.clarify:
        yield Text.assemble("\n", ("? ", "bold cyan"), (answer.clarify.question, "bold"))
        yield from (_indented(Text(option)) for option in answer.clarify.options)
    if answer.more:
        yield Text("\nMore", style="bold")
        yield from (_indented(_sentence(sentence)) for sentence in answer.more)
    if answer.citations:
        yield Text("\nSources", style="bold")
        yield from (citation_view(citation, everything) for citation in answer.citations)
    yield footer(answer)


def sources_view(answer: Answer) -> Iterator[RenderableType]:
    """Only the sources, with addresses."""
    for citation in answer.citations:
        yield citation_view(citation, everything=True)
    if not answer.citations:
        yield Text("The last answer cites nothing.", style="dim")


def why_view(answer: Answer) -> Iterator[RenderableType]:
    """Sentence by sentence the exact words that support it, then the facts that were used and assumed."""
    by_number = {citation.n: citation for citation in answer.citations}
    for sentence in (*answer.sentences, *answer.more):
        yield _sentence(sentence)
        for n in sentence.citations:
            if citation := by_number.get(n):
                yield Padding(Text(f"[{n}] {citation.ref}: {citation.quote}", style="dim"), (0, 0, 0, 4), expand=False)
    for code in answer.codes:
        if code.why:
            yield Text(f"{code.code}: {code.why}")
    yield Text("\nFacts: " + "; ".join(f"{name}: {value}" for name, value in facts_in_force(answer)))
    yield from (_assumption(row) for row in answer.assumptions)
    yield Text("Knowledge: " + "; ".join(f"{key}: {value}" for key, value in answer.knowledge.items()), style="dim")


def citation_view(citation: Citation, everything: bool = False) -> RenderableType:
    """One citation: where it stands, how strong it is, when it holds, its exact words and the sources behind it.

    With `everything`, all sources and their addresses; else the first few, linked where the terminal can.
    """
    where = " › ".join(part for part in (citation.title, citation.section) if part)
    details = ", ".join(part for part in (TIERS[citation.tier], citation.ref, effective_range(citation)) if part)
    lines: list[RenderableType] = [
        Text.assemble((f"[{citation.n}] ", "bold cyan"), where, (f"  {details}", "dim")),
        _indented(Text(f"“{citation.quote}”", style="italic"), 4),
    ]
    if citation.caveat:
        lines.append(_indented(Text(f"Check: {citation.caveat}", style="yellow"), 4))
    shown = citation.sources if everything else citation.sources[:FEW_SOURCES]
    for source in shown:
        url = safe_url(source.url)
        dated = f", {source.as_of}" if source.as_of else ""
        text = Text.assemble((source.title, f"link {url}" if url else ""), f", {source.publisher}{dated}", style="dim")
        lines.append(_indented(text, 4))
        if everything and url:
            lines.append(_indented(Text(url, style="dim"), 4))
    if more := len(citation.sources) - len(shown):
        lines.append(_indented(Text(f"and {more} more", style="dim"), 4))
    return Padding(Group(*lines), (0, 0, 0, 2), expand=False)


def footer(answer: Answer) -> RenderableType:
    """The date that the answer is for, what was assumed, and how far the knowledge reaches."""
    horizon = answer.knowledge.get("horizon", "")
    reach = f" Knowledge to {horizon}." if horizon else ""
    lines = [_assumption(row) for row in answer.assumptions]
    lines.append(Text(f"For date of service {answer.as_of}.{reach}", style="dim"))
    return Padding(Group(*lines), (1, 0, 0, 0), expand=False)


def _bottom_line(answer: Answer) -> Text:
    first = answer.sentences[0] if answer.sentences else Sentence(text=answer.answer)
    text = Text()
    if answer.verdict and not first.text.lower().startswith(VERDICTS[answer.verdict].lower()):
        text.append(f"{VERDICTS[answer.verdict]}. ", style="bold cyan")
    return text.append(first.text, style="bold").append_text(_marks(first))


def _sentence(sentence: Sentence) -> Text:
    return Text(sentence.text).append_text(_marks(sentence))


def _marks(sentence: Sentence) -> Text:
    return Text("".join(f" [{n}]" for n in sentence.citations), style="cyan")


class _Codes:
    """The codes: a table where the terminal is wide enough, else a block for each."""

    def __init__(self, codes: Iterable[CodeAdvice]) -> None:
        self._rows = tuple(codes)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Padding(self._table() if options.max_width >= WIDE else self._blocks(), (1, 0, 0, 2), expand=False)

    def _table(self) -> Table:
        """Columns that no code fills are left out."""
        columns = {
            "Code": [Text(row.code, style="bold") for row in self._rows],
            "": [Text(ROLES[row.role], style=ROLE_STYLE[row.role]) for row in self._rows],
            "Units": [Text("" if row.units is None else str(row.units)) for row in self._rows],
            "Modifiers": [Text(", ".join(row.modifiers)) for row in self._rows],
            "Place": [Text(", ".join(row.pos)) for row in self._rows],
            "Status": [Text(STATES[row.status], style=STATE_STYLE[row.status]) for row in self._rows],
            "Amount": [Text(row.amount) for row in self._rows],
            "What it is": [_descriptor(row) for row in self._rows],
        }
        filled = {name: cells for name, cells in columns.items() if any(cell.plain for cell in cells)}
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", show_edge=False)
        for name in filled:
            table.add_column(name, overflow="fold", no_wrap=name in ("Code", "", "Units", "Status"))
        for cells in zip(*filled.values(), strict=True):
            table.add_row(*cells)
        return table

    def _blocks(self) -> Table:
        grid = Table.grid(padding=(0, 2, 0, 0))
        for row in self._rows:
            facts = (
                STATES[row.status],
                "" if row.units is None else f"units {row.units}",
                f"modifiers {', '.join(row.modifiers)}" if row.modifiers else "",
                f"place of service {', '.join(row.pos)}" if row.pos else "",
                row.amount,
            )
            rest = "; ".join(fact for fact in facts if fact)
            lead = Text.assemble((ROLES[row.role], ROLE_STYLE[row.role]), f": {rest}\n")
            grid.add_row(Text(row.code, style="bold"), lead.append_text(_descriptor(row)))
        return grid


def _descriptor(row: CodeAdvice) -> Text:
    why = f"\n{row.why}" if row.why else ""
    return Text.assemble(row.descriptor, why, (f"\n{row.descriptor_source}", "dim"))


def _warning(warning: AnswerWarning) -> RenderableType:
    style = "bold red" if warning.kind in STOPPING else "bold yellow"
    return Padding(Text.assemble((f"{WARNINGS[warning.kind]}: ", style), warning.text), (1, 0, 0, 2), expand=False)


def _assumption(row: Assumption) -> Text:
    why = f" ({row.why})" if row.why else ""
    return Text(f"Assumed {slot_name(row.slot).lower()}: {row.value}{why}", style="dim")


def _indented(text: RenderableType, by: int = 2) -> Padding:
    return Padding(text, (0, 0, 0, by), expand=False)
