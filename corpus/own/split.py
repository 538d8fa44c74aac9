"""Blocks to excerpts: split along headings, page kept, never in the middle of a sentence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from corpus.own.model import Block, Converted, Excerpt

LONGEST = 900
"""Characters of an excerpt, unless one sentence is longer: what the encoder reads of it before it cuts."""
_SENTENCE = re.compile(r"(?<=[.!?;])\s+(?=[A-Z0-9(“\"])")


def excerpts(converted: Converted) -> tuple[Excerpt, ...]:
    """The excerpts of a document in reading order, with anchors `p12-1` (pages) or `s3-1` (sections)."""
    found: list[Excerpt] = []
    counts: Counter[str] = Counter()
    for number, section, page, texts in _sections(converted.blocks):
        for text in _packed(texts):
            place = f"p{page}" if page is not None else f"s{number}"
            counts[place] += 1
            found.append(Excerpt(f"{place}-{counts[place]}", section, page, text))
    return tuple(found)


def _sections(blocks: tuple[Block, ...]) -> Iterator[tuple[int, str, int | None, list[str]]]:
    """Runs of text under the same headings and on the same page: (section number, path, page, texts)."""
    path: dict[int, str] = {}
    number = 0
    page: int | None = None
    texts: list[str] = []
    bare = False
    for block in blocks:
        if block.kind == "heading" or block.page != page:
            if bare and block.kind == "heading" and block.level <= max(path):
                # A heading with nothing below it (a bare list of names, say) would be lost: it is text.
                texts = [path[max(path)]]
            if texts:
                yield number, _shown(path), page, texts
            texts, page = [], block.page
        bare = block.kind == "heading"
        if bare:
            path = {level: text for level, text in path.items() if level < block.level}
            path[block.level] = block.text
            number += 1
        else:
            texts.append(block.text)
    if bare and not texts:
        texts = [path[max(path)]]
    if texts:
        yield number, _shown(path), page, texts


def _shown(path: dict[int, str]) -> str:
    return " > ".join(path[level] for level in sorted(path))


def _packed(texts: list[str]) -> Iterator[str]:
    """Blocks joined by line breaks up to the longest size; a longer block is cut between sentences."""
    held = ""
    for text in texts:
        for piece in _pieces(text):
            if held and len(held) + 1 + len(piece) > LONGEST:
                yield held
                held = ""
            held = f"{held}\n{piece}" if held else piece
    if held:
        yield held


def _pieces(text: str) -> Iterator[str]:
    if len(text) <= LONGEST:
        yield text
        return
    held = ""
    for sentence in (part for whole in _SENTENCE.split(text) for part in _cut(whole)):
        if held and len(held) + 1 + len(sentence) > LONGEST:
            yield held
            held = ""
        held = f"{held} {sentence}" if held else sentence
    if held:
        yield held


def _cut(sentence: str) -> Iterator[str]:
    """A sentence as it is; what is far too long to be one in parts between words, or anywhere in a word without end."""
    start = 0
    while len(sentence) - start > 2 * LONGEST:
        end = sentence.rfind(" ", start, start + LONGEST)
        end = end if end > start else start + LONGEST
        yield sentence[start:end].strip()
        start = end
    yield sentence[start:].strip()
