"""Facts stated once hold until changed; a new subject drops the facts that belonged to the old one."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from bot.question import Facts
from bot.understand.tokens import Token

_SETTING = ("payer", "state", "cities", "performer", "date", "modality", "place")
_SUBJECT = (
    "codes",
    "services",
    "minutes",
    "minutes_to",
    "days",
    "participants",
    "group_size",
    "visit",
    "with_em",
    "complexity",
    "visit_day",
    "modifiers",
)
_LEAN_WORDS, _CORRECTION_WORDS = 12, 20
_CORRECTING = frozenset({"no", "wait", "sorry", "oops", "actually", "correction"})
_OPENERS = frozenset({"and", "what", "but", "if", "also", "ok", "or", "instead", "so"}) | _CORRECTING
_PRONOUNS = frozenset({"it", "that", "this", "same", "they", "them", "those", "these", "instead"})
_MEASURES = (
    "minutes",
    "minutes_to",
    "days",
    "participants",
    "group_size",
    "visit",
    "with_em",
    "complexity",
    "visit_day",
)


def carry(stated: Facts, earlier: Facts | None, words: Sequence[Token]) -> Facts:
    """The facts in force after this turn.

    Facts about the setting (payer, performer, date, place ...) always carry over. Facts about the subject carry over
    when the turn leans on what was said: it is short, or it names no subject of its own. A city lies in the state said
    before, if one of its name does; else it takes that state's place.
    """
    if earlier is None:
        return stated
    values = {name: value for name, value in earlier if name in _SETTING}
    if leans(stated, earlier, words):
        subject = {name: value for name, value in earlier if name in _SUBJECT}
        values |= _subject(subject, stated)
    if stated.state is not None and not stated.cities:
        values["cities"] = in_state(earlier.cities, stated.state)
    elif stated.cities and stated.state is None:
        fitting = in_state(stated.cities, earlier.state)
        stated = stated.model_copy(update={"cities": fitting or stated.cities})
        if not fitting:
            values.pop("state")
    values |= stated.stated()
    if stated.minutes is not None and stated.minutes_to is None:
        values["minutes_to"] = None
    return Facts.model_validate(values)


def in_state(cities: tuple[str, ...], state: str | None) -> tuple[str, ...]:
    """Those of `cities` (`Springfield, MO`) that lie in a state."""
    return tuple(city for city in cities if city.endswith(f", {state}"))


def leans(stated: Facts, earlier: Facts, words: Sequence[Token]) -> bool:
    """Whether a turn goes on with the subject of `earlier`: it names none, or few words refer back to it."""
    names_subject = bool(stated.codes or stated.services)
    if not names_subject:
        return True
    leaning = words[0].text in _OPENERS or any(word.text in _PRONOUNS for word in words[:6])
    same = set(stated.services) <= set(earlier.services) and not stated.codes
    of_it = any(word.text == "of" and after.text in _PRONOUNS for word, after in itertools.pairwise(words))
    leaning = leaning or of_it
    longest = _CORRECTION_WORDS if words[0].text in _CORRECTING or of_it else _LEAN_WORDS
    return len(words) <= longest and (leaning or same)


def _subject(earlier: dict[str, object], stated: Facts) -> dict[str, object]:
    """Earlier subject facts without those that the new turn contradicts."""
    kept = dict(earlier)
    if stated.codes or stated.services:
        kept |= {"codes": (), "services": (), "modifiers": ()}
    if stated.codes:
        kept |= dict.fromkeys(_MEASURES)
    if stated.participants or stated.visit or stated.with_em:
        kept["codes"] = ()
    if stated.with_em == "no":
        kept["services"] = ()
    return kept
