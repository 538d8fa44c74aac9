"""Which services are meant: those that words named, as the place, the problem, the clinician and each other say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from functools import cached_property

from bot.question import Duration, Facts
from bot.understand.lexicon import Lexicon
from bot.understand.tokens import Token
from corpus.knowledge import Knowledge
from corpus.rows import Service

_PAIR, _SELECT, _PHYSICAL, _DIAGNOSIS = "pair", "select", "physical", "diagnosis"
_NOTHING_SAID = "none"
_MANY_SERVICES = 4


class Meant:
    """Reads the slots of the vocabulary whose rows say what a service becomes: phrase the service, value the other."""

    def __init__(self, knowledge: Knowledge, lexicon: Lexicon) -> None:
        self.knowledge = knowledge
        self.lexicon = lexicon

    def _rows(self, slot: str) -> tuple[tuple[str, str], ...]:
        return tuple((row.phrase, row.value) for row in self.knowledge.phrases if row.slot == slot)

    @cached_property
    def _elsewhere(self) -> dict[str, str]:
        """The service that a named one becomes where the clinician goes to the patient."""
        return dict(self._rows("place-service"))

    @cached_property
    def _by_diagnosis(self) -> dict[str, str]:
        """The service that an unnamed one becomes when the problem treated is a physical one."""
        return dict(self._rows("physical-service"))

    @cached_property
    def _of_specialty(self) -> dict[str, str]:
        """The service that a named one becomes when a specialist did it."""
        return dict(self._rows("specialty-service"))

    @cached_property
    def _defaults(self) -> dict[str, str]:
        """The service that a clinician, or those who took part, are taken to mean when none is named."""
        return dict(self._rows("performer-service"))

    @cached_property
    def _shared_forms(self) -> frozenset[str]:
        """Participants that many services have a variant for: "a group session" alone does not say which is meant."""
        held = {(row.participants, row.service) for row in self.knowledge.services if row.participants}
        counts = Counter(participants for participants, _ in held)
        assumed = self.knowledge.rules.slots["participants"].default_value
        return frozenset(who for who, count in counts.items() if count >= _MANY_SERVICES and who != assumed)

    @cached_property
    def chapters(self) -> dict[str, str]:
        """The kind of problem that codes of an ICD-10-CM letter stand for."""
        return dict(self._rows("diagnosis-letter"))

    @cached_property
    def _covering(self) -> frozenset[tuple[str, str]]:
        """(named, covering): a service that is part of another, or only says how the other was done."""
        return frozenset(self._rows("covering-service"))

    @cached_property
    def _in_field(self) -> dict[tuple[str, str], str]:
        """The service that a named one becomes beside another of its field: parent training of an ABA program."""
        found = {}
        for phrase, value in self._rows("field-service"):
            field, _, named = phrase.partition(" ")
            found[field, named] = value
        return found

    @cached_property
    def _services(self) -> dict[str, list[Service]]:
        held: dict[str, list[Service]] = {}
        for row in self.knowledge.services:
            held.setdefault(row.service, []).append(row)
        return held

    def services(self, facts: Facts, words: Sequence[Token], cues: Collection[str]) -> tuple[str, ...]:
        """The services of `facts`, each once: in their field, at their place, and none that another one covers.

        A question about two services together keeps both; a service of one kind of place counts only there.
        """
        special = self._of_specialty if self.lexicon.mentions(words, "specialty") else {}
        named = [self._at_place(special.get(name, self._of_field(name, facts)), facts) for name in facts.services]
        named = [name for name in named if self._given_at(name, facts.place)]
        if _PAIR in cues:
            return tuple(dict.fromkeys(named))
        if self._physical(words):
            named = [name for name in named if not self._is_physical_kin(self._by_diagnosis.get(name), named)]
        return tuple(dict.fromkeys(name for name in named if not self._covered(name, named)))

    def _covered(self, name: str, named: Collection[str]) -> bool:
        return any((name, other) in self._covering for other in named)

    def _physical(self, words: Sequence[Token]) -> bool:
        said = {m.value for m in self.lexicon.mentions(words, _DIAGNOSIS) if not m.negated}
        return said == {_PHYSICAL}

    def _is_physical_kin(self, value: str | None, named: Collection[str]) -> bool:
        """Whether the service for a physical problem is named itself, or one that it covers."""
        return value is not None and (value in named or any((other, value) in self._covering for other in named))

    def _of_field(self, name: str, facts: Facts) -> str:
        fields = {*facts.services, self._defaults.get(facts.performer or "", "")}
        return next((self._in_field[field, name] for field in sorted(fields) if (field, name) in self._in_field), name)

    def _at_place(self, name: str, facts: Facts) -> str:
        if facts.place is None:
            return name
        at_office = next((here for here, there in self._elsewhere.items() if there == name), None)
        if at_office and any(f"-{facts.place}" in row.setting for row in self._services.get(name, ())):
            return at_office
        rows = [row for row in self._services.get(self._elsewhere.get(name, ""), ()) if self._pays(facts.payer, row)]
        return rows[0].service if any(self._is_place_of(row, facts.place) for row in rows) else name

    def _given_at(self, name: str, place: str | None) -> bool:
        """Whether no variant is bound ("=") to a place that was not said."""
        bound = {place for row in self._services.get(name, ()) for place in row.setting if place.startswith("=")}
        return not bound or f"={place}" in bound

    def _pays(self, payer: str | None, row: Service) -> bool:
        return payer is None or not row.payers or self.knowledge.rules.fits(payer, row.payers)

    def _is_place_of(self, row: Service, place: str) -> bool:
        """Whether the variant is given at a place: its code or kind is listed in `setting`, and not barred by "-"."""
        kind = next((each.setting for each in self.knowledge.places if each.pos == place), None)
        return f"-{place}" not in row.setting and bool({place, f"={place}", kind or ""} & set(row.setting))

    def with_default(
        self, words: Sequence[Token], facts: Facts, times: Sequence[Duration], cues: Collection[str]
    ) -> Facts:
        """The service of a session that is not named: the clinician's, else psychotherapy, when a time is stated."""
        told = times or facts.participants or facts.minutes is not None
        asked = facts.performer in self._defaults and _SELECT in cues
        leveled = self._of_level(words, facts) if told else None
        if leveled and not (facts.services or facts.codes):
            return facts.model_copy(update={"services": (leveled,)})
        if facts.services or facts.codes or not (told or asked):
            return facts
        open_ = not times and facts.performer is None and facts.participants in self._shared_forms
        default = (
            self._defaults.get(facts.performer or "")
            or self._defaults.get(facts.participants or "")
            or (None if open_ else self._worded(words))
        )
        if default in self._by_diagnosis and self._physical(words):
            default = self._by_diagnosis[default]
        return facts.model_copy(update={"services": (default,)}) if default else facts

    def _of_level(self, words: Sequence[Token], facts: Facts) -> str | None:
        """The visit whose level is said to be chosen, by what: "established patient, level by time"."""
        said = {m.value for m in self.lexicon.mentions(words, "level-basis") if not m.negated}
        visits = [service for basis, service in self._rows("basis-service") if basis in said]
        rows = [row for name in visits for row in self._services.get(name, ())]
        fits = any(facts.performer in (None, *row.performers) for row in rows)
        return visits[0] if fits and (facts.visit or facts.performer) else None

    def _worded(self, words: Sequence[Token]) -> str | None:
        """The service of the longest phrase that only says that there was a session."""
        said = [m for m in self.lexicon.mentions(words, "service-default") if m.value != _NOTHING_SAID]
        kept = [m for m in said if not m.negated]
        return max(kept, key=lambda m: (m.last - m.first, m.first)).value if kept else None
