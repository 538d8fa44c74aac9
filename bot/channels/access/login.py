"""The sign-in page: a form with a token of its own, throttled by name and address, telling nobody who exists."""

from __future__ import annotations

import hmac
import secrets
from functools import partial
from html import escape

import anyio.to_thread
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from bot.channels.access.policy import COOKIE, SECURE_COOKIE, SIGN_IN, SIGN_OUT, Policy
from bot.channels.api.metrics import Metrics

_FORM_COOKIE = "codecite-form"
_FIELDS, _LONGEST = 4, 500

PAGE = """<!doctype html><html lang="en-US"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="robots" content="noindex">
<title>Sign in to codecite</title><style>{style}</style></head>
<body class="cc-page"><main class="cc-login"><h1>codecite</h1><p>Billing guidance for your practice.</p>
<form method="post" action="{action}">{problem}
<label for="name">Name</label><input id="name" name="name" autocomplete="username" required maxlength="60" autofocus>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required maxlength="200">
<input type="hidden" name="form" value="{token}"><button type="submit">Sign in</button></form></main></body></html>"""


def router(policy: Policy, metrics: Metrics, style: str) -> APIRouter:
    """`/sign-in` and `/sign-out`."""
    routes = APIRouter(include_in_schema=False)

    @routes.get(SIGN_IN)
    def show(request: Request) -> Response:
        return _page(policy, request, style)

    @routes.post(SIGN_IN)
    async def sign_in(request: Request) -> Response:
        form = await request.form(max_files=0, max_fields=_FIELDS, max_part_size=_LONGEST)
        name, password, token = (str(form.get(key, "")) for key in ("name", "password", "form"))
        if not token or not hmac.compare_digest(token, request.cookies.get(_FORM_COOKIE, "")):
            return _page(policy, request, style, "The form was too old. Please sign in again.", 403)
        who = (name.strip().lower()[:60], request.client.host if request.client else "")
        wait = max(policy.by_name.wait(who[0]), policy.by_address.wait(who[1]))
        if wait:
            metrics.refused("throttle")
            return _page(policy, request, style, f"Too many tries. Please wait {wait} seconds.", 429, wait)
        assert policy.book is not None, "the page is only served where there are users"
        user = await anyio.to_thread.run_sync(partial(policy.book.verify, name, password))
        if user is None:
            policy.by_name.failed(who[0])
            policy.by_address.failed(who[1])
            metrics.refused("login")
            return _page(policy, request, style, "Name and password do not fit together.", 401)
        policy.by_name.succeeded(who[0])
        reply = RedirectResponse("/", status_code=303)
        secure = policy.is_secure(request.scope)
        reply.set_cookie(
            SECURE_COOKIE if secure else COOKIE,
            policy.sessions.begin(user),
            max_age=policy.sessions.seconds,
            path="/",
            secure=secure,
            httponly=True,
            samesite="lax",
        )
        reply.delete_cookie(_FORM_COOKIE, path=SIGN_IN)
        return reply

    @routes.post(SIGN_OUT)
    def sign_out(request: Request) -> Response:
        policy.sessions.end(policy.token(request.headers) or "")
        reply = RedirectResponse(SIGN_IN, status_code=303)
        for cookie, secure in ((COOKIE, False), (SECURE_COOKIE, True)):
            reply.delete_cookie(cookie, path="/", secure=secure, httponly=True, samesite="lax")
        return reply

    return routes


def _page(
    policy: Policy, request: Request, style: str, problem: str = "", status: int = 200, wait: int = 0
) -> HTMLResponse:
    token = secrets.token_urlsafe(24)
    told = f'<p role="alert" class="cc-warning cc-stop">{escape(problem)}</p>' if problem else ""
    page = PAGE.format(style=style, action=SIGN_IN, problem=told, token=token)
    reply = HTMLResponse(page, status, {"Retry-After": str(wait)} if wait else None)
    reply.set_cookie(
        _FORM_COOKIE,
        token,
        max_age=3600,
        path=SIGN_IN,
        secure=policy.is_secure(request.scope),
        httponly=True,
        samesite="strict",
    )
    return reply
