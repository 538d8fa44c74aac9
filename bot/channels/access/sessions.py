"""Sessions of signed-in users: random tokens in a cookie, their hashes in memory. A restart signs everybody out."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

SESSIONS_KEPT = 5000
SECONDS_TRUSTED = 60
"""How long a session is used before it is asked again whether its user is still there."""


@dataclass(slots=True)
class _Session:
    user: str
    ends: float
    checked: float


class Sessions:
    """Who is signed in. `is_user` tells whether a user still exists."""

    def __init__(self, hours: int, is_user: Callable[[str], bool], clock: Callable[[], float] = time.monotonic) -> None:
        self.seconds = hours * 3600
        self._is_user, self._clock = is_user, clock
        self._held: OrderedDict[str, _Session] = OrderedDict()
        self._lock = threading.Lock()

    def begin(self, user: str) -> str:
        """A new session's token."""
        token = secrets.token_urlsafe(32)
        now = self._clock()
        with self._lock:
            self._held[_key(token)] = _Session(user, now + self.seconds, now)
            while len(self._held) > SESSIONS_KEPT:
                self._held.popitem(last=False)
        return token

    def user(self, token: str) -> str | None:
        """The user of a session that has not ended and whose user is still there."""
        now = self._clock()
        with self._lock:
            held = self._held.get(_key(token))
            if held is None:
                return None
            late = now >= held.ends
            trusted = now - held.checked < SECONDS_TRUSTED
        if late or not (trusted or self._is_user(held.user)):
            self.end(token)
            return None
        if not trusted:
            held.checked = now
        return held.user

    def end(self, token: str) -> None:
        """End a session."""
        with self._lock:
            self._held.pop(_key(token), None)


def _key(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
