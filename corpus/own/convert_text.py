"""Markdown, plain text and CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from corpus.errors import DocumentError
from corpus.own.clean import is_furniture, tidy, visible
from corpus.own.convert import title_of
from corpus.own.model import Block, Converted

if TYPE_CHECKING:
    from markdown_it.token import Token

_MOST_ROWS = 200_000
_ENCODINGS = ("utf-8-sig", "cp1252", "latin-1")
_HTML_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,500}>")
_BULLET = re.compile(r"^\s*(?:[-*•‣▪]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)])\s+")
_HEADING_LENGTH = 90


def decoded(data: bytes) -> str:
    """The characters of a text file: UTF-8 or UTF-16 where it says so, else Windows' Latin letters."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return visible(data.decode("utf-16", errors="replace"))
    for encoding in _ENCODINGS:
        try:
            return visible(data.decode(encoding))
        except UnicodeDecodeError:
            continue
    raise AssertionError("latin-1 reads every byte")


def convert_text(name: str, data: bytes) -> Converted:
    """Plain text: paragraphs between blank lines, short lines without a full stop as headings, `|` rows as tables."""
    blocks = tuple(_plain(decoded(data).split("\n")))
    first = next((block.text for block in blocks if block.kind == "heading"), "")
    return Converted(first or title_of(name), "text", blocks)


def _plain(lines: list[str]) -> Iterator[Block]:
    paragraph: list[str] = []
    for at, raw in enumerate(lines):
        line = tidy(raw)
        blank = not line or is_furniture(line)
        alone = blank or _BULLET.match(raw) is not None or "|" in line or _is_heading(line, lines, at)
        if alone and paragraph:
            yield Block("text", " ".join(paragraph))
            paragraph = []
        if blank:
            continue
        if "|" in line:
            yield from _pipe_row(line)
        elif _BULLET.match(raw):
            yield Block("item", line)
        elif _is_heading(line, lines, at):
            yield Block("heading", line, level=1)
        elif len(line) > _HEADING_LENGTH and line[-1:] in ".!?:" and not paragraph:
            # Saved pages write a paragraph on one line; the next line is another one.
            yield Block("text", line)
        else:
            paragraph.append(line)
    if paragraph:
        yield Block("text", " ".join(paragraph))


def _is_heading(line: str, lines: list[str], at: int) -> bool:
    """A short line without a full stop that a longer line or a blank line follows, and that starts like a title."""
    if not line or len(line) > _HEADING_LENGTH or line[-1] in ".,;:!" or _BULLET.match(line) or "|" in line:
        return False
    before = lines[at - 1].strip() if at else ""
    after = next((text.strip() for text in lines[at + 1 :] if text.strip()), "")
    if before and before[-1] not in ".!?:|" and not _short(before):
        return False
    following = lines[at + 1].strip() if at + 1 < len(lines) else ""
    return line[0].isupper() and bool(after) and (not following or len(following) > len(line) + 20)


def _short(line: str) -> bool:
    return len(line) <= _HEADING_LENGTH


def _pipe_row(line: str) -> Iterator[Block]:
    cells = [tidy(cell) for cell in line.strip("| ").split("|")]
    if any(re.search(r"\w", cell) for cell in cells):
        yield Block("row", " | ".join(cells))


def convert_markdown(name: str, data: bytes) -> Converted:
    """Markdown: headings, paragraphs, list items and table rows; HTML in it is taken out, hidden comments with it."""
    from markdown_it import MarkdownIt

    text = _HTML_COMMENT.sub(" ", decoded(data))
    text = re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL)
    reader = _Markdown()
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        reader.take(token)
    title = next((block.text for block in reader.blocks if block.kind == "heading"), "")
    return Converted(title or title_of(name), "markdown", tuple(reader.blocks))


class _Markdown:
    """Collects blocks from tokens in order."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._level = 0
        self._lists = 0
        self._row: list[str] | None = None

    def take(self, token: Token) -> None:
        """Take the next token in."""
        if token.type == "heading_open":
            self._level = int(token.tag[1])
        elif token.type in ("list_item_open", "list_item_close"):
            self._lists += token.nesting
        elif token.type == "tr_open":
            self._row = []
        elif token.type == "tr_close" and self._row is not None:
            self.blocks.append(Block("row", " | ".join(self._row)))
            self._row = None
        elif token.type == "inline":
            self._inline(_words(token))
        elif token.type in ("fence", "code_block") and token.content.strip():
            self.blocks.append(Block("text", tidy(token.content)))

    def _inline(self, words: str) -> None:
        level, self._level = self._level, 0
        if self._row is not None:
            self._row.append(words)
        elif words and level:
            self.blocks.append(Block("heading", words, level))
        elif words and not is_furniture(words):
            self.blocks.append(Block("item" if self._lists else "text", words))


def _words(token: Token) -> str:
    """The words of an inline token without marks, links' addresses or HTML."""
    parts = []
    for child in token.children or ():
        if child.type in ("text", "code_inline"):
            parts.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            parts.append(" ")
    return tidy(_TAG.sub(" ", "".join(parts)))


def convert_csv(name: str, data: bytes) -> Converted:
    """CSV with a header line: each row as `column: value; ...`, so that a row can be read by itself."""
    text = decoded(data)
    try:
        dialect: type[csv.Dialect] = csv.Sniffer().sniff(text[:8192], delimiters=",;\t|")
    except csv.Error:
        dialect = csv.excel
    try:
        rows = [[tidy(cell) for cell in row] for row in csv.reader(io.StringIO(text), dialect, strict=False)]
    except csv.Error as error:
        raise DocumentError(name, "damaged", f"it is no CSV file ({error})", hint="Export the table again.") from None
    rows = [row for row in rows if any(row)]
    if len(rows) > _MOST_ROWS:
        raise DocumentError(name, "too-large", f"it has more than {_MOST_ROWS:,} rows", hint="Split the table.")
    if len(rows) < 2:
        return Converted(title_of(name), "csv", tuple(Block("row", "; ".join(row)) for row in rows))
    header = rows[0]
    blocks = tuple(
        Block("row", "; ".join(f"{column}: {value}" if column else value for column, value in _cells(header, row)))
        for row in rows[1:]
    )
    return Converted(title_of(name), "csv", blocks)


def _cells(header: list[str], row: list[str]) -> Iterator[tuple[str, str]]:
    for at, value in enumerate(row):
        if value:
            yield (header[at] if at < len(header) else ""), value
