"""Words of a message with their places, in the form in which the vocabulary is matched."""

from __future__ import annotations

import re
from dataclasses import dataclass

_WORD = re.compile(r"\d+(?:[.:]\d+)*[a-z]*|[a-z0-9]+[/&][a-z0-9]*|[a-z]+[0-9a-z]*")
_APOSTROPHES = str.maketrans({"’": None, "'": None, "‘": None, "`": None})


@dataclass(frozen=True, slots=True)
class Token:
    """One word, lower case, without apostrophes; `start` and `end` are offsets into the folded text."""

    text: str
    start: int
    end: int


def fold(text: str) -> str:
    """Lower case, plain dashes and no apostrophes: "Don’t" becomes "dont"."""
    return text.translate(_APOSTROPHES).replace("–", "-").replace("—", "-").lower()


def tokens(folded: str) -> tuple[Token, ...]:
    """The words of folded text, hyphens and punctuation dropped ("follow-up" is two words, "e/m" one)."""
    return tuple(Token(match.group(0), match.start(), match.end()) for match in _WORD.finditer(folded))
