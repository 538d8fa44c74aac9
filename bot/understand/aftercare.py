"""What is said of a visit after a discharge: on which day it was, and how complex the decisions were."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

from bot.question import Facts
from bot.understand.durations import digits
from bot.understand.lexicon import Lexicon
from bot.understand.tokens import Token, fold
from corpus.knowledge import Knowledge

_DAY = re.compile(
    r"\bdays? #?(\d{1,2})\b(?! of| a | per)|\b(\d{1,2})(?:st|nd|rd|th) day\b"
    r"|\b(\d{1,2}) (?:calendar )?days? (?:after|later|post|out|following|from|since|past)\b"
    r"|\b(?:within|inside|in|by) (?:the )?(?:first )?(\d{1,2}) (?:calendar )?days?\b(?! (?:period|month))"
)
_WEEKS = re.compile(r"\b(a|\d) weeks? (?:after|later|post|out|following|from|since|past)\b")
_DAYS_OF_WEEK = 7
_BUSINESS = re.compile(r"\b\d{1,2} (?:business|working) days?\b")


class Aftercare:
    """Reads the facts on which the codes of `visit_windows.csv` depend; nothing where no discharge is spoken of."""

    def __init__(self, knowledge: Knowledge, lexicon: Lexicon) -> None:
        self.knowledge = knowledge
        self.lexicon = lexicon

    @cached_property
    def _codes(self) -> frozenset[str]:
        return frozenset(row.code for row in self.knowledge.rules.visit_windows)

    @cached_property
    def _services(self) -> dict[str, None]:
        return dict.fromkeys(row.service for row in self.knowledge.rules.visit_windows)

    def read(self, message: str, words: Sequence[Token], stated: Facts, earlier: Facts | None) -> Facts:
        """`stated` with the day and the complexity; with the service, too, when a discharge and a day are told."""
        told = self._is_about(stated) or (earlier is not None and self._is_about(earlier))
        left = any(not m.negated for m in self.lexicon.mentions(words, "discharge"))
        named = self.lexicon.mentions(words, "aftercare")
        day = _day(message)
        told = told or bool(named and (left or day is not None) and not stated.services)
        if not (told or left):
            return stated
        said = {m.value for m in self.lexicon.mentions(words, "complexity") if not m.negated}
        facts = {"complexity": said.pop() if len(said) == 1 else None, "visit_day": day}
        services = stated.services
        both = left and day is not None and facts["complexity"] is not None
        if (both or named) and not (stated.codes or self._is_about(stated)):
            services = (*self._services, *services)
        return stated.model_copy(update={**facts, "services": services})

    def _is_about(self, facts: Facts) -> bool:
        named = {mention.code for mention in facts.codes}
        return bool(named & self._codes) or bool(self._services.keys() & set(facts.services))


def _day(message: str) -> int | None:
    text = _BUSINESS.sub(" ", digits(fold(message)))
    days = [int(next(filter(None, match.groups()))) for match in _DAY.finditer(text)]
    weeks = [1 if m.group(1) == "a" else int(m.group(1)) for m in _WEEKS.finditer(text)]
    found = days or [number * _DAYS_OF_WEEK for number in weeks]
    return found[-1] if found else None
