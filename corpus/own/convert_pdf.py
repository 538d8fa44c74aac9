"""PDF files: lines with their places on the page, headings from bookmarks or size, tables, no hidden text.

PDFium reads the text (a 287-page manual in seconds); pdfplumber reads the tables of pages that draw any.
"""

from __future__ import annotations

import ctypes
import io
import re
import statistics
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from corpus.errors import DocumentError
from corpus.own.clean import tidy, visible
from corpus.own.convert import title_of
from corpus.own.model import Block, Converted

_MOST_PAGES = 4000
_RULED = 6
"""Drawn paths on a page from which it may hold a table."""
_LEADERS = re.compile(r"(?:\.\s?){5,}\s*\S{0,10}$")
_PAGE_LABEL = re.compile(
    r"(?:page\s+)?(?:(?:[ivxlc]+|[A-Z])?\s?-?\s?|[A-Z][a-z]{1,6}-)\d{1,4}(?:\s+of\s+\d{1,4})?", re.IGNORECASE
)
_ENTRY = re.compile(r"\D[\s.]+(?:(?:[IVXLC]+|[A-Z][a-z]{0,6})-)?\d{1,4}$")
_MARKER = re.compile(r"(?:[•‣▪o–-]|\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,4})[.)])\s+\S")
_EDGE = 3
"""Lines from the top and the bottom among which headers and footers are looked for."""


@dataclass(slots=True)
class _Line:
    text: str
    x: float
    y: float
    right: float
    height: float
    bold: bool


def convert_pdf(name: str, data: bytes) -> Converted:
    """The text of every page, with the page's number; running headers, footers and page numbers left out."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise _refused(name, str(error)) from None
    try:
        if len(document) > _MOST_PAGES:
            raise DocumentError(name, "too-large", f"it has more than {_MOST_PAGES:,} pages", hint="Split it.")
        pages, ruled = _read_pages(document)
        if not any(line.text.strip() for lines in pages for line in lines):
            raise DocumentError(
                name,
                "no-text",
                "its pages are pictures without text (a scan)",
                hint="Run text recognition (OCR) over it, for example with ocrmypdf, then add the result.",
            )
        marks = _bookmarks(document)
        stated = tidy((document.get_metadata_dict() or {}).get("Title", ""))
    except pypdfium2.PdfiumError as error:
        raise _refused(name, str(error)) from None
    finally:
        document.close()
    _drop_running(pages)
    tables = _tables(data, ruled)
    blocks = tuple(_blocks(pages, marks, tables))
    return Converted(stated or title_of(name), "pdf", blocks, pages=len(pages))


def _refused(name: str, problem: str) -> DocumentError:
    if "password" in problem.lower():
        return DocumentError(
            name,
            "encrypted",
            "the PDF is protected with a password",
            hint="Open it with its password, print or export it without protection, and add that file.",
        )
    return DocumentError(name, "damaged", "the PDF is damaged", hint="Download or export it again, then add that.")


def _read_pages(document: Any) -> tuple[list[list[_Line]], list[int]]:
    """Lines of every page, and the numbers (from 0) of the pages that draw lines or boxes."""
    import pypdfium2.raw as raw

    pages, ruled = [], []
    for number in range(len(document)):
        page = document[number]
        text = page.get_textpage()
        pages.append(_lines(page, text, raw))
        if sum(1 for _ in page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH])) >= _RULED:
            ruled.append(number)
        text.close()
        page.close()
    return pages, ruled


def _lines(page: Any, text: Any, raw: Any) -> list[_Line]:
    """The lines of a page in reading order, characters that do not stand out from the paper left out."""
    count = text.count_chars()
    chars = [chr(raw.FPDFText_GetUnicode(text.raw, at)) for at in range(count)]
    unseen = _unseen(page, text, raw, chars)
    lines: list[_Line] = []
    held: list[int] = []
    for at in [*range(count), -1]:
        if at >= 0 and chars[at] not in "\r\n":
            held.append(at)
            continue
        shown = [index for index in held if index not in unseen]
        words = tidy("".join(chars[index] for index in shown).replace("\ufffe", "-").replace("\x02", "-"))
        inked = [index for index in shown if chars[index].strip()]
        if words and inked:
            lines.append(_measured(words, inked, text, raw))
        held = []
    return lines


def _measured(words: str, inked: list[int], text: Any, raw: Any) -> _Line:
    left, _, bottom, top = _box(text, raw, inked[0])
    _, right, _, _ = _box(text, raw, inked[-1])
    sample = inked[:: max(1, len(inked) // 6)]
    heights = [box[3] - box[2] for box in (_loose(text, raw, index) for index in sample)]
    bold = all(raw.FPDFText_GetFontWeight(text.raw, index) >= 600 for index in sample)
    return _Line(words, left, (bottom + top) / 2, right, round(statistics.median(heights), 1), bold)


def _box(text: Any, raw: Any, index: int) -> tuple[float, float, float, float]:
    """Left, right, bottom and top of a character, in points from the page's lower left corner."""
    values = [ctypes.c_double() for _ in range(4)]
    raw.FPDFText_GetCharBox(text.raw, index, *(ctypes.byref(value) for value in values))
    left, right, bottom, top = (value.value for value in values)
    return left, right, bottom, top


