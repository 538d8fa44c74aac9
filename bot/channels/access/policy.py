"""The rules of the gate: which paths are open, how large a body may be, who counts as signed in."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

from bot.channels.access.book import AccessBook
from bot.channels.access.limits import Rate, Throttle
from bot.channels.access.sessions import Sessions
from bot.errors import UsageError
from bot.settings import Settings
from corpus.own.convert import LARGEST_FILE

SIGN_IN, SIGN_OUT = "/sign-in", "/sign-out"

OPEN = frozenset(
    {"/", "/limits", "/healthz", "/readyz", "/metrics", "/export.pdf", "/mcp", SIGN_IN, SIGN_OUT}
    | {"/documents", "/documents/remove"}
    | {"/config", "/theme.css", "/favicon.ico", "/robots.txt"}
)
OPEN_BELOW = (
    "/api/",
    "/v1/",
    "/assets/",
    "/static/",
    "/svelte/",
    "/gradio_api/queue/",
    "/gradio_api/heartbeat/",
    "/gradio_api/startup-events",
    "/gradio_api/cancel",
    "/gradio_api/reset",
)
"""What is served. Gradio's other routes (files, uploads, proxy, run history, monitoring ...) stay closed."""

WITHOUT_LOGIN = frozenset({"/healthz", "/readyz", "/limits", SIGN_IN, "/theme.css", "/favicon.ico", "/robots.txt"})
WITHOUT_LOGIN_BELOW = ("/assets/", "/static/", "/svelte/")
"""What says nothing about anybody: health, the sign-in page, Gradio's own scripts and styles."""

FOR_KEYS = ("/api/", "/v1/", "/mcp", "/metrics")
"""Where an API key is enough."""

SIZES: dict[str, int] = {
    "/export.pdf": 2_000_000,
    "/mcp": 1_000_000,
    "/slack/events": 1_000_000,
    "/documents": LARGEST_FILE + 100_000,
}
"""Bytes of the largest body by path, where it differs from the usual one."""
LARGEST = 256_000

COOKIE, SECURE_COOKIE = "codecite", "__Host-codecite"


class ExposureError(UsageError):
    """The server would be open to others without anybody being asked who they are."""

    hint = (
        "Set CODECITE_ACCESS to users (and run `codecite users add NAME`), proxy or keys. Only when the network itself "
        "keeps others out: add --allow-open."
    )


@dataclass(frozen=True)
class Policy:
    """How the gate decides. `access` off asks nobody."""

    access: str = "off"
    book: AccessBook | None = None
    proxy_header: str = "x-forwarded-user"
    proxies: frozenset[str] = frozenset({"127.0.0.1", "::1"})
    public_url: str = ""
    rate: Rate | None = None
    sessions: Sessions = field(default_factory=lambda: Sessions(12, lambda _: True))
    by_name: Throttle = field(default_factory=lambda: Throttle(5))
    by_address: Throttle = field(default_factory=lambda: Throttle(30))

    @classmethod
    def of(cls, settings: Settings, book: AccessBook | None) -> Policy:
        """The policy that the settings ask for."""
        return cls(
            access=settings.access,
            book=book,
            proxy_header=settings.proxy_header.lower(),
            proxies=frozenset(part.strip() for part in settings.proxy_addresses.split(",") if part.strip()),
            public_url=(settings.public_url or "").rstrip("/"),
            rate=Rate(settings.rate_per_minute) if settings.access != "off" else None,
            sessions=Sessions(settings.session_hours, book.is_user if book else lambda _: False),
        )

    def user(self, scope: Scope, headers: Headers) -> str | None:
        """Who asks: a name, empty when nobody is asked, None when nobody known."""
        if self.access == "off":
            return ""
        kind, _, key = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer" and self.book is not None and scope["path"].startswith(FOR_KEYS):
            name = self.book.key_name(key.strip())
            return f"key:{name}" if name else None
        if self.access == "proxy":
            peer = scope.get("client") or ("", 0)
            name = headers.get(self.proxy_header, "").strip()
            return f"proxy:{name[:120]}" if name and peer[0] in self.proxies else None
        if self.access == "users":
            user = self.sessions.user(self.token(headers) or "")
            return f"user:{user}" if user else None
        return None

    def token(self, headers: Headers) -> str | None:
        """The session's token in the cookies."""
        for text in headers.getlist("cookie"):
            try:
                cookies = SimpleCookie(text)
            except CookieError:
                continue
            for name in (SECURE_COOKIE, COOKIE):
                if name in cookies:
                    return cookies[name].value
        return None

    def is_secure(self, scope: Scope) -> bool:
        """Whether readers reach us over https."""
        return scope.get("scheme") == "https" or self.public_url.startswith("https://")

    def own_origin(self, origin: str, host: str) -> bool:
        """Whether a page of this origin is one of ours: the host that was asked for, or the public address."""
        try:
            parts = urlsplit(origin)
        except ValueError:
            return False
        if parts.scheme not in ("http", "https") or not parts.netloc:
            return False
        return parts.netloc.lower() == host.lower() or bool(self.public_url and origin == self.public_url)


def is_loopback(host: str) -> bool:
    """Whether an address can only be reached from this machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_exposure(settings: Settings, host: str, book: AccessBook | None, *, allow_open: bool = False) -> None:
    """Refuse to be open to others by oversight.

    Raises:
        ExposureError: the address is not loopback, nobody would be asked, and `allow_open` is not set.
        UsageError: access asks for users or keys, and there are none.
    """
    if settings.access == "off":
        if not is_loopback(host) and not allow_open:
            raise ExposureError(f"{host} can be reached by others, and there is no access control")
    elif settings.access == "users" and (book is None or not book.users()):
        raise UsageError("CODECITE_ACCESS is users, and there is no user", hint="Run `codecite users add NAME`.")
    elif settings.access == "keys" and (book is None or not book.keys()):
        raise UsageError("CODECITE_ACCESS is keys, and there is no key", hint="Run `codecite keys add NAME`.")
