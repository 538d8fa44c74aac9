"""What the rules look at, and how their findings are put together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from bot.answer import Assumption
from bot.evidence import Finding
from bot.question import Question
from bot.rules.select import codes_of
from corpus.knowledge import Knowledge


@dataclass(frozen=True, slots=True)
class Case:
    """What the rules look at: the question, the date of service and the knowledge."""

    knowledge: Knowledge
    question: Question
    on: dt.date

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of the tables that the turn or the conversation is about, but for those said to be absent."""
        return tuple(mention.code for mention in self.question.facts.codes if not mention.negated)

    @property
    def active(self) -> tuple[str, ...]:
        """Those of `codes` that may be reported on the date."""
        return tuple(code for code in self.codes if self.knowledge.codes.status(code, self.on) == "active")

    @property
    def service_codes(self) -> tuple[str, ...]:
        """The base codes of the named service that are active on the date."""
        rows = [row for row in self.knowledge.services if row.service == self.question.facts.service]
        codes = dict.fromkeys(code for row in rows for code in codes_of(self.knowledge, row))
        return tuple(code for code in codes if self.knowledge.codes.status(code, self.on) == "active")

    @property
    def payer(self) -> str | None:
        """The payer in force; the state's own program when a state is named and its program is held."""
        facts = self.question.facts
        if facts.payer is None:
            return None
        own = f"{facts.payer}-{(facts.state or '').lower()}"
        return own if own in self.knowledge.rules.payers else facts.payer

    def about(self, *intents: str) -> bool:
        """Whether one of these intents was read in the turn."""
        return any(intent in self.question.intents for intent in intents)


def payer_or_assumed(case: Case) -> tuple[str | None, tuple[Assumption, ...]]:
    """The payer in force, or the one assumed when none is named."""
    slot = case.knowledge.rules.slots["payer"]
    if case.payer is not None or slot.default_value is None:
        return case.payer, ()
    return slot.default_value, (Assumption(slot=slot.slot, value=slot.default_value, why=slot.default_why or ""),)


Rule = Callable[[Case], Finding | None]
"""A rule of the conversation: a finding, or None when it has nothing to say."""


def merged(findings: list[Finding], *, rule: str) -> Finding:
    """Several findings as one, in order; the first verdict and question back win."""
    return Finding(
        claims=tuple(claim for finding in findings for claim in finding.claims),
        codes=tuple(code for finding in findings for code in finding.codes),
        warnings=tuple(warning for finding in findings for warning in finding.warnings),
        verdict=next((finding.verdict for finding in findings if finding.verdict), None),
        clarify=next((finding.clarify for finding in findings if finding.clarify), None),
        assumptions=tuple(item for finding in findings for item in finding.assumptions),
        rule=rule,
    )
