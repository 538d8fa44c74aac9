"""Services and codes that belong together, as far as a turn may mean one by naming the other.

After testing "the report" is the evaluation of the tests; after coaching "the first visit" is the first coaching
session and no intake; after a code for a month of care "the months after" are its service, not its code.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.question import CodeMention, Facts
from bot.rules.select import codes_of
from bot.rules.visits import added_to_visits, visit_codes
from bot.understand.carry import leans
from bot.understand.lexicon import Lexicon, Mention
from bot.understand.tokens import Token
from corpus.knowledge import Knowledge

_PART, _SERVICE = "part-service", "service"
_ALSO_SAY = ("performer", "visit", "participants")
"""Slots whose phrases may be services, too: "rbt", "first visit"."""
_VARIES = ("participants", "visit", "with_em")
_DEFINITE = frozenset({"the", "that", "this", "my", "our", "your"})
_SEVERAL = 2


@dataclass(frozen=True, slots=True)
class Kin:
    """What belongs together in one knowledge; `lexicon` finds it in words."""

    knowledge: Knowledge
    lexicon: Lexicon

    def services(self, words: Sequence[Token], stated: Facts, earlier: Facts | None) -> tuple[str, ...]:
        """The services that a turn means: parts of the matter before the services named, no mere facts about it."""
        if earlier is None:
            return stated.services
        matter = self.families(earlier.services) | self._families_of(earlier.codes)
        parts = [m.value for m in self._found(words, _PART) if self.families((m.value,)) & matter]
        if parts:
            return tuple(dict.fromkeys(parts))
        facts = {place for slot in _ALSO_SAY for m in self._found(words, slot) for place in range(m.first, m.last + 1)}
        mere = {
            m.value
            for m in self._found(words, _SERVICE)
            if facts.issuperset(range(m.first, m.last + 1)) and self.families((m.value,)) & matter
        }
        return tuple(name for name in stated.services if name not in mere)

    def before(self, stated: Facts, earlier: Facts | None) -> Facts | None:
        """The earlier facts, with the service of a code when this turn says which form of it is meant.

        A service that is a first visit by its name ends where later ones are meant: "and the ones after that".
        """
        if earlier is not None and stated.visit and not stated.services:
            kept = tuple(name for name in earlier.services if not self._other_visit(name, stated.visit))
            earlier = earlier.model_copy(update={"services": kept})
        if earlier is None or earlier.services or not earlier.codes or stated.codes or stated.services:
            return earlier
        named = {slot for slot in _VARIES if getattr(stated, slot)}
        codes, families = {mention.code for mention in earlier.codes}, self._families_of(earlier.codes)
        table = self.knowledge.codes
        forms = [(row, codes_of(self.knowledge, row)) for row in self.knowledge.services]
        known = {row.service for row, held in forms if codes & set(held)}
        varied = [
            row.service
            for row, held in forms
            if row.service in known
            and any(getattr(row, slot) == getattr(stated, slot) for slot in named)
            and any(table.get(code).family in families for code in held)
        ]
        return earlier.model_copy(update={"services": tuple(dict.fromkeys(varied))[:1]})

    def visit_kept(self, stated: Facts, earlier: Facts | None, carried: Facts, words: Sequence[Token]) -> Facts:
        """`carried` with the medical visit said before when the turn only tells of the therapy that was added to it."""
        therapy = added_to_visits(self.knowledge) & set(stated.services)
        if earlier is None or stated.codes or stated.with_em or not therapy or not leans(stated, earlier, words):
            return carried
        visits = visit_codes(self.knowledge)
        kept = tuple(mention for mention in earlier.codes if mention.code in visits and not mention.negated)
        return carried.model_copy(update={"codes": kept}) if kept else carried

    def names_held(self, words: Sequence[Token], held: Sequence[CodeMention]) -> bool:
        """Whether "the office visit" is one of several codes that the talk is about."""
        if len(held) < _SEVERAL:
            return False
        found = [m for m in self._found(words, _SERVICE) if m.first and words[m.first - 1].text in _DEFINITE]
        codes = {mention.code for mention in held}
        return bool(found) and all(codes & self._codes((m.value,)) for m in found)

    def families(self, services: Collection[str]) -> set[str]:
        """The families of the codes of services."""
        return {self.knowledge.codes.get(code).family for code in self._codes(services)}

    def _other_visit(self, service: str, visit: str) -> bool:
        named = self._found(self.lexicon.read(service), "visit")
        return bool(named) and all(mention.value != visit for mention in named)

    def _codes(self, services: Collection[str]) -> set[str]:
        rows = [row for row in self.knowledge.services if row.service in services]
        return {code for row in rows for code in codes_of(self.knowledge, row)}

    def _families_of(self, mentions: Sequence[CodeMention]) -> set[str]:
        return {self.knowledge.codes.get(mention.code).family for mention in mentions}

    def _found(self, words: Sequence[Token], slot: str) -> list[Mention]:
        return [mention for mention in self.lexicon.mentions(words, slot) if not mention.negated]
