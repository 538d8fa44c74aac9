"""Word documents: headings by style, paragraphs, list items and tables in order, without hidden or white text."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

from corpus.errors import DocumentError
from corpus.own.clean import tidy
from corpus.own.convert import title_of
from corpus.own.model import Block, Converted

if TYPE_CHECKING:
    from docx.table import Table
    from docx.text.paragraph import Paragraph

_UNPACKED = 400_000_000
"""Bytes that a document may unpack to."""


def convert_docx(name: str, data: bytes) -> Converted:
    """The text of a document; Word stores no pages, so places are told by their headings."""
    from docx import Document
    from docx.opc.exceptions import PackageNotFoundError

    broken = DocumentError(
        name, "damaged", "the DOCX file is damaged or protected", hint="Open it in Word, save it again and add that."
    )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > _UNPACKED:
                raise DocumentError(
                    name, "too-large", "it unpacks to too much data", hint="Split the document and add the parts."
                )
            if "EncryptedPackage" in packed.namelist():
                raise broken
        document = Document(io.BytesIO(data))
        blocks = tuple(_blocks(document.iter_inner_content()))
    except (zipfile.BadZipFile, PackageNotFoundError, KeyError, ValueError, SyntaxError, EOFError, OSError):
        raise broken from None
    stated = tidy(document.core_properties.title or "")
    first = next((block.text for block in blocks if block.kind == "heading"), "")
    return Converted(stated or first or title_of(name), "docx", blocks)


def _blocks(contents: Iterator[Paragraph | Table]) -> Iterator[Block]:
    for content in contents:
        rows = getattr(content, "rows", None)
        if rows is None:
            yield from _paragraph(content)  # type: ignore[arg-type]  # told apart by `rows`
            continue
        for row in rows:
            cells = list(dict.fromkeys(cell._tc for cell in row.cells))
            texts = [tidy(" ".join(_seen(p) for p in cell.paragraphs)) for cell in row.cells if cell._tc in cells]
            if any(texts):
                yield Block("row", " | ".join(dict.fromkeys(texts)))


def _paragraph(paragraph: Paragraph) -> Iterator[Block]:
    words = tidy(_seen(paragraph))
    if not words:
        return
    style = (paragraph.style.name or "") if paragraph.style is not None else ""
    if style == "Title":
        yield Block("heading", words, level=1)
    elif found := re.fullmatch(r"Heading (\d)", style):
        yield Block("heading", words, level=int(found[1]))
    else:
        yield Block("item" if style.startswith("List") else "text", words)


def _seen(paragraph: Paragraph) -> str:
    """The words that are printed: no hidden and no white text."""
    parts = []
    for content in paragraph.iter_inner_content():
        for run in getattr(content, "runs", None) or [content]:
            color = run.font.color.rgb if run.font.color is not None else None
            size = run.font.size
            if run.font.hidden or str(color) == "FFFFFF" or (size is not None and size.pt < 2):
                continue
            parts.append(run.text)
    return "".join(parts)
