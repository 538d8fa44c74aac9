"""What a person reads of a run: terminal table, Markdown, JSON, one self-contained HTML page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eval.run import Run
from eval.score import Result, Summary
from eval.stats import Rate


@dataclass(frozen=True, slots=True)
class Report:
    """One system's run, judged."""

    run: Run
    results: tuple[Result, ...]
    summary: Summary


def percent(value: float) -> str:
    """A share as a percentage with one decimal; a whole one without."""
    return f"{100 * value:.1f} %".replace(".0 %", " %")


def cell(rate: Rate | None) -> str:
    """A rate in a table: percentage and count, a dash when nothing was asked."""
    return f"{percent(rate.value)} ({rate.right}/{rate.of})" if rate and rate.of else "-"


def with_interval(rate: Rate) -> str:
    """A rate with the bounds of its interval."""
    return f"{cell(rate)}, {percent(rate.low)} to {percent(rate.high)}" if rate.of else "-"


METRICS = {
    "codes": "every required code named",
    "any-code": "one of the accepted codes named",
    "forbidden": "no forbidden code recommended",
    "units": "units right",
    "modifiers": "modifiers named",
    "places": "places of service named",
    "facts": "required facts said",
    "flag": "marked as it must be",
    "verdict": "yes, no or depends right",
    "leaks": "identifiers not repeated",
    "invented": "no code that is in no table",
    "cited": "answers carry citations",
    "citation-validity": "quotes stand in what is cited",
    "support": "codes, numbers and dates of sentences stand in their evidence",
    "effective-date": "answer holds for the date asked",
    "error": "ended in a defect",
}
"""What each metric tells, for readers."""


def rows(reports: Sequence[Report], *, brief: bool = False) -> list[tuple[str, str, list[str]]]:
    """The comparison of systems as (group, what, one cell a system); `brief` leaves out counts and metrics."""
    summaries = [report.summary for report in reports]
    if brief:
        return _brief(summaries)
    table = [
        ("overall", "right in everything asked", [cell(one.passed) for one in summaries]),
        (
            "overall",
            "its 95 % interval",
            [f"{percent(one.passed.low)} to {percent(one.passed.high)}" for one in summaries],
        ),
        ("overall", "right, verdict and units aside", [cell(one.lenient) for one in summaries]),
        ("overall", "right, and quotes, support and date hold", [cell(one.proven) for one in summaries]),
        ("answering", "answerable questions that got an answer", [cell(one.abstention.coverage) for one in summaries]),
        ("answering", "right when it answers", [cell(one.abstention.precision) for one in summaries]),
        (
            "answering",
            "declined what is not to be answered",
            [cell(one.abstention.declined_rightly) for one in summaries],
        ),
        ("answering", "declined only that", [cell(one.abstention.declined_only) for one in summaries]),
    ]
    for group, pick in (("set", "sets"), ("difficulty", "difficulties"), ("metric", "metrics")):
        names = dict.fromkeys(name for one in summaries for name in getattr(one, pick))
        for name in names:
            told = f"{name}: {METRICS[name]}" if group == "metric" and name in METRICS else name
            table.append((group, told, [cell(getattr(one, pick).get(name)) for one in summaries]))
    return table + _measured(summaries)


def _measured(summaries: Sequence[Summary]) -> list[tuple[str, str, list[str]]]:
    table = []
    for name in dict.fromkeys(name for one in summaries for name in one.retrieval):
        values = [f"{one.retrieval[name]:.3f}" if name in one.retrieval else "-" for one in summaries]
        table.append(("retrieval", name, values))
    for name in ("p50", "p95", "longest"):
        table.append(("latency, ms", name, [f"{getattr(one.latency, name):.0f}" for one in summaries]))
    return table


def _brief(summaries: Sequence[Summary]) -> list[tuple[str, str, list[str]]]:
    def share(rate: Rate | None) -> str:
        return percent(rate.value) if rate and rate.of else "-"

    table = [
        ("right", "in everything asked", [share(one.passed) for one in summaries]),
        ("right", "verdict and units aside", [share(one.lenient) for one in summaries]),
        ("right", "and proven", [share(one.proven) for one in summaries]),
        ("right", "when it answers", [share(one.abstention.precision) for one in summaries]),
        ("right", "answered of answerable", [share(one.abstention.coverage) for one in summaries]),
    ]
    for name in dict.fromkeys(name for one in summaries for name in one.sets):
        table.append(("by set", name, [share(one.sets.get(name)) for one in summaries]))
    return table + _measured(summaries)
