"""A converted file: blocks in reading order, and the excerpts that are stored of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

BlockKind = Literal["heading", "text", "item", "row"]


@dataclass(frozen=True, slots=True)
class Block:
    """A heading (`level` 1 is the highest), a paragraph, a list item or a table row, in the file's own words.

    White space is the only thing that is changed. `page` counts from 1 and is None where the format has no pages.
    """

    kind: BlockKind
    text: str
    level: int = 0
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Converted:
    """One file as text: `title` as the file states it (or its name), `pages` 0 where the format has none."""

    title: str
    format: str
    blocks: tuple[Block, ...]
    pages: int = 0

    @property
    def characters(self) -> int:
        """Length of all text."""
        return sum(len(block.text) for block in self.blocks)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A passage of an own document: `anchor` is unique in the document, `section` the path of headings above it."""

    anchor: str
    section: str
    page: int | None
    text: str

    @property
    def heading(self) -> str:
        """The heading nearest above the words; empty when there is none."""
        return self.section.rpartition(" > ")[2]

    @property
    def shown(self) -> str:
        """What may be quoted: the heading on a line of its own, then the words."""
        return f"{self.heading}\n{self.text}" if self.heading else self.text

    @property
    def searched(self) -> str:
        """What is embedded: the words with the heading nearest above them."""
        return f"{self.heading}. {self.text}" if self.heading else self.text

    @property
    def digest(self) -> str:
        """Hash of what is embedded: equal digests have equal vectors."""
        return hashlib.sha256(self.searched.encode()).hexdigest()

    @property
    def where(self) -> str:
        """The place for a reader: `page 12, Telehealth`."""
        parts = [f"page {self.page}"] if self.page is not None else []
        return ", ".join([*parts, *([self.heading] if self.heading else [])])
