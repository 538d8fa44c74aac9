"""A code's standing on a date as sentences: active, deleted and replaced, not yet in force, reworded, unknown."""

from __future__ import annotations

from datetime import date

from bot.answer import AnswerWarning
from bot.evidence import Claim, Finding, from_row
from bot.findings.advice import advice
from bot.rules.status import CodeReport, report
from bot.understand.fillers import FILLERS
from corpus.knowledge import Knowledge
from corpus.rows import Code, HistoryEvent
from index.lexical import tokenize


def status_finding(knowledge: Knowledge, code: str, on: date) -> Finding:
    """How `code` stands on the date of service `on`; the first sentence is the bottom line."""
    found = report(knowledge, code, on)
    match found.state:
        case "deleted":
            return _deleted(knowledge, found)
        case "not_yet_effective":
            return _not_yet(knowledge, found)
        case "active":
            return _active(knowledge, found)
        case _:
            return _unknown(knowledge, found)


def _deleted(knowledge: Knowledge, found: CodeReport) -> Finding:
    row = found.row
    assert row is not None, "a deleted code has a row"
    on = found.on.isoformat()
    ended = f"its last valid day was {row.effective_to}" if row.effective_to else "its last valid day is not known"
    text = f"{row.code} is a deleted code and no longer valid: {ended} ({row.label})."
    columns = ("code", "status", "effective_to", "label", "replaced_by", "replacement_condition")
    evidence = from_row(knowledge, row, columns)
    claims = [Claim(text, (evidence,))]
    if found.successors:
        named = "; ".join(f"{after.code} ({after.label})" for after in found.successors)
        labels = tuple(from_row(knowledge, after, ("code", "label")) for after in found.successors)
        claims.append(Claim(f"It was replaced by {named}.", (evidence, *labels)))
    if found.condition:
        claims.append(Claim(f"Condition for the replacement: {_sentence(found.condition)}", (evidence,)))
    claims += _notes(knowledge, found.successors)
    codes = [advice(knowledge, row.code, "rejected", found.on, why=f"deleted; not valid on {on}")]
    codes += [advice(knowledge, after.code, "alternative", found.on) for after in found.successors]
    warning = AnswerWarning(kind="deleted_code", text=text, codes=(row.code,))
    return Finding(tuple(claims), tuple(codes), (warning,), verdict="no", rule="status")


def _notes(knowledge: Knowledge, rows: tuple[Code, ...]) -> list[Claim]:
    """Who reports the successors: a successor is often for other people than the asker."""
    return [
        Claim(f"{row.code} requires: {_sentence(row.requires)}", (from_row(knowledge, row, ("code", "requires")),))
        for row in rows
        if row.requires
    ][:1]


def _not_yet(knowledge: Knowledge, found: CodeReport) -> Finding:
    row = found.row
    assert row is not None, "a code with a first day has a row"
    evidence = from_row(knowledge, row, ("code", "effective_from", "label"))
    on = found.on.isoformat()
    text = f"{row.code} did not exist on that date: it takes effect on {row.effective_from}."
    claims = [Claim(text, (evidence,))]
    codes = [advice(knowledge, row.code, "rejected", found.on, why=f"not yet in force on {on}")]
    for before in found.predecessors:
        cells = from_row(knowledge, before, ("code", "label", "effective_from", "effective_to", "replaced_by"))
        span = f"valid until {before.effective_to}" if before.effective_to else "valid then"
        claims.append(Claim(f"On that date the code was {before.code} ({span}).", (cells,)))
        codes.append(advice(knowledge, before.code, "alternative", found.on))
    warning = AnswerWarning(kind="stale_premise", text=text, codes=(row.code,))
    return Finding(tuple(claims), tuple(codes), (warning,), verdict="no", rule="status")


def _active(knowledge: Knowledge, found: CodeReport) -> Finding:
    row = found.row
    assert row is not None, "an active code has a row"
    since = f", since {row.effective_from}" if row.effective_from else ""
    evidence = from_row(knowledge, row, ("code", "status", "effective_from", "effective_to"))
    until = f", until {row.effective_to}" if row.effective_to else ""
    state = "was an active code on that date" if row.status == "deleted" else "is still an active code"
    claims = [Claim(f"{row.code} {state}{since}{until}.", (evidence,))]
    if row.effective_to and found.successors:
        today = knowledge.codes.get(row.code)
        named = "; ".join(f"{after.code} ({after.label})" for after in found.successors)
        labels = tuple(from_row(knowledge, after, ("code", "label")) for after in found.successors)
        cells = from_row(knowledge, today, ("code", "effective_to", "replaced_by"))
        text = f"{row.effective_to} was the last valid day of {row.code}; after it came {named}."
        claims.append(Claim(text, (cells, *labels)))
    claims += [_event(knowledge, event) for event in found.past if event.event == "redefined"]
    return Finding(tuple(claims), (advice(knowledge, row.code, "mentioned", found.on),), verdict="yes", rule="status")


