"""Plots as SVG that takes its colors from the page, so that it fits light and dark."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from eval.errors import MissingPartError
from eval.report import Report, percent
from eval.score import Result

BINS = 6
_FEWEST = 5
"""Questions that a bin of the calibration plot needs: fewer show nothing but chance."""

# Stand-ins that matplotlib writes and the page's style replaces.
_INK, _GRID = "#010203", "#040506"
_SERIES = tuple(f"#0a0b{number:02x}" for number in range(8))
_MARKERS = ("o", "s", "D", "^", "v", "P", "X", "*")
_SIZE = (5.0, 3.3)


def _figure() -> tuple[Any, Any]:
    try:
        import matplotlib
    except ImportError as error:
        raise MissingPartError("matplotlib") from error
    from matplotlib.figure import Figure

    # A fixed salt and no date: the same figures give the same page.
    matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "codecite", "font.size": 10})
    figure = Figure(figsize=_SIZE, layout="constrained")
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color=_GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    for spine in axes.spines.values():
        spine.set_color(_GRID)
    axes.tick_params(colors=_INK, length=0)
    axes.xaxis.label.set_color(_INK)
    axes.yaxis.label.set_color(_INK)
    return figure, axes


def _svg(figure: Any, title: str) -> str:
    """The figure as an `<svg>` element that scales with its column and says in words what it shows."""
    out = io.StringIO()
    figure.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    svg = out.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.S)
    svg = re.sub(r"font: ([\d.]+px) [^;\"]*", r"font-size: \1", svg)
    for stand_in, color in ((_INK, "var(--ink)"), (_GRID, "var(--line)")):
        svg = svg.replace(stand_in, color)
    for number, stand_in in enumerate(_SERIES):
        svg = svg.replace(stand_in, f"var(--s{number})")
    svg = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", svg, count=1)
    return svg.replace("<svg", f'<svg role="img" aria-label="{title}"', 1)


def _legend(figure: Any) -> None:
    """Above the plot, where it hides no line."""
    if not figure.axes[0].lines:
        return
    legend = figure.legend(loc="outside upper center", ncols=5, frameon=False, fontsize=8.5, columnspacing=1.0)
    for text in legend.get_texts():
        text.set_color(_INK)


def latencies(reports: Sequence[Report]) -> str:
    """Share of answers that were there within a time, one line a system."""
    figure, axes = _figure()
    for number, report in enumerate(reports):
        values = np.sort([result.milliseconds for result in report.results if result.answer is not None])
        if not len(values):
            continue
        share = np.arange(1, len(values) + 1) / len(values)
        axes.step(
            np.maximum(values, 0.05),
            share,
            where="post",
            color=_SERIES[number % len(_SERIES)],
            linewidth=2 if number == 0 else 1.4,
            label=report.run.system,
        )
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.set_xlabel("milliseconds (last turn)")
    axes.set_ylabel("share of answers")
    axes.set_ylim(0, 1.02)
    _legend(figure)
    told = "; ".join(f"{one.run.system} median {one.summary.latency.p50:.0f} ms" for one in reports)
    return _svg(figure, f"Distribution of latency: {told}")


def bins(results: Sequence[Result], scores: Sequence[float]) -> list[tuple[float, float, int]]:
    """Mean retrieval score, share right and count of groups of about equal size, by rising score."""
    order = np.argsort(scores, kind="stable")
    parts = min(BINS, len(order) // _FEWEST)
    groups = np.array_split(order, parts) if parts else []
    return [
        (
            float(np.mean([scores[at] for at in group])),
            float(np.mean([results[at].passed for at in group])),
            len(group),
        )
        for group in groups
    ]


def calibration(reports: Sequence[Report], scores: Sequence[float]) -> str:
    """Share right by the cosine of the nearest passage: whether a near passage means a right answer.

    Empty when there are too few questions to show anything.
    """
    if len(scores) < _FEWEST:
        return ""
    figure, axes = _figure()
    told: list[str] = []
    for number, report in enumerate(reports):
        points = bins(report.results, scores)
        if not points:
            continue
        axes.plot(
            [point[0] for point in points],
            [point[1] for point in points],
            marker=_MARKERS[number % len(_MARKERS)],
            markersize=5,
            color=_SERIES[number % len(_SERIES)],
            linewidth=2 if number == 0 else 1.4,
            label=report.run.system,
        )
        told.append(f"{report.run.system} from {percent(points[0][1])} to {percent(points[-1][1])}")
    axes.set_ylim(0, 1.02)
    axes.set_xlabel("cosine of the nearest passage")
    axes.set_ylabel("share right")
    _legend(figure)
    return _svg(figure, f"Share right by retrieval score: {'; '.join(told)}")
