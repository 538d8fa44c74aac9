"""What the question takes for granted and is not so: corrected before anything else is said."""

from __future__ import annotations

from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

from bot.answer import AnswerWarning, Verdict
from bot.decide.case import Case
from bot.evidence import Finding, statement_claim
from bot.findings.advice import advice
from bot.findings.status import status_finding
from bot.guard.cues import Phrases, normal
from corpus.guard_rows import Premise
from corpus.knowledge import Knowledge

_PARTS = ("about", "also", "says")
_ENDED, _DOUBTED = "premise-ended", "premise-doubted"
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class _Told:
    """A row with its phrases compiled; None where it asks for none."""

    row: Premise
    parts: tuple[Phrases, ...]
    unless: Phrases | None
    yes_to: Phrases | None

    def fits(self, flat: str) -> bool:
        """Whether a normalized message takes this for granted."""
        if self.unless is not None and self.unless.found(flat):
            return False
        return all(phrases.found(flat) for phrases in self.parts)


_held: WeakKeyDictionary[Knowledge, tuple[_Told, ...]] = WeakKeyDictionary()


def stale_premise_rule(case: Case) -> Finding | None:
    """The statements that correct what the turn takes for granted; an active code called deleted counts as such."""
    flat = normal(case.question.text)
    for told in _compiled(case.knowledge):
        if _concerns(case, told.row) and told.fits(flat):
            found = _corrected(case, told, flat)
            if found is not None:
                return found
    return _still_active(case)


def _compiled(knowledge: Knowledge) -> tuple[_Told, ...]:
    if knowledge not in _held:
        _held[knowledge] = tuple(
            _Told(
                row,
                tuple(Phrases(getattr(row, part)) for part in _PARTS if getattr(row, part)),
                Phrases(row.unless) if row.unless else None,
                Phrases(row.yes_to) if row.yes_to else None,
            )
            for row in knowledge.premises
        )
    return _held[knowledge]


def _concerns(case: Case, row: Premise) -> bool:
    """Whether a correction for the row's payers says something of the payer asked about; without one it does."""
    rules = case.knowledge.rules
    if case.payer is None or rules.fits(case.payer, row.payers):
        return True
    return rules.medicare_rules(case.payer) and any(rules.medicare_rules(payer) for payer in row.payers)


def _corrected(case: Case, told: _Told, flat: str) -> Finding | None:
    held = [case.knowledge.statements.get(name) for name in told.row.statements]
    rows = [row for row in held if row.applies_on(case.on)][:_SHOWN]
    if not rows or rows[0].id != told.row.statements[0]:
        return None  # on that date it was not so, or not known
    warning = AnswerWarning(kind="stale_premise", text=rows[0].text, codes=rows[0].codes)
    allowed = told.yes_to is not None and told.yes_to.found(flat)
    verdict: Verdict = "yes" if allowed or _doubted(case, flat) else "no"
    claims = tuple(statement_claim(case.knowledge, row) for row in rows)
    return Finding(claims, warnings=(warning,), verdict=verdict, rule="premise")


def _doubted(case: Case, flat: str) -> bool:
    """Whether it is asked if what others say is out of date: then the correction means yes."""
    words = [row.phrase for row in case.knowledge.phrases if row.slot == _DOUBTED]
    return bool(words) and Phrases(words).found(flat)


def _still_active(case: Case) -> Finding | None:
    """An active code of which the message says, and does not ask, that it was deleted."""
    words = tuple(row.phrase for row in case.knowledge.phrases if row.slot == _ENDED)
    if case.question.polar or len(case.active) != 1 or case.active != case.codes or not words:
        return None
    flat, code = normal(case.question.text), case.active[0]
    if not Phrases(f"{code} {said}" for said in words).found(flat):
        return None
    found = status_finding(case.knowledge, code, case.on)
    warning = AnswerWarning(kind="stale_premise", text=found.claims[0].text, codes=(code,))
    mentioned = advice(case.knowledge, code, "mentioned", case.on)
    return replace(found, codes=(mentioned,), warnings=(warning,), verdict="no", rule="premise")
