"""A conversation as PDF: the page sends its Markdown, gets a document back, and the server keeps nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Response
from markdown_it import MarkdownIt
from markdown_it.token import Token
from pydantic import BaseModel, ConfigDict, Field

from bot.channels.api.problems import RESPONSES
from bot.channels.api.rest import CalmRoute

_SIGNS = {
    "“": '"',
    "”": '"',
    "‘": "'",
    "’": "'",
    "–": "-",
    "—": "-",
    "…": "...",
    "≥": ">=",
    "≤": "<=",
    "•": "-",
    "×": "x",
    "\u00a0": " ",
}
"""Signs that the PDF's built-in fonts do not have."""


class Turn(BaseModel):
    """One question and the Markdown of its answer."""

    model_config = ConfigDict(extra="forbid")

    question: str = Field(max_length=8000)
    answer: str = Field(max_length=200_000)


class Conversation(BaseModel):
    """What is printed."""

    model_config = ConfigDict(extra="forbid")

    turns: list[Turn] = Field(min_length=1, max_length=100)


def router() -> APIRouter:
    """`POST /export.pdf`."""
    routes = APIRouter(route_class=CalmRoute, responses=RESPONSES, include_in_schema=False)

    @routes.post("/export.pdf")
    def export(body: Conversation) -> Response:
        name = f"codecite-{dt.date.today()}.pdf"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return Response(as_pdf(body.turns), media_type="application/pdf", headers=headers)

    return routes


def as_pdf(turns: list[Turn]) -> bytes:
    """The turns as a PDF document; Markdown becomes headings, lists, quotes and tables, everything else is text."""
    from fpdf import FPDF

    pdf = FPDF(format="letter")
    pdf.set_title("codecite conversation")
    pdf.set_margin(18)
    pdf.set_auto_page_break(True, margin=18)
    pdf.add_page()
    reader = MarkdownIt("commonmark").enable("table")
    for turn in turns:
        pdf.set_font("Helvetica", "B", 13)
        pdf.multi_cell(0, 6.5, _latin(turn.question), new_x="LMARGIN", new_y="NEXT")
        pdf.ln(1.5)
        for kind, text in _blocks(reader.parse(turn.answer)):
            _write(pdf, kind, text)
        pdf.ln(5)
    pdf.set_font("Helvetica", "I", 8.5)
    pdf.multi_cell(0, 4.2, "Guidance with sources, not legal advice: the payer's contract and the record decide.")
    return bytes(pdf.output())


def _write(pdf: Any, kind: str, content: Any) -> None:
    if kind == "table":
        pdf.set_font("Helvetica", "", 8.5)
        with pdf.table(line_height=4.6, text_align="LEFT", first_row_as_headings=True) as table:
            for cells in content:
                row = table.row()
                for cell in cells:
                    row.cell(_latin(cell))
        pdf.ln(2)
        return
    indent = {"item": 4, "quote": 7, "number": 2}.get(kind, 0)
    pdf.set_font("Helvetica", "I" if kind == "quote" else "B" if kind in ("bold", "heading") else "", 10)
    pdf.set_x(pdf.l_margin + indent)
    text = f"- {content}" if kind == "item" else content
    pdf.multi_cell(0, 5, _latin(text), new_x="LMARGIN", new_y="NEXT")
    pdf.ln(1.2)


def _blocks(tokens: list[Token]) -> Iterator[tuple[str, Any]]:
    """The blocks of a document in order: kind and text, or rows of cells for a table."""
    around: list[str] = []
    rows: list[list[str]] = []
    number = ""
    for token in tokens:
        if token.nesting == 1:
            around.append(token.type)
            number = token.info if token.type == "list_item_open" else number
            if token.type == "table_open":
                rows = []
            elif token.type == "tr_open":
                rows.append([])
        elif token.nesting == -1:
            around.pop()
            if token.type == "table_close":
                yield "table", _filled(rows)
        elif token.type == "inline" and "tr_open" in around:
            rows[-1].append(_text(token))
        elif token.type == "inline":
            yield _block(token, around, number)
            number = ""


def _block(token: Token, around: list[str], number: str) -> tuple[str, str]:
    text = _text(token)
    if "heading_open" in around:
        return "heading", text
    if "blockquote_open" in around:
        return "quote", text
    if "list_item_open" in around:
        return ("number", f"{number}. {text}") if number else ("item", text)
    first = token.children[0].type if token.children else ""
    return ("bold" if first == "strong_open" else "text"), text


def _filled(rows: list[list[str]]) -> list[list[str]]:
    """The columns in which some row below the heading says something."""
    used = [n for n in range(len(rows[0])) if any(row[n : n + 1] not in ([], [""]) for row in rows[1:])]
    return [[row[n] for n in used if n < len(row)] for row in rows]


def _text(token: Token) -> str:
    parts = []
    for child in token.children or ():
        if child.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif child.type in ("text", "code_inline"):
            parts.append(child.content)
    return "".join(parts)


def _latin(text: str) -> str:
    for sign, plain in _SIGNS.items():
        text = text.replace(sign, plain)
    return text.encode("latin-1", "replace").decode("latin-1")
