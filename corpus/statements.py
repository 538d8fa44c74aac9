"""Guidance statements: one paragraph of `guidance/*.md` each, with an attribute block.

    Paragraph text, one claim. {#id kind=... payer=... from=... to=... confidence=... sources="a b"}

    > An optional caveat: what to check before relying on it.

`about="..."` lists codes that the statement is about without naming them; `locator="..."` is chapter and page in
a long source; `differs="..."` says why a figure in the statement is not the one in the tables. Blocks are found by
markdown-it-py, attribute blocks are read by its attrs plugin.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Literal, cast, get_args

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.attrs.parse import ParseError, parse

from corpus.codes import codes_in
from corpus.errors import GuidanceError, MissingFileError, UnknownRecordError
from corpus.rows import Confidence

Kind = Literal[
    "bundling",
    "change",
    "common-error",
    "coverage",
    "definition",
    "denial",
    "documentation",
    "example",
    "frequency",
    "modifier",
    "payment",
    "pos",
    "process",
    "supervision",
    "telehealth",
    "time-rule",
    "unit-rule",
    "who-can-bill",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
ANY_PAYER = "any"

_ATTRIBUTES = {"id", "kind", "payer", "from", "to", "confidence", "sources", "about", "locator", "differs"}
_BLOCK = re.compile(r"\s*(\{[^{}]*\})\s*$")


_VALUE = r'[\w.:-]+|"[^"\\{}]*"'
_PART = rf"(?:#[\w.-]+|[a-z]+=(?:{_VALUE}))"
_PLAIN_BLOCK = re.compile(rf"\{{\s*{_PART}(?:\s+{_PART})*\s*\}}")
_ATTRIBUTE = re.compile(rf"#([\w.-]+)|([a-z]+)=({_VALUE})")


@dataclass(frozen=True, slots=True)
class Statement:
    """One dated, sourced claim. `effective_from`/`effective_to` are dates of service, inclusive; None is open."""

    id: str
    topic: str
    topic_title: str
    section: str
    text: str
    codes: tuple[str, ...]
    payer: str
    kind: Kind
    effective_from: date | None
    effective_to: date | None
    sources: tuple[str, ...]
    locator: str
    confidence: Confidence
    caveat: str
    path: Path
    line: int
    differs: str = ""

    def applies_on(self, on: date) -> bool:
        """Whether the statement covers this date of service."""
        return (self.effective_from is None or self.effective_from <= on) and (
            self.effective_to is None or on <= self.effective_to
        )


@dataclass(frozen=True, slots=True)
class Topic:
    """One guidance file: its slug, title, overview and place in the reading order."""

    slug: str
    title: str
    overview: str
    order: int
    path: Path


class Statements:
    """All statements in reading order, with look-ups by id, code and topic."""

    def __init__(self, topics: Iterable[Topic], rows: Iterable[Statement]) -> None:
        self.topics = tuple(sorted(topics, key=lambda topic: topic.order))
        order = {topic.slug: topic.order for topic in self.topics}
        self.rows = tuple(sorted(rows, key=lambda row: (order[row.topic], row.line)))

    @classmethod
    def load(cls, folder: Path, known_codes: Container[str], naming: str = "") -> Statements:
        """Read every `*.md` of `folder`; `known_codes` decides which code-like words are codes.

        With `naming`, only files in which that text occurs are read: enough for `about` that code.

        Raises:
            MissingFileError: the folder is not there.
            GuidanceError: front matter, an attribute block or a paragraph cannot be read (file and line named).
        """
        if not folder.is_dir():
            raise MissingFileError(folder)
        topics: list[Topic] = []
        rows: list[Statement] = []
        for path in sorted(folder.glob("*.md")):
            if naming and naming not in path.read_text(encoding="utf-8"):
                continue
            topic, statements = read_guidance(path, known_codes)
            topics.append(topic)
            rows.extend(statements)
        return cls(topics, rows)

    @cached_property
    def _by_id(self) -> dict[str, Statement]:
        return {row.id: row for row in self.rows}

    @cached_property
    def _by_code(self) -> dict[str, tuple[Statement, ...]]:
        held: dict[str, list[Statement]] = {}
        for row in self.rows:
            for code in row.codes:
                held.setdefault(code, []).append(row)
        return {code: tuple(found) for code, found in held.items()}

    def __iter__(self) -> Iterator[Statement]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __contains__(self, statement_id: object) -> bool:
        return statement_id in self._by_id

    def get(self, statement_id: str) -> Statement:
        """The statement with this id; raises UnknownRecordError."""
        try:
            return self._by_id[statement_id]
        except KeyError:
            raise UnknownRecordError("statement", statement_id) from None

    def about(self, code: str, on: date | None = None) -> tuple[Statement, ...]:
        """Statements that name or are about `code`, those in force on a date of service when `on` is given."""
        return tuple(row for row in self._by_code.get(code, ()) if on is None or row.applies_on(on))

    def in_topic(self, slug: str) -> tuple[Statement, ...]:
        """Statements of one topic in reading order."""
        return tuple(row for row in self.rows if row.topic == slug)


def read_guidance(
    path: Path, known_codes: Container[str], report: Callable[[GuidanceError], None] | None = None
) -> tuple[Topic, tuple[Statement, ...]]:
    """One guidance file as its topic and its statements; raises GuidanceError with the line.

    With `report`, errors of single paragraphs are handed to it instead, all of them, and the paragraphs left out.
    """
    source = path.read_text(encoding="utf-8")
    front, offset = _front_matter(path, source)
    overview = ""
    rows: list[Statement] = []
    for line, section, quoted, content in _paragraphs(source, offset):
        try:
            if quoted:
                if not rows:
                    raise GuidanceError(path, line, "a caveat stands before any statement")
                rows[-1] = _with_caveat(path, line, rows[-1], content)
            elif section:
                rows.append(_statement(path, line, content, front, section, known_codes))
            else:
                overview = f"{overview} {_flat(content)}".strip()
        except GuidanceError as error:
            if report is None:
                raise
            report(error)
    topic = Topic(front["topic"], front["title"], overview, int(front["order"]), path)
    return topic, tuple(rows)


def _paragraphs(source: str, offset: int) -> Iterator[tuple[int, str, bool, str]]:
    """Line, section, whether quoted, and content of each paragraph below the front matter of `offset` lines."""
    # Blocks only: the words of a paragraph are kept as written, so parsing them would be time spent for nothing.
    tokens = MarkdownIt("commonmark").disable("inline").parse("\n".join(source.split("\n")[offset:]))
    section = ""
    open_blocks: list[Token] = []
    for token in tokens:
        if token.nesting == 1:
            open_blocks.append(token)
        elif token.nesting == -1:
            open_blocks.pop()
        if token.type != "inline":
            continue
        if open_blocks[-1].type == "heading_open":
            section = token.content if open_blocks[-1].tag == "h2" else section
            continue
        line = offset + (token.map[0] if token.map else 0) + 1
        yield line, section, any(block.type == "blockquote_open" for block in open_blocks), token.content


def _front_matter(path: Path, source: str) -> tuple[dict[str, str], int]:
    """The `key: value` pairs between the two `---` lines and the number of lines they take."""
    lines = source.split("\n")
    end = next((n for n, line in enumerate(lines[1:], start=1) if line.strip() == "---"), 0)
    if lines[0].strip() != "---" or not end:
        raise GuidanceError(path, 1, "no front matter", hint="Begin the file with ---, title, topic, order and ---.")
    front: dict[str, str] = {}
    for number, line in enumerate(lines[1:end], start=2):
        key, colon, value = line.partition(":")
        if not colon:
            raise GuidanceError(path, number, f"not 'key: value': {line!r}")
        front[key.strip()] = value.strip()
    missing = [key for key in ("title", "topic", "order") if not front.get(key)]
    if missing or not front["order"].isdigit():
        raise GuidanceError(path, 1, f"front matter needs title, topic and a whole number as order (missing {missing})")
    return front, end + 1


def _flat(text: str) -> str:
    return " ".join(text.split())


def _with_caveat(path: Path, line: int, row: Statement, text: str) -> Statement:
    if row.caveat:
        raise GuidanceError(path, line, f"statement {row.id} has two caveats", hint="Write one caveat paragraph.")
    return replace(row, caveat=_flat(text))


def _statement(
    path: Path, line: int, content: str, front: dict[str, str], section: str, known_codes: Container[str]
) -> Statement:
    match = _BLOCK.search(content)
    if match is None:
        raise GuidanceError(
            path,
            line,
            "a paragraph without an attribute block",
            hint='End the statement with {#id kind=... payer=... confidence=... sources="..."}.',
        )
    text = _flat(content[: match.start()])
    attributes = _attributes(path, line, match.group(1))
    named = codes_in(text, known_codes)
    about = tuple(code for code in attributes.get("about", "").split() if code not in named)
    kind, confidence = attributes.get("kind", ""), attributes.get("confidence", "high")
    if kind not in KINDS:
        raise GuidanceError(path, line, f"kind {kind!r} is unknown", hint=f"Kinds: {', '.join(KINDS)}.")
    if confidence not in get_args(Confidence):
        raise GuidanceError(path, line, f"confidence {confidence!r} is unknown", hint="Use high, medium or low.")
    return Statement(
        id=attributes["id"],
        topic=front["topic"],
        topic_title=front["title"],
        section=section,
        text=text,
        codes=named + about,
        payer=attributes.get("payer", ANY_PAYER),
        kind=kind,
        effective_from=_day(path, line, attributes.get("from")),
        effective_to=_day(path, line, attributes.get("to")),
        sources=tuple(attributes.get("sources", "").split()),
        locator=attributes.get("locator", ""),
        confidence=cast("Confidence", confidence),
        caveat="",
        path=path,
        line=line,
        differs=attributes.get("differs", ""),
    )


def _attributes(path: Path, line: int, block: str) -> dict[str, str]:
    # Nearly every block has this plain form; reading it here takes half of the time that all of guidance takes.
    if _PLAIN_BLOCK.fullmatch(block):
        found = _ATTRIBUTE.findall(block)
        attributes = {key or "id": identity or value.strip('"') for identity, key, value in found}
    else:
        try:
            _, attributes = parse(block)
        except ParseError as error:
            raise GuidanceError(
                path, line, f"attribute block {block!r}: {error}", hint="Quote values that hold spaces or commas."
            ) from error
    unknown = sorted(set(attributes) - _ATTRIBUTES)
    if unknown:
        raise GuidanceError(path, line, f"unknown attributes {unknown}", hint=f"Known: {sorted(_ATTRIBUTES)}.")
    if not attributes.get("id") or not attributes.get("sources", "").split():
        raise GuidanceError(path, line, "a statement needs an id and at least one source")
    return {str(key): str(value).replace('\\"', '"') for key, value in attributes.items()}


def _day(path: Path, line: int, value: str | None) -> date | None:
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise GuidanceError(path, line, f"{value!r} is not a date", hint="Write YYYY-MM-DD.") from None
