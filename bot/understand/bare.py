"""Questions that name no subject at all: "can these two go together on one day?"."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bot.understand.fillers import FILLERS
from bot.understand.lexicon import Lexicon
from bot.understand.tokens import Token
from index.lexical import tokenize

SLOT, PLAIN, VISIT = "no-subject", "plain", "visit"
"""The slot of words that name no subject; the value of those that do not say what is asked of it either; the value of
a question that names a time and nothing else: "saw him for 40 min, what do i bill?"."""


def bare(
    lexicon: Lexicon, words: Sequence[Token], cues: Sequence[str], stems: Collection[str], *, polar: bool
) -> tuple[str, ...]:
    """What a question without any subject is about (`Question.bare`); empty where a word names one.

    `stems` are those of cue words, `cues` the intents that words named, `polar` that yes or no is expected.
    """
    found = lexicon.mentions(words, SLOT)
    covered = {index for mention in found for index in range(mention.first, mention.last + 1)}
    rest = " ".join(word.text for index, word in enumerate(words) if index not in covered)
    if set(tokenize(rest)) - FILLERS - set(stems):
        return ()
    told = [mention.value for mention in found if mention.value != PLAIN]
    return (*told, *cues, PLAIN) if told or cues or polar else ()
