"""One file to a `Converted`: the format told by name and first bytes, limits kept, every refusal explained."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from corpus.errors import DocumentError
from corpus.own.model import Converted

PARSER_VERSION = "1"
"""Raised whenever a converter or the splitter reads differently: documents are then read again when added again."""

LARGEST_FILE = 60_000_000
"""Bytes of the largest file that is read."""
_MOST_TEXT = 25_000_000
"""Characters of the longest text that is kept."""

FORMATS = {
    ".pdf": "pdf",
    ".docx": "docx",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "text",
    ".text": "text",
    ".csv": "csv",
    ".tsv": "csv",
}
"""File endings that are read, and the format that each means."""

_SHOWN_FORMATS = "PDF, DOCX, HTML, Markdown, TXT and CSV"
_OTHER = {
    b"\xd0\xcf\x11\xe0": "an old Office file",
    b"{\\rtf": "an RTF file",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
}


def convert(path: Path) -> Converted:
    """The text of a file with headings, pages and exact words.

    Raises:
        DocumentError: there is no such file, its format is not read, or it is empty, encrypted, damaged, too large or
            holds no text. `reason` says which, `hint` what to do.
    """
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise _too_large(path.name)
        data = path.read_bytes()
    except (OSError, ValueError):
        raise DocumentError(
            path.name, "missing", "there is no such file, or it may not be read", hint="Check the path."
        ) from None
    return convert_bytes(path.name, data)


def convert_bytes(name: str, data: bytes) -> Converted:
    """As `convert`, for a file that is already in memory; only the ending of `name` is used."""
    if not data.strip():
        raise DocumentError(name, "empty", "the file is empty", hint="Save the document again and add that file.")
    if len(data) > LARGEST_FILE:
        raise _too_large(name)
    kind = _format(name, data)
    converted = _converter(kind)(name, data)
    if not any(block.kind != "heading" for block in converted.blocks):
        raise DocumentError(
            name,
            "no-text",
            "no text was found in it",
            hint="A scan needs text recognition (OCR) first; a web page must be saved with its text, not as a link.",
        )
    if converted.characters > _MOST_TEXT:
        raise _too_large(name)
    return converted


def _format(name: str, data: bytes) -> str:
    """What the file is: the first bytes outweigh the ending."""
    ending = Path(name).suffix.lower()
    if data[:1024].lstrip().startswith(b"%PDF-"):
        return "pdf"
    if data.startswith(b"PK\x03\x04") and ending in ("", ".docx"):
        return "docx"
    for head, what in _OTHER.items():
        if data.startswith(head):
            raise _wrong_format(name, f"it is {what}")
    kind = FORMATS.get(ending)
    if kind is None:
        raise _wrong_format(name, f"files ending in {ending or 'nothing'} are not read")
    if kind in ("pdf", "docx"):
        raise DocumentError(
            name, "damaged", f"it is no {kind.upper()} file", hint="Save or export the document again, then add that."
        )
    if b"\0" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DocumentError(name, "damaged", "it holds binary data, no text", hint="Export it as text or PDF.")
    return kind


def _wrong_format(name: str, problem: str) -> DocumentError:
    return DocumentError(
        name, "format", problem, hint=f"{_SHOWN_FORMATS} are read: export the document as one of them."
    )


def _too_large(name: str) -> DocumentError:
    return DocumentError(
        name,
        "too-large",
        f"it is too large (more than {LARGEST_FILE // 1_000_000} MB, or {_MOST_TEXT // 1_000_000} million characters)",
        hint="Split the document, for example by chapters, and add the parts.",
    )


def _converter(kind: str) -> Callable[[str, bytes], Converted]:
    """The converter of a format; each brings its library only when it is used."""
    if kind == "pdf":
        from corpus.own.convert_pdf import convert_pdf

        return convert_pdf
    if kind == "docx":
        from corpus.own.convert_docx import convert_docx

        return convert_docx
    if kind == "html":
        from corpus.own.convert_html import convert_html

        return convert_html
    from corpus.own.convert_text import convert_csv, convert_markdown, convert_text

    return {"markdown": convert_markdown, "csv": convert_csv}.get(kind, convert_text)


def title_of(name: str) -> str:
    """A file name as a title: no ending, underscores as spaces."""
    return " ".join(Path(name).stem.replace("_", " ").split()) or name
