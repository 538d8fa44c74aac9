"""Which codes a turn speaks of beyond those that it names: "add it to ...", "she also gets ...", "and with ...?".

Only turns that name a code or a service, or that go on after a code was ruled out, are looked at; everything else is
carried over as it stands (`carry`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.question import Before, CodeMention, Facts
from bot.understand.intents import asks, opens_wide, polar_clause
from bot.understand.tokens import fold
from corpus.tables import CodeTable

_CORRECTS = re.compile(
    r"\b(?:sorry|oops|meant|mean|wait|actually|correction|typo|instead|rather|scratch that)\b|^\s*no\b"
)
_ALSO = re.compile(r"(?<!^)\b(?:also|too|as well|on top|in addition|additionally|besides)\b")
_ADDS = re.compile(r"\b(?:tack|stack|add|append)(?:ed|ing)?\b(?! up)|\b(?:alongside|plus)\b")
_SAME_ONE = re.compile(
    r"\b(?:add|append|tack|stack|pair|combine|put)(?:ed|ing)?\s+(?:it|that|this)(?: one)?\b"
    r"|\b(?:with|to|on|onto|beside|alongside)\s+(?:it|that|this)(?: one| code)?"
    r"(?=\s*(?:$|[,.;?!]|too|also|as well|if|when|for))"
    r"|\b(?:it|that|this)(?: one| code)? (?:go|goes|pair|pairs)\b"
    r"|\b(?:it|that|this)(?: one| code)? (?:with|and|plus|alongside|together|on top|on the same|the same|same) "
)
_ALL_OF_THEM = re.compile(
    r"\b(?:with|to|on|onto|add|bill|beside|alongside)\s+(?:them|those|these|both|all of (?:it|them|that))\b"
)
_SAME_DAY = re.compile(r"\b(?:that|the same|same|the very same) (?:day|date|visit|session|month|claim)\b")
_NEXT = re.compile(r"^\s*(?:ok(?:ay)? |so |hm+ )*(?:and|or|what about|how about|what if|with|n)\b")
_LONGEST_COMPLETION, _PAIR = 9, 2
PAIR, _CHOOSES = "pair", "select"
_GOES_TO_THE_NEXT = frozenset({"identify", "select", "units", "time-rule", "payment", "frequency"})
"""What may be asked of the code that stands for one ruled out."""


Mentions = tuple[CodeMention, ...]


def referred(message: str, stated: Facts, before: Before, said: Sequence[str], codes: CodeTable) -> Mentions | None:
    """The codes in force after a turn when its words bring in earlier ones; None when they do not.

    `said` are the cues of this turn, `codes` the table that tells families and add-ons.
    """
    earlier = before.facts
    if earlier is None:
        return None
    if not stated.codes and not stated.services:
        return _instead(message, stated, before, said)
    held = earlier.codes or tuple(CodeMention(code=code) for code in before.recommended)
    text = fold(message)
    if not held or _CHOOSES in said:
        return None
    if stated.codes and all(_definite(text, mention.code) for mention in stated.codes):
        named = {mention.code: mention for mention in stated.codes}
        return tuple(named.get(mention.code, mention) for mention in held) if named.keys() <= _codes(held) else None
    if len(stated.codes) > 1:
        return None
    corrects = _CORRECTS.search(text) is not None
    if _ALL_OF_THEM.search(text) or (_ALSO.search(text) and not corrects):
        return _joined(held, stated.codes)
    if _SAME_ONE.search(text):
        addons = tuple(mention for mention in held if codes.get(mention.code).addon)
        return _joined((addons or held)[:1], stated.codes)
    if not stated.codes:
        return None
    return _added(text, held, stated.codes, before, said, codes, corrects=corrects)


def beside(message: str, stated: Facts, before: Before, said: Sequence[str]) -> tuple[str, ...]:
    """The services of the talk and of a turn that asks whether both may be billed: "and can I do therapy as well?"."""
    earlier = before.facts
    text = fold(message)
    joins = _ALSO.search(text) or _ADDS.search(text) or _SAME_DAY.search(text)
    if earlier is None or not joins or _CORRECTS.search(text) or not asks(message) or stated.codes or _CHOOSES in said:
        return ()
    new = [name for name in stated.services if name not in earlier.services]
    held = earlier.services or tuple(code.code for code in earlier.codes)
    named = opens_wide(message)
    return tuple(dict.fromkeys((*earlier.services, *new))) if new and held and not named else ()


def _added(
    text: str, held: Mentions, new: Mentions, before: Before, said: Sequence[str], codes: CodeTable, *, corrects: bool
) -> Mentions | None:
    """One code that joins the earlier ones, or takes the place of one of them while the question about them stays."""
    if _ADDS.search(text) and not corrects:
        return _joined(held, new)
    pair = before.polar and (PAIR in before.cues or len(held) >= _PAIR)
    short = len(text.split()) <= _LONGEST_COMPLETION
    if not pair or not short or set(said) - {PAIR}:
        return None
    if not asks(text) or corrects:
        return _in_place(held, new[0], codes)
    if _NEXT.search(text) and len(held) == _PAIR:
        kept = _in_place(held, new[0], codes)
        return kept if len(kept) == len(held) else (held[0], new[0])
    return None


def _in_place(held: Mentions, new: CodeMention, codes: CodeTable) -> Mentions:
    """`held` with `new` for the codes of its family, else beside them; an add-on is no such code for its base."""
    new_row = codes.get(new.code)
    rows = ((mention, codes.get(mention.code)) for mention in held)
    kept = tuple(mention for mention, row in rows if (row.family, row.addon) != (new_row.family, new_row.addon))
    return _joined(kept, (new,))


def _instead(message: str, stated: Facts, before: Before, said: Sequence[str]) -> Mentions | None:
    """The code that the last answer named for one that it ruled out, when the talk goes on without a new case."""
    earlier = before.facts
    assert earlier is not None, "looked at before"
    goes_on = set(said) <= _GOES_TO_THE_NEXT and (said or asks(message))
    new_case = stated.performer or stated.payer or stated.place or stated.modality or stated.participants
    ruled_out = bool(earlier.codes) and _codes(earlier.codes) <= set(before.rejected)
    if not before.instead or not ruled_out or not goes_on or new_case or polar_clause(message):
        return None
    return tuple(CodeMention(code=code) for code in before.instead)


def _definite(text: str, code: str) -> bool:
    return re.search(rf"\b(?:the|that|this|my|our|your)\s+{code.lower()}\b", text) is not None


def _codes(mentions: Sequence[CodeMention]) -> set[str]:
    return {mention.code for mention in mentions}


def _joined(held: Mentions, new: Mentions) -> Mentions:
    """Both, each code once; units and modifiers as said last."""
    latest = {mention.code: mention for mention in (*held, *new)}
    return tuple(latest.values())
