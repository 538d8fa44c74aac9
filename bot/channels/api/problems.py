"""Failures as replies: one short text and a hint, never an exception's own words or what was sent."""

from __future__ import annotations

import secrets
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from bot.channels.api.models import Problem
from bot.cli import exit_code
from bot.logs import get_logger
from bot.lookup import UnknownCodeError

RESPONSES: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "The body is not JSON."},
    401: {"model": Problem, "description": "A login or an API key is needed."},
    403: {"model": Problem, "description": "The request came from another site's page."},
    413: {"model": Problem, "description": "The body is too large."},
    422: {"model": Problem, "description": "A value does not fit; `error` names the field."},
    429: {"model": Problem, "description": "Too many requests; `Retry-After` says when to try again."},
    500: {"model": Problem, "description": "A defect; the number in `error` stands in the log."},
}
"""What every route of the API may answer besides its result."""

NOT_FOUND: dict[int | str, dict[str, Any]] = {404: {"model": Problem, "description": "No such code in our tables."}}

_JSON_ERROR = "json_invalid"


def install(app: FastAPI) -> None:
    """Make the application answer failures so."""
    log = get_logger("api")

    async def invalid(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        first = error.errors()[0]
        if first["type"] == _JSON_ERROR:
            return problem(request, 400, "the body is not JSON", "Send a JSON object.")
        where = ".".join(str(part) for part in first["loc"] if part not in ("body", "query", "path"))
        return problem(
            request,
            422,
            f"{where or 'the body'}: {first['msg'].removeprefix('Value error, ')}",
            "See the OpenAPI description.",
        )

    async def refused(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        reply = problem(request, error.status_code, str(error.detail))
        reply.headers.update(error.headers or {})
        return reply

    async def failed(request: Request, error: Exception) -> JSONResponse:
        if exit_code(error) is not None:
            status = 404 if isinstance(error, UnknownCodeError) else 422
            return problem(request, status, str(error).removeprefix("--"), getattr(error, "hint", ""))
        number = secrets.token_hex(4)
        log.error("request failed", answer_id=number, error_type=type(error).__name__, channel="api")
        return problem(request, 500, f"this could not be answered (number {number})", "Try again.")

    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, refused)
    app.state.failed = failed


def problem(request: Request, status: int, error: str, hint: str = "") -> JSONResponse:
    """The reply in the shape of the face that was asked."""
    if request.url.path.startswith("/v1/"):
        kind = "invalid_request_error" if status < 500 else "server_error"
        text = f"{error} {hint}".strip()
        return JSONResponse({"error": {"message": text, "type": kind, "param": None, "code": None}}, status)
    return JSONResponse(Problem(error=error, hint=hint).model_dump(), status)
