"""One message to what was stated in it, and with the facts of earlier turns to a Question."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import cached_property

from bot.question import Before, Duration, Facts, Question
from bot.understand.added import summed
from bot.understand.aftercare import Aftercare
from bot.understand.asked import asked_of, goes_on, leaves_open
from bot.understand.bare import VISIT, bare
from bot.understand.carry import carry, in_state
from bot.understand.cities import cities_of
from bot.understand.clinicians import clinicians_of
from bot.understand.codes import CodesRead, diagnosis_letters, places_named, read_codes
from bot.understand.dates import date_of_service
from bot.understand.dispute import DOUBT, disputed
from bot.understand.durations import digits, durations
from bot.understand.fillers import FILLERS
from bot.understand.intents import asks, intents_of, polar_clause
from bot.understand.kin import Kin
from bot.understand.lexicon import Lexicon, Mention
from bot.understand.meant import Meant
from bot.understand.named import CodeNames
from bot.understand.paying import PAYMENT, read_paying
from bot.understand.polarity import asked_negatively, asks_adverse, asks_need
from bot.understand.refer import PAIR, beside, referred
from bot.understand.times import GROUP_SIZE, at_two_times, bare_minutes, best_duration, timed_service
from bot.understand.tokens import Token, fold, tokens
from corpus.codes import codes_in
from corpus.knowledge import Knowledge
from corpus.rows import Phrase
from index.lexical import tokenize

_WORD = re.compile(r"[a-z]{3,}")
_DAYS = re.compile(
    r"\b(\d{1,2})\s+(?:separate |different |of data )?days?\b"
    r"(?=.{0,30}\b(?:data|readings?|device|transmi|monitor|month|period))"
    r"|\b(\d{1,2}) (?:out )?of (?:the |his |her |those )?(?:last |past )?(?:2[89]|3[01]) days?\b"
    r"|\b(?:data|readings?|transmit\w*|transmissions?|uploads?|uploaded|reported|synced|sent|measured|recorded|wore|worn|used)"
    r"\b[^.;?\d]{0,30}?\b(\d{1,2}) (?:separate |different )?days?\b"
)
_IN_STATE = re.compile(r"\bin ([A-Z]{2})\b")
_STATE = re.compile(r"(?:\bin |, ?|\()([A-Z]{2})\b(?!-)|\b([A-Z]{2}) (?:medicaid|Medicaid|BCBS|bcbs)\b")


_NAMED = re.compile(r"\b[A-Z][a-z]+$")
"""A word with a capital right before the comma: "Worcester, MA"."""
_APART, _SEPARATE, _SPAN = "apart", "separate", "span"
_FORMS = range(1, 13)
"""Numbers before a form that count it."""
_GROUP, _ALONE = "group", "individual"
_NO_SUBJECT = frozenset({"date", "minutes", "minutes_to"})
"""Facts that say nothing of the service."""
_OF_A_VISIT = frozenset({"select", "units", "identify", "time-rule"})
"""What may be asked of a visit of which only the time is told."""
NOTHING_SAID = "none"
"""Value of phrases that look like a fact and are none ("our group" is a practice, not a group session)."""


class Reader:
    """Reads messages with the vocabulary and tables of one knowledge."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge

    @cached_property
    def lexicon(self) -> Lexicon:
        """The vocabulary; words of our own guidance are never taken for typos."""
        text = " ".join(statement.text for statement in self.knowledge.statements).lower()
        return Lexicon((*self.knowledge.phrases, *self._place_names()), frozenset(_WORD.findall(text)))

    def _place_names(self) -> tuple[Phrase, ...]:
        """The places of service by their own names, and by the short form in parentheses."""
        names = []
        for row in self.knowledge.places:
            name, _, short = row.name.partition("(")
            names += [Phrase(slot="place", value=row.pos, phrase=part.strip(" )")) for part in (name, short) if part]
        return tuple(names)

    @cached_property
    def _kin(self) -> Kin:
        return Kin(self.knowledge, self.lexicon)

    @cached_property
    def _aftercare(self) -> Aftercare:
        return Aftercare(self.knowledge, self.lexicon)

    @cached_property
    def _names(self) -> CodeNames:
        return CodeNames(self.knowledge, self.lexicon)

    @cached_property
    def _cue_stems(self) -> frozenset[str]:
        slots = ("intent", "polarity")
        cues = " ".join(row.phrase for row in self.knowledge.phrases if row.slot in slots and " " not in row.phrase)
        return frozenset(tokenize(cues))

    @cached_property
    def _meant(self) -> Meant:
        return Meant(self.knowledge, self.lexicon)

    @cached_property
    def _states(self) -> frozenset[str]:
        return frozenset(row.value for row in self.knowledge.phrases if row.slot == "state")

    @cached_property
    def _modifiers(self) -> frozenset[str]:
        return frozenset(row.modifier for row in self.knowledge.modifiers)

    @cached_property
    def _denials(self) -> frozenset[str]:
        return frozenset(row.code for row in self.knowledge.denials)

    @cached_property
    def _codes(self) -> frozenset[str]:
        return frozenset(row.code for row in self.knowledge.codes)

    def is_ours(self, message: str) -> bool:
        """Whether the message names a service or a code of the tables."""
        services = self.lexicon.mentions(self.lexicon.read(message), "service")
        return bool(services or codes_in(message.upper(), self._codes))

    def read(self, message: str, before: Before, today: dt.date) -> Question:
        """The Question of this turn, read with what the conversation held before it."""
        earlier = before.facts
        words = self.lexicon.read(message)
        codes = read_codes(
            message,
            known=self._codes,
            neighbours=self.knowledge.neighbours,
            modifiers=self._modifiers,
            denials=self._denials,
        )
        timed = message
        if not codes.codes:
            by_name, timed = self._names.read(message, words, earlier)
            codes = replace(codes, codes=by_name)
        times = durations(timed) or bare_minutes(timed, earlier)
        said = tuple(m.value for m in self.lexicon.mentions(words, "intent") if m.value != NOTHING_SAID)
        cues = asked_of(message, said, before)
        payer = self._plan(words)
        held = payer is None or self.knowledge.rules.medicare_rules(payer)
        places = places_named(message, {row.pos for row in self.knowledge.places})
        paying = read_paying(self.lexicon, message, words, cues, codes.codes, held=held, places=places)
        city = cities_of(self.knowledge).read(message) if paying.asked or paying.open else None
        to_clinician = paying.open and paying.worded and bool(self.lexicon.mentions(words, "performer"))
        implied = not paying.asked and (city is not None or to_clinician)
        cues = (*cues, PAYMENT) if implied else cues
        plain = city.without(message) if city else message
        named = self.lexicon.read(plain) if city else words
        stated = self._facts(plain, named, codes, times, today)
        stated = self._aftercare.read(message, words, stated, earlier)
        if city is not None:
            stated = stated.model_copy(update={"cities": in_state(city.keys, stated.state) or city.keys})
        if earlier and earlier.cities and (short := message.strip(" .?!").upper()) in self._states:
            stated = stated.model_copy(update={"state": short})
        stated = stated.model_copy(update={"services": self._kin.services(words, stated, earlier)})
        if earlier is not None and not stated.codes and self._kin.names_held(words, earlier.codes):
            stated = stated.model_copy(update={"services": ()})
        stated = stated.model_copy(update=summed(message, times, stated, earlier))
        doubted = disputed(message, stated, before, codes.denials, said)
        if doubted:
            stated, cues = Facts(), (DOUBT,)
        carried = carry(stated, self._kin.before(stated, earlier), words)
        carried = self._kin.visit_kept(stated, earlier, carried, words)
        joined = beside(message, stated, before, said)
        if joined:
            cues = (*cues, PAIR)
            carried = carried.model_copy(update={"services": joined, "codes": earlier.codes if earlier else ()})
        codes_meant = None if joined else referred(message, stated, before, said, self.knowledge.codes)
        carried = carried if codes_meant is None else carried.model_copy(update={"codes": codes_meant})
        performers = tuple(m.value for m in self.lexicon.mentions(named, "performer") if not m.negated)
        facts = self._meant.with_default(words, carried, times, cues)
        facts = facts.model_copy(update={"services": self._meant.services(facts, words, said)})
        question = Question(
            text=message,
            facts=facts,
            stated=stated,
            intents=intents_of(
                cues,
                stated,
                facts,
                codes,
                performers,
            ),
            polar=bool(joined)
            or (paying.polar and not leaves_open(before, message, said))
            or goes_on(before, message, said, carried != stated),
            negative=asked_negatively(self.lexicon, message),
            adverse=asks_adverse(self.lexicon, message),
            needed=asks_need(self.lexicon, polar_clause(message)),
            places_named=places,
            unknown_codes=codes.unknown,
            neighbour_codes=codes.neighbours,
            denials=codes.denials,
            performers=tuple(dict.fromkeys(performers)),
            follow_up=earlier is not None and carried != stated,
            search_text=self._search_text(message, words, {*(each.code for each in codes.codes), *codes.unknown}),
            assumed_service=facts.service if facts.services and not carried.services else None,
            subject_acts=self._subject_acts(message),
            furnishes=self._only(self.lexicon.read(polar_clause(message)), "act") == _FURNISH,
            clinicians=clinicians_of(self.lexicon, words, {each.code for each in codes.codes}),
            put=self._said(self.lexicon.read(polar_clause(message) or message), "put"),
            parity=paying.parity,
            asks_amount=paying.amount or implied,
            forms_said=self._said(words, "participants"),
            diagnoses=self._diagnoses(message, words),
            level_basis=self._only(words, "level-basis"),
            each_day="each" in self._said(words, "days"),
            timed_service=timed_service(self.lexicon.mentions(words, "service"), times, words),
            patient_open=self._patient_open(words),
            partly="partly" in self._said(words, "attendance"),
            minutes_said=tuple(time.minutes_from for time in times if not time.total),
            cues=cues,
            said_cues=said,
            closes=self._closes(message, words),
            doubted=doubted,
            asks=asks(message),
            instruments=self._forms(words),
            apart=_APART in self._said(words, "days"),
            spans=_SPAN in self._said(words, "days"),
            separate=_SEPARATE in self._said(words, "days")
            or at_two_times(message, times)
            or len(self._said(words, "day-part")) > 1,
            glossed=self._glossed(words),
            bare=() if before.holds_something else self._bare(words, times, stated, codes, cues, paying.polar),
            content=len(set(tokenize(" ".join(word.text for word in words))) - FILLERS - self._cue_stems),
        )
        return question.model_copy(update={"about": before.about}) if question.lacks_subject else question

    def _bare(
        self,
        words: Sequence[Token],
        times: Sequence[Duration],
        stated: Facts,
        codes: CodesRead,
        cues: Sequence[str],
        polar: bool,
    ) -> tuple[str, ...]:
        """What a question without any subject is about; empty where a fact other than a date or a time names one."""
        if stated.stated().keys() - _NO_SUBJECT or codes.unknown or codes.denials:
            return ()
        if stated.minutes is None:
            return bare(self.lexicon, words, cues, self._cue_stems, polar=polar)
        if set(cues) - _OF_A_VISIT:
            return ()
        rest = [word for word in words if not any(time.start <= word.start < time.end for time in times)]
        found = bare(self.lexicon, rest, cues, self._cue_stems, polar=polar)
        return (VISIT, *found) if found else ()

    def _search_text(self, message: str, words: Sequence[Token], codes: Collection[str]) -> str:
        """What is searched for: the words as typed, the words as read, and the trade's words for what was said.

        Codes stand in the order of the alphabet, because the order in which they were typed means nothing to guidance.
        """
        typed = [word.text for word in (*tokens(fold(message)), *words)]
        named = iter(sorted(word for word in typed if word.upper() in codes))
        typed = [next(named) if word.upper() in codes else word for word in typed]
        return " ".join(dict.fromkeys((*typed, *(m.value for m in self.lexicon.mentions(words, "synonym")))))

    def _facts(
        self, message: str, words: Sequence[Token], codes: CodesRead, times: Sequence[Duration], today: dt.date
    ) -> Facts:
        services = [m for m in self.lexicon.mentions(words, "service") if not m.negated]
        with_em = self._value(words, "with_em")
        participants = self._participants(words)
        minutes = best_duration(times, services, words, shared=participants not in (None, _ALONE))
        text = digits(fold(message))
        size = GROUP_SIZE.search(text)
        number = int(size.group(1) or size.group(2)) if size else None
        days = _DAYS.search(text)
        payer, state = self._payer(message, words)
        return Facts(
            codes=codes.codes,
            services=tuple(dict.fromkeys(m.value for m in services)),
            minutes=minutes.minutes_from if minutes else None,
            minutes_to=minutes.minutes_to if minutes and minutes.minutes_to != minutes.minutes_from else None,
            days=int(next(filter(None, days.groups()))) if days else None,
            participants=participants or (_GROUP if number and number > 1 else None),
            group_size=number,
            performer=self._performer(message, words),
            payer=payer,
            state=state,
            modality=self._last(words, "modality"),
            visit=self._only(words, "visit"),
            with_em=with_em,
            place=self._last(words, "place"),
            modifiers=codes.modifiers,
            date=date_of_service(message, today),
        )

    def _performer(self, message: str, words: Sequence[Token]) -> str | None:
        """The clinician in the part that asks, else the one named first; "instead of the tech" names no technician."""
        states = {match.group(1).lower() for match in _IN_STATE.finditer(message)}
        for part in (self.lexicon.read(polar_clause(message)), words):
            found = self.lexicon.mentions(part, "performer")
            kept = [m for m in found if not m.negated and not _instead(part, m) and m.phrase not in states]
            if kept:
                return kept[0].value
        return None

    def _closes(self, message: str, words: Sequence[Token]) -> bool:
        """Whether a message only says that the answer was taken in: "ok got it, thanks"."""
        said = {*self._places_of(words, "closing"), *self._places_of(words, "intent")}
        closing = self.lexicon.mentions(words, "closing")
        return "?" not in message and bool(closing) and len(said) == len(words)

    def _subject_acts(self, message: str) -> bool:
        """Whether the part that asks has "I" or a clinician as its subject: "can an RN bill", "may I bill".

        "She" and "he" who bill are the clinician named before: "our CHW has an NPI, can she bill it herself".
        """
        words = self.lexicon.read(polar_clause(message))
        acts = {mention.value for mention in self.lexicon.mentions(words, "act")}
        if not acts:
            return False
        people = self._places_of(words, "performer")
        others = self._places_of(words, "payer")
        verb = next((n for n, word in enumerate(words) if word.text in _ASKING_VERBS), None)
        if verb is None:
            return bool(people)
        after = range(verb + 1, min(verb + _SUBJECT_REACH, len(words)))
        subject = next((n for n in after if n in people | others or words[n].text in _PRONOUNS), None)
        if subject is None:
            return False
        clinicians = self.lexicon.mentions(self.lexicon.read(message), "performer")
        theirs = words[subject].text in _THEIRS and acts == {_REPORT} and bool(clinicians)
        return subject in people or words[subject].text == "i" or theirs

    def _participants(self, words: Sequence[Token]) -> str | None:
        """Who took part; one who joined only a part of the session leaves its form as it is said otherwise."""
        part = {place + back for place in self._places_of(words, "attendance") for back in (0, -1)}
        found = [m for m in self.lexicon.mentions(words, "participants") if m.value != NOTHING_SAID and not m.negated]
        other = [m for m in found if not part & set(range(m.first, m.last + 1))]
        return other[-1].value if part and other else self._last(words, "participants")

    def _patient_open(self, words: Sequence[Token]) -> bool:
        """Whether only the kind of service says who took part: "family therapy" leaves the patient open."""
        told = self._places_of(words, "participants")
        return bool(told) and told <= self._places_of(words, "participants-open")

    def _diagnoses(self, message: str, words: Sequence[Token]) -> tuple[str, ...]:
        """The kinds of diagnosis said, in words or by the chapter of an ICD-10-CM code."""
        letters = (self._meant.chapters.get(letter) for letter in diagnosis_letters(message))
        return tuple(dict.fromkeys((*self._said(words, "diagnosis"), *filter(None, letters))))

    def _said(self, words: Sequence[Token], slot: str) -> tuple[str, ...]:
        """The values of `slot` that are said and not negated, each once, in reading order."""
        found = self.lexicon.mentions(words, slot)
        return tuple(dict.fromkeys(m.value for m in found if not m.negated))

    def _glossed(self, words: Sequence[Token]) -> tuple[str, ...]:
        """Services that only say what the code right after them is: "the depression screener G0444"."""
        found = self.lexicon.mentions(words, "service")
        return tuple(
            m.value for m in found if m.last + 1 < len(words) and words[m.last + 1].text.upper() in self._codes
        )

    def _forms(self, words: Sequence[Token]) -> int:
        """How many scored forms are named: kinds of forms, each as often as the number before it says."""
        counts: dict[str, int] = {}
        for mention in self.lexicon.mentions(words, "instrument"):
            said = digits(words[mention.first - 1].text) if mention.first else ""
            times = int(said) if said.isdigit() and int(said) in _FORMS else 1
            counts[mention.value] = max(counts.get(mention.value, 1), times)
        return sum(counts.values())

    def _places_of(self, words: Sequence[Token], slot: str) -> frozenset[int]:
        """The positions of the words that say something of `slot`."""
        found = self.lexicon.mentions(words, slot)
        return frozenset(index for m in found for index in range(m.first, m.last + 1))

    def _only(self, words: Sequence[Token], slot: str) -> str | None:
        """The value of `slot` when just one is said; None when the message speaks of several."""
        values = {m.value for m in self.lexicon.mentions(words, slot) if not m.negated}
        return values.pop() if len(values) == 1 else None

    def _value(self, words: Sequence[Token], slot: str) -> str | None:
        """A yes/no fact: a negated phrase turns it to no."""
        found = self.lexicon.mentions(words, slot)
        if not found:
            return None
        return "no" if any(m.negated or m.value == "no" for m in found) else "yes"

    def _last(self, words: Sequence[Token], slot: str) -> str | None:
        """The value of the longest phrase of `slot` that is not negated; the later one among equals."""
        said = [m for m in self.lexicon.mentions(words, slot) if m.value != NOTHING_SAID]
        kept = [m for m in said if not m.negated and not _instead(words, m)]
        return max(kept, key=lambda m: (m.last - m.first, m.first)).value if kept else None

    def _payer(self, message: str, words: Sequence[Token]) -> tuple[str | None, str | None]:
        state = self._last(words, "state")
        state = next(filter(None, map(self._abbreviated, _STATE.finditer(message))), None) or state
        payer = self._plan(words)
        if payer and "-" in payer and payer.rpartition("-")[2].upper() in self._states:
            state = state or payer.rpartition("-")[2].upper()
        return payer, state

    def _abbreviated(self, match: re.Match[str]) -> str | None:
        """The state of two letters; letters that are a credential too (MA, PA, MD) need "in" or a name before them."""
        state = next(group for group in match.groups() if group)
        credential = self.lexicon.mentions(self.lexicon.read(state), "performer")
        placed = match.group().startswith("in ") or match.group(2) or _NAMED.search(match.string[: match.start()])
        return state if state in self._states and (placed or not credential) else None

    def _plan(self, words: Sequence[Token]) -> str | None:
        """The payer said; a plan by name goes before a kind of payer ("Cigna commercial" is Cigna)."""
        said = [m for m in self.lexicon.mentions(words, "payer") if not m.negated and not _instead(words, m)]
        kinds = {row.kind for row in self.knowledge.rules.payers.values()}
        named = [m for m in said if m.value not in kinds] or said
        return max(named, key=lambda m: (m.last - m.first, m.first)).value if named else None


def _instead(words: Sequence[Token], mention: Mention) -> bool:
    before = [word.text for word in words[max(0, mention.first - 4) : mention.first]]
    return "instead" in before or before[-2:] == ["rather", "than"]


_ASKING_VERBS = frozenset({"can", "could", "may", "should", "do", "does", "did", "is", "are", "was", "were", "will"})
_PRONOUNS = frozenset({"i", "we", "you", "he", "she", "they", "it", "that", "this"})
_SUBJECT_REACH = 5
_FURNISH, _REPORT = "furnish", "report"
_THEIRS = frozenset({"she", "he"})
