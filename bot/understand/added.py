"""Minutes that a turn adds to those said before, or takes from them: "she found another 18", "minus 10 for notes"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.question import Duration, Facts
from bot.understand.durations import digits
from bot.understand.tokens import fold

_UNIT = r"(?: ?(?:minutes|minute|mins|min|m)\b)?"
_SESSION = (
    r"(?: (?:long|therapy|coaching|video|phone|group|individual))*"
    r" (?:session|visit|appointment|appt|client|patient|pt|slot|one|group)s?\b"
)
"""After a time that is that of another session: "and another 45 min session?"."""
_THAN = r"(?! than (?!it|that|this|before|planned))"
_MORE = re.compile(
    rf"\b(?:another|an additional|additional|an extra|extra|plus|add|added)\s+(?:about |like )?(\d{{1,3}}){_UNIT}"
    rf"(?!{_SESSION})(?!\d|\s*[%$/-])"
    rf"|\b(\d{{1,3}}){_UNIT} (?:more|longer|extra|on top of (?:it|that)|in addition|added)\b{_THAN}(?!{_SESSION})"
)
_LESS = re.compile(
    rf"\b(?:minus|subtract|take (?:off|away|out)|knock off|deduct)\s+(?:about |like |the )?(\d{{1,3}}){_UNIT}"
    rf"(?!\d|\s*[%$/-])"
    rf"|\b(\d{{1,3}}){_UNIT} (?:less|fewer|shorter)\b{_THAN}"
)


def in_all(message: str, times: Sequence[Duration], stated: Facts, earlier: Facts | None) -> int | None:
    """The minutes in force when a turn adds to those of `earlier` or takes from them; None when it does neither.

    `times` are those the turn states: several stand for themselves, and so does the time of a code, of another service
    or of another clinician.
    """
    if earlier is None or earlier.minutes is None or earlier.minutes_to is not None or len(times) > 1:
        return None
    other = stated.performer not in (None, earlier.performer) or not set(stated.services) <= set(earlier.services)
    text = digits(fold(message))
    found = [(sign, match) for sign, pattern in ((1, _MORE), (-1, _LESS)) for match in pattern.finditer(text)]
    if other or stated.codes or len(found) != 1:
        return None
    sign, match = found[0]
    change = next(int(group) for group in match.groups() if group)
    if times and times[0].minutes_from != change:
        return None
    total = earlier.minutes + sign * change
    return total if total > 0 else None


def summed(message: str, times: Sequence[Duration], stated: Facts, earlier: Facts | None) -> dict[str, int]:
    """The minutes in force, as an update of `stated`, where the turn adds to those said before or takes from them."""
    total = in_all(message, times, stated, earlier)
    return {} if total is None else {"minutes": total}
