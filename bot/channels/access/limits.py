"""How often somebody may try: requests a minute for a user, failed logins for a name and an address. In memory."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

REMEMBERED = 10_000
"""Users or addresses remembered; the one unused for longest is forgotten first."""


class Rate:
    """A bucket of requests for each user, filled evenly: `per_minute` of them, all at once if need be."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._clock = float(per_minute), clock
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, who: str) -> int:
        """0 when the request may pass (and is counted), else the seconds to wait."""
        with self._lock:
            now = self._clock()
            left, at = self._held.pop(who, (self._most, now))
            left = min(self._most, left + (now - at) * self._most / 60)
            passes = left >= 1
            self._held[who] = (left - 1 if passes else left, now)
            while len(self._held) > REMEMBERED:
                self._held.popitem(last=False)
        return 0 if passes else max(1, round((1 - left) * 60 / self._most))


class Throttle:
    """Failed logins: after `free` failures each further one makes a name or an address wait twice as long."""

    def __init__(self, free: int, clock: Callable[[], float] = time.monotonic, longest: int = 900) -> None:
        self._free, self._clock, self._longest = free, clock, longest
        self._held: OrderedDict[str, tuple[int, float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, who: str) -> int:
        """Seconds until the next try is looked at, 0 for now."""
        with self._lock:
            failures, until = self._held.get(who, (0, 0.0))
            return max(0, round(until - self._clock() + 0.5)) if failures > self._free and until > self._clock() else 0

    def failed(self, who: str) -> None:
        """Count a failure."""
        with self._lock:
            failures, _ = self._held.pop(who, (0, 0.0))
            pause = min(self._longest, 2 ** max(0, failures - self._free + 1)) if failures >= self._free else 0
            self._held[who] = (failures + 1, self._clock() + pause)
            while len(self._held) > REMEMBERED:
                self._held.popitem(last=False)

    def succeeded(self, who: str) -> None:
        """Forget the failures."""
        with self._lock:
            self._held.pop(who, None)
