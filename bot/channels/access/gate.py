"""The gate in front of everything that is served: closed paths, other sites' pages, who asks, how often, how much.

An ASGI middleware, so that streams pass through untouched. It logs nothing and counts without names.
"""

from __future__ import annotations

from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.channels.access.policy import (
    FOR_KEYS,
    LARGEST,
    OPEN,
    OPEN_BELOW,
    SIGN_IN,
    SIGN_OUT,
    SIZES,
    WITHOUT_LOGIN,
    WITHOUT_LOGIN_BELOW,
    Policy,
)
from bot.channels.api.metrics import Metrics

HEADERS = {
    # Gradio's own page needs inline scripts and styles; everything else comes from this server or not at all.
    "Content-Security-Policy": "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_UNCOUNTED = ("/gradio_api/heartbeat/", SIGN_IN, SIGN_OUT)


class Gate:
    """Lets through what is served to whom it is served, and puts the security headers on every reply.

    `extra` are paths of other channels in the same process that bring their own proof of who asks (a signature).
    """

    def __init__(self, app: ASGIApp, policy: Policy, metrics: Metrics, extra: tuple[str, ...] = ()) -> None:
        self.app, self.policy, self.metrics, self.extra = app, policy, metrics, extra

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        area = scope["path"].split("/")[1] or "page"
        https = self.policy.is_secure(scope)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                if https:
                    headers["Strict-Transport-Security"] = "max-age=31536000"
                if scope["path"].startswith(("/api/", "/v1/", "/mcp", SIGN_IN)):
                    headers["Cache-Control"] = "no-store"
                self.metrics.replied(area if message["status"] != HTTPStatus.NOT_FOUND else "other", message["status"])
            await send(message)

        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, send_with_headers)
            return
        await _Limited(self.app, self._largest(scope["path"]), self.metrics)(scope, receive, send_with_headers)

    def _largest(self, path: str) -> int:
        return SIZES.get(path, LARGEST)

    def _refusal(self, scope: Scope) -> Response | None:
        """The reply to a request that goes no further; None lets it pass."""
        path, headers = scope["path"], Headers(scope=scope)
        if path in self.extra:
            return None
        if path not in OPEN and not path.startswith(OPEN_BELOW):
            return PlainTextResponse("Not found", status_code=404)
        if scope["method"] not in _SAFE and not self._from_our_page(headers):
            self.metrics.refused("origin")
            return _told(path, 403, "this request came from another site's page")
        if path in WITHOUT_LOGIN or path.startswith(WITHOUT_LOGIN_BELOW):
            return None
        user = self.policy.user(scope, headers)
        if user is None:
            self.metrics.refused("login")
            return self._ask_for_login(scope)
        scope["codecite_user"] = user
        if self.policy.rate is not None and scope["method"] not in _SAFE and not path.startswith(_UNCOUNTED):
            wait = self.policy.rate.wait(user)
            if wait:
                self.metrics.refused("rate")
                return _told(path, 429, f"too many requests; try again in {wait} seconds", {"Retry-After": str(wait)})
        return None

    def _from_our_page(self, headers: Headers) -> bool:
        """Whether a change was asked for by a page of ours or by a program: browsers say where a page is from."""
        origin = headers.get("origin")
        if origin == "null":
            # Our pages send no referrer, and a browser then names no origin for a plain form (sign-in, documents).
            return headers.get("sec-fetch-site") == "same-origin"
        if origin is not None:
            return self.policy.own_origin(origin, headers.get("host", ""))
        return headers.get("sec-fetch-site", "none") in ("none", "same-origin")

    def _ask_for_login(self, scope: Scope) -> Response:
        path = scope["path"]
        if self.policy.access == "users" and path == "/" and scope["method"] == "GET":
            return RedirectResponse(SIGN_IN, status_code=303)
        reply = _told(path, 401, "a login or an API key is needed")
        if path.startswith(FOR_KEYS):
            reply.headers["WWW-Authenticate"] = "Bearer"
        return reply


def _told(path: str, status: int, text: str, headers: dict[str, str] | None = None) -> Response:
    if path.startswith("/v1/"):
        return JSONResponse({"error": {"message": text, "type": "invalid_request_error"}}, status, headers)
    return JSONResponse({"error": text, "hint": ""}, status, headers)


class _TooLargeError(HTTPException):
    """The body has grown beyond what is taken. An HTTP error, because FastAPI passes only those through."""


class _Limited:
    """Passes requests whose body stays below `largest` bytes, whatever their headers say."""

    def __init__(self, app: ASGIApp, largest: int, metrics: Metrics) -> None:
        self.app, self.largest, self.metrics = app, largest, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        length = Headers(scope=scope).get("content-length", "0")
        if not length.isdigit() or int(length) > self.largest:
            self.metrics.refused("size")
            await _told(scope["path"], 413, f"a body has at most {self.largest} bytes")(scope, receive, send)
            return
        taken, begun = 0, False

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            if message["type"] == "http.request":
                taken += len(message.get("body", b""))
                if taken > self.largest:
                    raise _TooLargeError(413, f"a body has at most {self.largest} bytes")
            return message

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, counted, watched)
        except _TooLargeError:
            self.metrics.refused("size")
            if not begun:
                await _told(scope["path"], 413, f"a body has at most {self.largest} bytes")(scope, receive, send)
