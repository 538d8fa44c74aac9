"""Pieces of a message that identify someone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` to `end` of a message and the placeholder that takes their place."""

    start: int
    end: int
    kind: str

    def overlaps(self, other: Span) -> bool:
        """Whether the two spans share a character."""
        return self.start < other.end and other.start < self.end


def settle(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The spans in order of position; of two that overlap the one that was found first stays."""
    kept: list[Span] = []
    for span in spans:
        if not any(span.overlaps(other) for other in kept):
            kept.append(span)
    return tuple(sorted(kept, key=lambda span: span.start))


def replace_spans(message: str, spans: Iterable[Span]) -> str:
    """`message` with each span replaced by its placeholder in brackets; neighbors of one kind give one."""
    parts: list[str] = []
    end, last = 0, ""
    for span in spans:
        between = message[end : span.start]
        if span.kind == last and parts and between.strip(" ,.") == "":
            end = span.end
            continue
        parts += [between, f"[{span.kind}]"]
        end, last = span.end, span.kind
    return "".join(parts) + message[end:]
