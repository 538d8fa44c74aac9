"""What a turn asks when it says little of it: the same as the turn before, as openly or as yes or no."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.question import Before
from bot.understand.intents import MOVES, asks, polar_clause
from bot.understand.tokens import fold

_COMPARES = "compare"
_WORDS_OF_FACTS = frozenset({"telehealth"})
"""Cues that a mere fact may bring: "it was by phone"."""
_WITH_FACT = re.compile(r"^\s*(?:ok(?:ay)? |so )*(?:and|but|what if|if|now)\b")
_CONTINUES = re.compile(r"^\s*(?:ok(?:ay)? )?(?:and|but|so )?\s*(?:what about|how about|what if|and if|if)\b")


def asked_of(message: str, said: tuple[str, ...], before: Before) -> tuple[str, ...]:
    """What a turn is about: what it says (`said`), else what was asked before; one that only adds a fact asks the same.

    "And if I see her at the clinic instead of my office?" changes a fact and compares nothing.
    """
    held = tuple(cue for cue in before.cues if cue not in MOVES)
    if before.facts is not None and set(said) <= _WORDS_OF_FACTS and not asks(message):
        return (*said, *held)
    return held if held and _changes_a_fact(message, said) else said or held


def goes_on(before: Before, message: str, said: Sequence[str], leans: bool) -> bool:
    """Whether yes or no is still asked: a turn that leans on one that asked it and asks nothing else."""
    return before.polar and leans and (not said or _continues(message))


def leaves_open(before: Before, message: str, said: Sequence[str]) -> bool:
    """Whether a turn without a verb that asks leaves an open question open: "and in the hospital clinic?"."""
    open_ = bool(before.cues) and not before.polar and not polar_clause(message)
    return open_ and (_changes_a_fact(message, said) or (not said and _WITH_FACT.match(fold(message)) is not None))


def _changes_a_fact(message: str, said: Sequence[str]) -> bool:
    """Whether the only word that seems to ask is the "instead of" of a fact."""
    return set(said) == {_COMPARES} and _continues(message) and not polar_clause(message)


def _continues(message: str) -> bool:
    """Whether a turn goes on with the question before it: "what about ...", "and if ..."."""
    return _CONTINUES.match(fold(message)) is not None