def _loose(text: Any, raw: Any, index: int) -> tuple[float, float, float, float]:
    """As `_box`, with the height of the font instead of that of the letter."""
    box = raw.FS_RECTF()
    raw.FPDFText_GetLooseCharBox(text.raw, index, ctypes.byref(box))
    return box.left, box.right, box.bottom, box.top


def _unseen(page: Any, text: Any, raw: Any, chars: list[str]) -> set[int]:
    """Characters that nobody sees: letters as light as the paper behind them, or too small to read."""
    light: list[int] = []
    found: set[int] = set()
    parts = [ctypes.c_uint() for _ in range(4)]
    pointers = [ctypes.byref(part) for part in parts]
    for index, char in enumerate(chars):
        if not char.strip():
            continue
        known = raw.FPDFText_GetFillColor(text.raw, index, *pointers)
        red, green, blue, alpha = (part.value for part in parts)
        if known and (min(red, green, blue) >= 235 or alpha < 20):
            light.append(index)
    if light:
        found = _without_contrast(page, text, raw, light)
    return found | _tiny(text, raw, chars)


def _tiny(text: Any, raw: Any, chars: list[str]) -> set[int]:
    """Characters lower than a point and a half."""
    starts = [index for index, char in enumerate(chars) if char.strip()]
    sampled = {index: _loose(text, raw, index) for index in starts[::12]}
    small = {index for index, box in sampled.items() if 0 < box[3] - box[2] < 1.5}
    if not small:
        return set()
    return {index for index in starts if 0 < (box := _loose(text, raw, index))[3] - box[2] < 1.5}


def _without_contrast(page: Any, text: Any, raw: Any, light: list[int]) -> set[int]:
    """Light characters under which the printed page shows nothing dark: white letters on white paper."""
    scale = 1.5
    picture = page.render(scale=scale, grayscale=True).to_numpy()
    height, width = picture.shape[:2]
    top = page.get_height()
    found = set()
    for index in light:
        left, right, low, high = _box(text, raw, index)
        rows = slice(max(0, int((top - high) * scale)), min(height, int((top - low) * scale) + 1))
        columns = slice(max(0, int(left * scale)), min(width, int(right * scale) + 1))
        patch = picture[rows, columns]
        if patch.size == 0 or int(patch.min()) > 200:
            found.add(index)
    return found


def _bookmarks(document: Any) -> dict[int, list[tuple[int, str]]]:
    """Bookmarks by page: (level, title)."""
    found: dict[int, list[tuple[int, str]]] = {}
    for mark in document.get_toc(max_depth=6):
        target = mark.get_dest()
        title = tidy(mark.get_title() or "")
        if target is not None and title and (page := target.get_index()) is not None:
            found.setdefault(page, []).append((mark.level + 1, title))
    return found


