"""Codes that a turn puts against those of the last answer: "are you sure it isn't ...?", "shouldn't that be ...".

Such a turn states no fact about the service: what someone else put on a claim is no reason to give in.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from bot.question import Before, Facts
from bot.understand.tokens import fold

DOUBT = "doubt"
_THE_ANSWER = r"(?:it|that|this|that one|this one|the code|the right code|the answer)"
_BE = (
    r"(?:s|is|was|be|been|being|isnt|wasnt|aint|should be|should have been|has to be|have to be|must be|would be"
    r"|needs to be)"
)
_SOFT = r"(?: (?:not|just|actually|really|rather|supposed to be|meant to be|like|a|the|still|instead|always))*"
_NEGATED = r"(?:isnt|wasnt|shouldnt|wouldnt|aint|cant|is|should|would|was|could|couldnt)"
_CODE = r"(?P<code>\d{4}[0-9tf]|[a-v]\d{4})\b"
_AGAINST = (
    re.compile(rf"\b{_THE_ANSWER} ?{_BE}{_SOFT} {_CODE}"),
    re.compile(rf"\b{_NEGATED} {_THE_ANSWER}(?: be| have been)?{_SOFT} {_CODE}"),
    re.compile(rf"\b(?:not|instead of|rather than) {_CODE}"),
    re.compile(rf"\b(?:positive|sure|certain)(?: about| of)? {_CODE}"),
)
_DOUBTS = re.compile(
    r"\b(?:sure|certain|positive|really|wrong|thought|isnt|wasnt|shouldnt|wouldnt|told (?:me|us)|says?|said|swears?"
    r"|insists?|(?:should|would|must|has to) (?:it |that |this )?(?:be|have been))\b"
)


def disputed(
    message: str, stated: Facts, before: Before, denials: Collection[str], said: Sequence[str]
) -> tuple[str, ...]:
    """The codes that the turn doubts or would have instead of the answer; empty when it states or asks anything else.

    Only where the talk was about a service in words: a code that the user gave may be corrected by the user.
    """
    earlier = before.facts
    if earlier is None or earlier.codes or not before.recommended or denials or set(said) - _LOOSE:
        return ()
    if not stated.codes or set(stated.stated()) - {"codes", "performer"}:
        return ()
    text = fold(message)
    if not _DOUBTS.search(text):
        return ()
    found = {match.group("code").upper() for pattern in _AGAINST for match in pattern.finditer(text)}
    named = {mention.code for mention in stated.codes}
    return tuple(sorted(named)) if named & found else ()


_LOOSE = frozenset({DOUBT, "select", "identify", "who", "supervision", "changed"})
"""What the words of such a turn may seem to ask: "isn't the code ...", "my supervisor says ..."."""
