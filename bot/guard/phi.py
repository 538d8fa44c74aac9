"""Replacing identifiers of people by placeholders.

The recognizers are our own and rest on tables: with them the guard starts in milliseconds, where a general PHI
library brings a language model of hundreds of megabytes (measured in `eval/phi.py`).
"""

from __future__ import annotations

from bot.guard.identifiers import find_identifiers, old_dates
from bot.guard.lexicon import lexicon
from bot.guard.names import find_names
from bot.guard.spans import Span, replace_spans, settle
from corpus.knowledge import Knowledge


def find_phi(message: str, knowledge: Knowledge) -> tuple[Span, ...]:
    """Every identifier in `message`, in order of position."""
    held = lexicon(knowledge)
    shaped = settle(find_identifiers(message, held))
    named = settle((*shaped, *find_names(message, held, shaped)))
    return settle((*named, *old_dates(message))) if named else named


def redact(message: str, knowledge: Knowledge) -> tuple[str, tuple[str, ...]]:
    """`message` with placeholders for identifiers, and the kinds that were found (never their values)."""
    spans = find_phi(message, knowledge)
    return replace_spans(message, spans), tuple(dict.fromkeys(span.kind for span in spans))
