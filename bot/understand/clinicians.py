"""Whether services of one day are those of two clinicians: "the LCSW did 90837 and the psychiatrist 99214".

Each code or service belongs to the clinician named before it, or behind it when the first one comes first ("90837 by
the LCSW, 99214 by the NP"). Phrases of the vocabulary (`clinicians`) say it outright: "a different therapist".
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal

from bot.understand.lexicon import Lexicon, Mention
from bot.understand.tokens import Token

Clinicians = Literal["kinds", "others"]
"""Two clinicians of different kinds (`kinds`), or two of whom no more is said (`others`)."""
_TWO = 2


def clinicians_of(lexicon: Lexicon, words: Sequence[Token], codes: Collection[str]) -> Clinicians | None:
    """How many clinicians the services in `words` have; None for one, or when it is not said."""
    people = [m for m in lexicon.mentions(words, "performer") if not m.negated]
    done = [n for n, word in enumerate(words) if word.text.upper() in codes]
    done += [m.first for m in lexicon.mentions(words, "service") if not m.negated and not _within(m, people)]
    if people and done:
        behind = min(done) < people[0].first
        if len({_whose(people, at, behind=behind) for at in done}) >= _TWO:
            return "kinds"
    return "others" if lexicon.mentions(words, "clinicians") else None


def _whose(people: Sequence[Mention], at: int, *, behind: bool) -> str | None:
    """The clinician named last before position `at`, or with `behind` first after it."""
    if behind:
        return next((person.value for person in people if person.first > at), None)
    return next((person.value for person in reversed(people) if person.last < at), None)


def _within(mention: Mention, people: Sequence[Mention]) -> bool:
    """Whether the words of a service are those of a clinician ("health coach")."""
    return any(person.first <= mention.first and mention.last <= person.last for person in people)
