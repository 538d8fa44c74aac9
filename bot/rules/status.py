"""Whether a code may be reported on a date of service, what happened to it, and what replaced it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from bot.evidence import Evidence, from_row
from corpus.knowledge import Knowledge
from corpus.rows import Code, HistoryEvent
from corpus.tables import CodeStatus


@dataclass(frozen=True, slots=True)
class CodeReport:
    """One code on one date of service.

    `successors` are codes active on the date that replaced it, valid only under `condition` when that is given;
    `past` and `coming` are events on or before and after the date; `redefined` are changes of meaning after the date
    whose earlier wording is not held (today's row then describes it with care); `beyond_horizon` means that the date
    lies past what the knowledge covers.
    """

    code: str
    on: date
    state: CodeStatus
    row: Code | None
    successors: tuple[Code, ...]
    predecessors: tuple[Code, ...]
    condition: str
    past: tuple[HistoryEvent, ...]
    coming: tuple[HistoryEvent, ...]
    redefined: tuple[HistoryEvent, ...]
    neighbour: str
    beyond_horizon: bool
    evidence: tuple[Evidence, ...]


def report(knowledge: Knowledge, code: str, on: date) -> CodeReport:
    """What is known of `code` on a date of service; an unknown code gives state `unknown`, never an error."""
    row = knowledge.codes.find(code, on)
    neighbour = knowledge.neighbours.get(code)
    state = knowledge.codes.status(code, on)
    events = knowledge.codes.events(code)
    past = tuple(event for event in events if event.date is None or event.date <= on)
    return CodeReport(
        code=code,
        on=on,
        state=state,
        row=row,
        successors=knowledge.codes.successors(code, on) if state == "deleted" else _later(knowledge, row),
        predecessors=knowledge.codes.predecessors(code, on) if state == "not_yet_effective" else (),
        condition=(row.replacement_condition or "") if row is not None and state == "deleted" else "",
        past=past,
        coming=tuple(event for event in events if event.date is not None and event.date > on),
        redefined=undescribed(knowledge, code, on),
        neighbour=neighbour.what_it_is if neighbour is not None else "",
        beyond_horizon=on > knowledge.coverage.horizon,
        evidence=_evidence(knowledge, row, past),
    )


def _later(knowledge: Knowledge, row: Code | None) -> tuple[Code, ...]:
    """What came after a code that was active on the date and has been deleted since, as of the first day without it."""
    today = knowledge.codes.find(row.code) if row is not None else None
    if today is None or today.effective_to is None:
        return ()
    return knowledge.codes.successors(today.code, today.effective_to + timedelta(days=1))


def undescribed(knowledge: Knowledge, code: str, on: date) -> tuple[HistoryEvent, ...]:
    """Redefinitions between `on` and the horizon whose earlier wording is not held; later ones are only announced."""
    if knowledge.codes.edition(code, on) is not None:
        return ()
    horizon = knowledge.coverage.horizon
    return tuple(event for event in knowledge.codes.redefined_after(code, on) if event.date and event.date <= horizon)


def first_problem(knowledge: Knowledge, codes: tuple[str, ...], on: date) -> CodeReport | None:
    """The report of the first of `codes` that is not active on `on`, or None when all are."""
    return next((report(knowledge, code, on) for code in codes if knowledge.codes.status(code, on) != "active"), None)


def _evidence(knowledge: Knowledge, row: Code | None, events: tuple[HistoryEvent, ...]) -> tuple[Evidence, ...]:
    if row is None:
        return ()
    columns = ("code", "status", "effective_from", "effective_to", "replaced_by", "replacement_condition", "label")
    found = [from_row(knowledge, knowledge.codes.get(row.code), columns, f"Code table, {row.code}")]
    found += [
        from_row(knowledge, event, ("code", "event", "date", "what_changed", "replaced_by"), f"History of {row.code}")
        for event in events
        if event.event != "revalued"
    ]
    return tuple(found)
