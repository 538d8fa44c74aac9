"""Retrieval metrics by ir-measures, from questions that name the statements and rows that support their answer."""

from __future__ import annotations

import warnings
from collections.abc import Container, Iterable, Sequence
from typing import Any

from eval.errors import MissingPartError
from eval.questions import Question
from eval.systems.engine import as_passage

MEASURES = ("R@5", "R@20", "nDCG@10", "RR@10")
"""Recall, normalized discounted cumulative gain, reciprocal rank of the first relevant passage."""


def relevant(question: Question, passages: Container[str]) -> tuple[str, ...]:
    """The passages that support the answer; support that is no passage (a rule, a time row) is left out."""
    named = (as_passage("table" if ":" in name else "statement", name) for name in question.support)
    return tuple(dict.fromkeys(name for name in named if name in passages))


def unknown_support(question: Question, passages: Container[str], tables: Container[str]) -> tuple[str, ...]:
    """Names in `support` that are neither a passage nor a row of a table that there is."""
    return tuple(
        name
        for name in question.support
        if as_passage("table" if ":" in name else "statement", name) not in passages
        and (":" not in name or name.partition(":")[0] not in tables)
    )


def measure(
    ranked: Iterable[tuple[Question, Sequence[tuple[str, float]]]], passages: Container[str]
) -> tuple[dict[str, float], int]:
    """Mean of each measure over the questions with support, and how many those are; nothing found counts as 0."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecations inside the library are not ours to act on
        try:
            import ir_measures
        except ImportError as error:
            raise MissingPartError("ir-measures") from error
    judged: dict[str, dict[str, int]] = {}
    found: dict[str, dict[str, float]] = {}
    for question, ranking in ranked:
        wanted = relevant(question, passages)
        if not wanted:
            continue
        judged[question.id] = dict.fromkeys(wanted, 1)
        # Ranks decide, not scores: equal scores must not be reordered by name.
        found[question.id] = {name: 1.0 / place for place, (name, _) in enumerate(ranking, start=1)}
    if not judged:
        return {}, 0
    measures: list[Any] = [ir_measures.parse_measure(name) for name in MEASURES]
    values = ir_measures.calc_aggregate(measures, judged, found)
    return {str(measure): float(values[measure]) for measure in measures}, len(judged)
