"""Which of the times said is whose: of the service, of a part of it, of one of several, or an hour of the day."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.question import Duration, Facts
from bot.understand.durations import digits
from bot.understand.lexicon import Mention
from bot.understand.tokens import Token, fold
from corpus.codes import codes_in

GROUP_SIZE = re.compile(
    r"\b(?:group of|class of)\s+(\d{1,2})\b"
    r"|\b(\d{1,2})\s+(?:of them|of us|ppl|patients|people|clients|members|participants)\b"
)
"""How many people a message counts."""
_CLOCK_TIME = re.compile(r"\bat (\d{1,2}(?::\d{2})?)\s?(?:[ap]m?\b)?(?![\d%/-])")
_HOUR_OF_DAY = re.compile(r"(?<![-\d:])\b(\d{1,2}(?::\d{2})?\s?[ap])\.?m\b(?!\s*(?:-|to|until|till)\s*\d)")
_BARE = re.compile(
    r"(?<![\d.,$/#-])(\d{1,3})(?![\d.,/%-]|"
    r"\s*(?:of them|of us|ppl|kids|patients|people|units|days|weeks|months|years|am|pm)\b)"
)
_REPLACED = re.compile(r"\b(?:not|instead of|from)\s+$")
_OF_A_PART = re.compile(r"\b(?:last|final|first|closing)\s+(?:about )?$")
_SHORT_TURN = 12


def bare_minutes(message: str, earlier: Facts | None) -> tuple[Duration, ...]:
    """A number alone, in a short turn after one with minutes, is the new time: "and if it was 60?", "55, not 40"."""
    if earlier is None or earlier.minutes is None or len(message.split()) > _SHORT_TURN or codes_in(message.upper()):
        return ()
    text = fold(message)
    if GROUP_SIZE.search(digits(text)):
        return ()
    found = [match for match in _BARE.finditer(text) if _SHORTEST <= int(match.group(1)) <= _LONGEST_SESSION]
    found = [match for match in found if not _OF_A_PART.search(text[: match.start()])]
    kept = [match for match in found if not _REPLACED.search(text[: match.start()])] or found
    return tuple(
        Duration(minutes_from=int(m.group(1)), minutes_to=int(m.group(1)), start=m.start(), end=m.end())
        for m in kept[:1]
    )


_SHORTEST, _LONGEST_SESSION = 5, 480


def at_two_times(message: str, times: Sequence[Duration]) -> bool:
    """Whether two hours of the day are said, not start and end of one session: "my 9am and the 2pm group"."""
    text = fold(message)
    begun = [m.group(1).replace(" ", "") for m in _HOUR_OF_DAY.finditer(text) if not _within(m.start(), times)]
    return len(set(_CLOCK_TIME.findall(text))) > 1 or len(set(begun)) > 1


def _within(place: int, times: Sequence[Duration]) -> bool:
    return any(time.start <= place < time.end for time in times)


def best_duration(
    times: Sequence[Duration], services: Sequence[Mention], words: Sequence[Token], *, shared: bool = False
) -> Duration | None:
    """The time of the service: never that of the whole visit when another is stated; else the nearest to a service.

    Where someone left, the session ended; one that is `shared` goes on without them.
    """
    if shared:
        times = [duration for duration in times if not duration.left] or times
    longest = max((duration.minutes_to for duration in times if not duration.part), default=0)
    times = [duration for duration in times if not (duration.part and duration.minutes_to < longest)]
    candidates = [duration for duration in times if not duration.total] or list(times)
    candidates = [duration for duration in candidates if duration.actual or duration.left] or candidates
    if len(candidates) <= 1 or not services:
        return candidates[0] if candidates else None
    anchor = words[services[0].first].start
    return min(candidates, key=lambda duration: abs(duration.start - anchor))


def timed_service(named: Sequence[Mention], times: Sequence[Duration], words: Sequence[Token]) -> str | None:
    """The one of several services that the only time said belongs to: the only one of its clause, or right beside it.

    None where one service is named, or the time may be meant for all.
    """
    services = [mention for mention in named if not mention.negated]
    if len({mention.value for mention in services}) < _SEVERAL or len(times) != 1 or times[0].total:
        return None
    time = times[0]
    clause = next((word.clause for word in words if word.start >= time.start), None)
    inside = {mention.value for mention in services if words[mention.last].clause == clause}
    if len(inside) == 1:
        return inside.pop()
    gaps = sorted((_gap(words, mention, time), mention.value) for mention in services)
    nearest, next_one = gaps[0], next((gap for gap in gaps if gap[1] != gaps[0][1]), gaps[0])
    return nearest[1] if nearest[0] <= _BESIDE < next_one[0] else None


_SEVERAL, _BESIDE = 2, 8


def _gap(words: Sequence[Token], mention: Mention, time: Duration) -> int:
    before, after = words[mention.first].start - time.end, time.start - words[mention.last].end
    return max(before, after, 0)