def _event(knowledge: Knowledge, event: HistoryEvent) -> Claim:
    cells = from_row(knowledge, event, ("code", "event", "date", "what_changed"))
    when = f" on {event.date}" if event.date else ""
    return Claim(f"{event.code} changed{when}: {_sentence(event.what_changed)}", (cells,))


def _unknown(knowledge: Knowledge, found: CodeReport) -> Finding:
    neighbour = knowledge.neighbours.get(found.code)
    if neighbour is None:
        return Finding(rule="status")
    evidence = from_row(knowledge, neighbour, ("code", "field", "what_it_is"))
    text = f"{neighbour.code} belongs to another field, {neighbour.field}: {_sentence(neighbour.what_it_is)}"
    warning = AnswerWarning(kind="unknown_code", text=text, codes=(found.code,))
    return Finding((Claim(text, (evidence,)),), warnings=(warning,), rule="status")


def premise_finding(knowledge: Knowledge, code: str, on: date, message: str) -> Finding:
    """Whether the words of `message` describe what `code` means on `on` or what it meant at another time.

    Compares the message with each edition of the code's wording. Words that fit another edition better are a stale
    premise: the wording of the date is told first, with verdict no; words that fit the edition of the date better are
    confirmed with verdict yes. Empty when nothing tells.
    """
    asked = set(tokenize(message)) - FILLERS
    row = knowledge.codes.find(code, on)
    if row is None:
        return Finding(rule="premise")
    others = [other for other in _editions(knowledge, code) if _differs(row, other)]
    if not others:
        return Finding(rule="premise")
    mine = _fit(asked, row, others)
    best = max(others, key=lambda other: _fit(asked, other, [row]), default=None)
    if best is not None and max(_fit(asked, best, [row]), mine) >= 1:
        return _told(knowledge, row, stale=_fit(asked, best, [row]) > mine, on=on)
    return Finding(rule="premise")


_ANOTHER_MEANING = 0.4


def _differs(row: Code, other: Code) -> bool:
    """Whether two editions of a code mean different things: their wordings share few words."""
    mine, its = (set(tokenize(f"{each.label} {each.official_descriptor or ''}")) for each in (row, other))
    return len(mine & its) / len(mine | its) < _ANOTHER_MEANING


def _editions(knowledge: Knowledge, code: str) -> list[Code]:
    today = knowledge.codes.get(code)
    held = [edition.applied_to(today) for edition in knowledge.codes.editions if edition.code == code]
    return [today, *held]


def _fit(asked: set[str], row: Code, against: list[Code]) -> int:
    """How many words of the message are in this edition's wording and in none of the others'."""
    own = set(tokenize(f"{row.label} {row.official_descriptor or ''}"))
    other = {stem for each in against for stem in tokenize(f"{each.label} {each.official_descriptor or ''}")}
    return len(asked & (own - other))


def _told(knowledge: Knowledge, row: Code, *, stale: bool, on: date) -> Finding:
    columns = ("code", "official_descriptor") if row.official_descriptor else ("code", "label")
    wording = (row.official_descriptor or row.label).rstrip(".")
    claims = [Claim(f"On that date {row.code} means: {wording}.", (from_row(knowledge, row, columns),))]
    events = [event for event in knowledge.codes.events(row.code) if event.event == "redefined"]
    claims += [_event(knowledge, event) for event in events]
    if row.note:
        claims.append(Claim(f"{row.code}: {row.note}", (from_row(knowledge, row, ("code", "note")),)))
    if not stale:
        return Finding(tuple(claims), (advice(knowledge, row.code, "mentioned", on),), verdict="yes", rule="premise")
    warning = AnswerWarning(kind="stale_premise", text=claims[-1].text, codes=(row.code,))
    codes = (advice(knowledge, row.code, "mentioned", on),)
    return Finding(tuple(claims), codes, (warning,), verdict="no", rule="premise")


def _sentence(text: str) -> str:
    return text if text.rstrip().endswith((".", "?", "!")) else f"{text.rstrip()}."