def _drop_running(pages: list[list[_Line]]) -> None:
    """Take out lines at the edges of pages that other pages repeat, page numbers and contents."""
    edges: Counter[str] = Counter()
    for lines in pages:
        edges.update({_shape(line.text) for line in (*lines[:_EDGE], *lines[-_EDGE:])})
    for lines in pages:
        if sum(_ENTRY.search(line.text) is not None for line in lines) > len(lines) / 2 and len(lines) > 5:
            lines.clear()  # a table of contents repeats every heading and would be found for each of them
    often = max(3, len(pages) // 20)
    for lines in pages:
        near = {id(line) for line in (*lines[:_EDGE], *lines[-_EDGE:])}
        lines[:] = [
            line
            for line in lines
            if not (
                id(line) in near and (edges[_shape(line.text)] >= often or _PAGE_LABEL.fullmatch(line.text) is not None)
            )
            and not _LEADERS.search(line.text)
        ]


def _shape(text: str) -> str:
    return re.sub(r"\d+", "#", text.lower())


def _tables(data: bytes, ruled: list[int]) -> dict[int, list[tuple[float, float, list[str]]]]:
    """Tables by page: upper and lower edge (points from the page's lower edge) and rows."""
    if not ruled:
        return {}
    import pdfplumber

    found: dict[int, list[tuple[float, float, list[str]]]] = {}
    with pdfplumber.open(io.BytesIO(data)) as document:
        for number in ruled:
            page = document.pages[number]
            for table in page.find_tables():
                rows = [[tidy(visible(cell or "")) for cell in row] for row in table.extract()]
                shown = [" | ".join(cell for cell in row if cell) for row in rows if any(row)]
                if len(shown) < 2 or max(len([cell for cell in row if cell]) for row in rows) < 2:
                    continue
                upper, lower = float(page.height) - table.bbox[1], float(page.height) - table.bbox[3]
                found.setdefault(number, []).append((upper, lower, shown))
            page.close()
    return found


def _blocks(
    pages: list[list[_Line]],
    marks: dict[int, list[tuple[int, str]]],
    tables: dict[int, list[tuple[float, float, list[str]]]],
) -> Iterator[Block]:
    body = Counter(line.height for lines in pages for line in lines for _ in line.text).most_common(1)[0][0]
    sizes = sorted({line.height for lines in pages for line in lines if line.height > 1.12 * body}, reverse=True)
    held: list[str] = []
    began = 0
    for number, lines in enumerate(pages):
        waiting = list(tables.get(number, ()))
        titles = list(marks.get(number, ()))
        for at, line in enumerate(lines):
            inside = next((table for table in tables.get(number, ()) if table[1] <= line.y <= table[0]), None)
            heading = None if inside else _heading(line, titles, bool(marks), body, sizes)
            new = bool(inside or heading or not held or _starts(line, lines, at, held, number != began))
            if new and held:
                yield _paragraph(held, began)
                held = []
            if inside is not None:
                if inside in waiting:
                    waiting.remove(inside)
                    yield from (Block("row", row, page=number + 1) for row in inside[2])
            elif heading is not None:
                yield Block("heading", heading[1], heading[0], number + 1)
            else:
                if not held:
                    began = number
                held.append(line.text)
    if held:
        yield _paragraph(held, began)


def _paragraph(held: list[str], page: int) -> Block:
    text = held[0]
    for line in held[1:]:
        # A word that was broken at the end of a line keeps its hyphen: whether it has one of its own is not known.
        text = (
            f"{text}{line}" if text.endswith("-") and text[-2:-1].isalpha() and line[:1].islower() else f"{text} {line}"
        )
    return Block("item" if _MARKER.match(text) else "text", text, page=page + 1)


def _starts(line: _Line, lines: list[_Line], at: int, held: list[str], turned: bool) -> bool:
    """Whether a line begins a paragraph: after a gap or a short last line, or with a list marker."""
    if _MARKER.match(line.text):
        return True
    if turned or at == 0:
        return held[-1][-1] in ".!?:;" or not line.text[:1].islower()
    above = lines[at - 1]
    gap = above.y - line.y
    if gap > 1.75 * line.height or gap < -line.height:
        return True
    widest = max(other.right for other in lines)
    ended = above.text[-1] in ".!?:" and above.right < widest - 0.15 * (widest - above.x)
    return ended or abs(line.height - above.height) > 0.15 * line.height


def _heading(
    line: _Line, titles: list[tuple[int, str]], marked: bool, body: float, sizes: list[float]
) -> tuple[int, str] | None:
    """Level and words when the line is a heading: a bookmark of the page, else larger or bold."""
    plain = re.sub(r"\W+", "", line.text).lower()
    for place, (level, title) in enumerate(titles):
        wanted = re.sub(r"\W+", "", title).lower()
        if plain and (wanted == plain or (len(plain) > 12 and wanted.startswith(plain))):
            del titles[place]
            return level, title
    if marked or len(line.text) > 120 or line.text[-1] in ".;,":
        return None
    if line.height > 1.12 * body:
        return sizes.index(line.height) + 1 if line.height in sizes else 1, line.text
    if line.bold and len(line.text) < 90:
        return len(sizes) + 1, line.text
    return None
