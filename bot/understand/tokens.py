"""Words of a message with their places, in the form in which the vocabulary is matched."""

from __future__ import annotations

import re
from dataclasses import dataclass

_WORD = re.compile(r"\d+(?:[.:]\d+)*[a-z]*|[a-z0-9]+[/&][a-z0-9]*|[a-z]+[0-9a-z]*")
_BREAK = re.compile(r"[,;:.?!()]")
_APOSTROPHES = str.maketrans({"’": None, "'": None, "‘": None, "`": None})


@dataclass(frozen=True, slots=True)
class Token:
    """One word, lower case, without apostrophes; `start` and `end` are offsets into the folded text.

    `clause` counts the punctuation marks before it: words of one clause share the number.
    """

    text: str
    start: int
    end: int
    clause: int = 0


def fold(text: str) -> str:
    """Lower case, plain dashes and no apostrophes: "Don’t" becomes "dont"."""
    return straightened(text).lower()


def straightened(text: str) -> str:
    """Plain dashes and no apostrophes, capitals kept."""
    return text.translate(_APOSTROPHES).replace("–", "-").replace("—", "-")


def offsets(text: str) -> tuple[int, ...]:
    """For every place in the straightened text, and its end, the place in `text`."""
    return (*(n for n, sign in enumerate(text) if ord(sign) not in _APOSTROPHES), len(text))


def tokens(folded: str) -> tuple[Token, ...]:
    """The words of folded text, hyphens and punctuation dropped ("follow-up" is two words, "e/m" one)."""
    found: list[Token] = []
    end, clause = 0, 0
    for match in _WORD.finditer(folded):
        clause += _BREAK.search(folded, end, match.start()) is not None
        found.append(Token(match.group(0), match.start(), match.end(), clause))
        end = match.end()
    return tuple(found)
