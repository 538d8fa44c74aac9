"""Finding the code that was meant: notations, typing slips, services named in words."""

from __future__ import annotations

from datetime import date

from bot.errors import UsageError
from corpus.codes import codes_in
from corpus.knowledge import Knowledge
from corpus.rows import Code

MOST_SLIPS = 2
SHORTEST_WORD = 4


class UnknownCodeError(UsageError):
    """The code table has no such code; `nearest` are codes that may have been meant."""

    def __init__(self, asked: str, nearest: tuple[str, ...], hint: str) -> None:
        mean = f": did you mean {' or '.join(nearest)}?" if nearest else " is not in the code table."
        super().__init__(f"{asked}{mean}", hint=hint)
        self.asked, self.nearest = asked, nearest


def normalized(knowledge: Knowledge, asked: str) -> str:
    """The code meant by `asked`: upper case, without a code set's name before it or a modifier behind it."""
    text = asked.strip().upper()
    return next(iter(codes_in(text, knowledge.known_codes)), text)


def unknown_code(knowledge: Knowledge, asked: str, on: date) -> UnknownCodeError:
    """The error for a code that the table does not hold, with what may have been meant."""
    code = normalized(knowledge, asked)
    if neighbour := knowledge.neighbours.get(code):
        hint = f"{neighbour.what_it_is}: a code of {neighbour.field}, which codecite does not cover."
        return UnknownCodeError(code, (), hint)
    likely = similar_codes(knowledge, code, on)
    hint = "Not in the table does not mean not valid: codecite holds behavioral health and neighboring services only."
    if likely:
        rows = [knowledge.codes.get(found) for found in likely]
        hint = "; ".join(f"{row.code} is {row.label[:1].lower()}{row.label[1:]}" for row in rows) + "."
    return UnknownCodeError(code, likely, hint)


def similar_codes(knowledge: Knowledge, asked: str, on: date, limit: int = 3) -> tuple[str, ...]:
    """Codes one typing slip away (two only when there is none), or those of a service named in words.

    Of equals, swapped characters come first, then active codes of the field, then those that begin alike.
    """
    from rapidfuzz import fuzz, process
    from rapidfuzz.distance import OSA, Prefix

    if not any(character.isdigit() for character in asked):
        if len(asked) < SHORTEST_WORD:
            return ()
        phrases = {alias: row.code for row in knowledge.codes for alias in (*row.aliases, row.label.lower())}
        found = process.extract(asked.lower(), phrases.keys(), scorer=fuzz.WRatio, limit=limit * 3, score_cutoff=75)
        return tuple(dict.fromkeys(phrases[phrase] for phrase, _, _ in found))[:limit]

    def weight(row: Code) -> tuple[int, bool, bool, bool, int, str]:
        active = knowledge.codes.status(row.code, on) == "active"
        swapped = sorted(asked) == sorted(row.code)
        alike = Prefix.similarity(asked, row.code)
        return OSA.distance(asked, row.code), not swapped, not active, row.scope != "core", -alike, row.code

    order = sorted(weight(row) for row in knowledge.codes)
    least = order[0][0] if order else 0
    return tuple(item[-1] for item in order if item[0] == least)[:limit] if 0 < least <= MOST_SLIPS else ()


def find_codes(knowledge: Knowledge, text: str, on: date, limit: int = 12) -> tuple[str, ...]:
    """Codes that `text` may mean, best first: named in it, beginning like it, one slip away, or described by it.

    Words are compared with labels and aliases, so "helth coaching" finds what "health coaching" does; of equals,
    codes active on `on` come first.
    """
    from rapidfuzz import fuzz, process

    asked = " ".join(text.split())
    named = [code for code in codes_in(asked.upper(), knowledge.known_codes) if code in knowledge.codes]
    if named:
        return tuple(dict.fromkeys(named))[:limit]
    if not asked:
        return ()

    def rank(code: str) -> tuple[bool, bool, str]:
        row = knowledge.codes.get(code)
        return knowledge.codes.status(code, on) != "active", row.scope != "core", code

    if any(character.isdigit() for character in asked) and " " not in asked:
        alike = [row.code for row in knowledge.codes if row.code.startswith(asked.upper())]
        return (*sorted(alike, key=rank),)[:limit] or similar_codes(knowledge, asked.upper(), on, limit)
    phrases = [(words, row.code) for row in knowledge.codes for words in (*row.aliases, row.label.lower())]
    found = process.extract(
        asked.lower(), [words for words, _ in phrases], scorer=fuzz.token_set_ratio, limit=60, score_cutoff=65
    )
    best: dict[str, float] = {}
    for words, score, place in found:
        # A phrase that says little else weighs more than a long one that contains the words too.
        weight = score + fuzz.ratio(asked.lower(), words) / 4
        best[phrases[place][1]] = max(weight, best.get(phrases[place][1], 0))
    return tuple(sorted(best, key=lambda code: (-round(best[code] / 5), *rank(code))))[:limit]
