"""The page behind the Documents tab: takes a file in, lists documents, removes one. Plain forms, no script.

Uploads are read from memory and never kept as files. The routes exist only where the server may take documents: on
this machine alone, or where everybody is asked who they are.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterable
from html import escape
from typing import Annotated

from fastapi import APIRouter, File, Form, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from bot.channels.render_html import notice_html
from bot.channels.web import documents_html
from bot.channels.web.page import CSS
from bot.cli import exit_code
from bot.errors import UsageError
from bot.inputs import parse_date, parse_payer
from bot.logs import get_logger
from bot.own.library import About, Library
from bot.own.report import compare
from corpus.knowledge import Knowledge
from corpus.own import LARGEST_FILE

LONGEST_NAME = 200


def router(library: Library, knowledge: Knowledge) -> APIRouter:
    """`GET /documents`, `POST /documents` (a file) and `POST /documents/remove`."""
    routes = APIRouter(include_in_schema=False)
    busy = threading.Lock()

    @routes.get(documents_html.ADD)
    def look() -> HTMLResponse:
        return _page(documents_html.listing(library.documents(), removable=True))

    @routes.post(documents_html.ADD)
    def add(
        file: Annotated[UploadFile, File()],
        title: Annotated[str, Form(max_length=LONGEST_NAME)] = "",
        payer: Annotated[str, Form(max_length=80)] = "",
        effective: Annotated[str, Form(max_length=40)] = "",
    ) -> HTMLResponse:
        def work() -> str:
            about = About(
                title.strip() or None,
                None,
                parse_payer(payer, knowledge) if payer else None,
                parse_date(effective or None, "In effect from"),
            )
            return _taken_in(library, knowledge, file, about)

        if not busy.acquire(blocking=False):
            return _page(notice_html("Another document is being taken in.", "Try again in a minute."), status=429)
        try:
            return _calm(work)
        finally:
            busy.release()

    @routes.post(documents_html.REMOVE)
    def remove(document: Annotated[str, Form(max_length=LONGEST_NAME)]) -> Response:
        def work() -> str:
            library.remove(library.get(document))
            return ""

        shown = _calm(work)
        return shown if shown.status_code != 200 else RedirectResponse(documents_html.ADD, status_code=303)

    return routes


def _taken_in(library: Library, knowledge: Knowledge, file: UploadFile, about: About) -> str:
    """Take the upload in and say what became of it, with its report."""
    name = (file.filename or "document").replace("\\", "/").rpartition("/")[2][:LONGEST_NAME]
    data = file.file.read(LARGEST_FILE + 1)
    added = library.add_bytes(name, data, about)
    document = added.document
    told = {
        "added": "was added",
        "replaced": "took the place of its earlier version",
        "updated": "was there already; its description is new",
        "unchanged": "was there already",
    }[added.outcome]
    found = compare(knowledge, document, library.store.excerpts(document.id), dt.date.today())
    note = notice_html(f"{document.title} {told}: {document.excerpts} passages.")
    return note + documents_html.report(found) + documents_html.listing(library.documents(), removable=True)


def _calm(work: Callable[[], str]) -> HTMLResponse:
    """The page that `work` makes, or a calm one when it fails: never the text of an unexpected error."""
    try:
        return _page(work())
    except Exception as error:  # Nothing that goes wrong may reach the reader as exception text.
        if exit_code(error) is not None or isinstance(error, UsageError):
            return _page(notice_html(str(error), getattr(error, "hint", "")), status=400)
        get_logger("web").error("document failed", error_type=type(error).__name__, channel="web")
        return _page(notice_html("Sorry, that could not be taken in.", "Nothing of it was kept."), status=500)


def _page(*parts: str, status: int = 200, title: str = "Your documents") -> HTMLResponse:
    body = "".join(parts)
    return HTMLResponse(
        '<!doctype html><html lang="en-US"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="color-scheme" content="light dark"><title>codecite: {escape(title.lower())}</title>'
        f"<style>{CSS.read_text(encoding='utf-8')}</style></head>"
        f'<body class="cc-page"><main><h1>{escape(title)}</h1>{body}<p><a href="/#documents">Back to codecite</a></p>'
        "</main></body></html>",
        status_code=status,
        headers={"Cache-Control": "no-store"},
    )


def may_take_documents(hosts: Iterable[str], access: str) -> bool:
    """Whether this server may take documents: it answers to this machine alone, or asks everybody who they are."""
    return access != "off" or "*" not in hosts
