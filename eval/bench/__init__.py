"""codecite measured against the tutorial RAG, in one run on one machine, each system in processes of its own.

`codecite bench` prints ratios and judges them by the budgets below. Nothing here is a test: times depend on the
machine and on what else it does, so the load average stands beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

CONCURRENT = (1, 10, 50)
"""Conversations at the same time."""


@dataclass(frozen=True, slots=True)
class Serving:
    """One system answering: milliseconds, answers a second, resident memory in megabytes."""

    cold_ms: float
    p50_ms: float
    p95_ms: float
    memory_mb: float
    throughput: dict[str, float]
    p99_ms: dict[str, float]
    torch: bool


@dataclass(frozen=True, slots=True)
class Scale:
    """One size of the generated series: seconds to build, milliseconds to search; 0 where not measured."""

    passages: int
    embedded: bool
    build_s: float
    lexical_ms: float
    dense_ms: float
    hybrid_ms: float
    chroma_build_s: float
    chroma_ms: float


@dataclass(frozen=True, slots=True)
class Bench:
    """Everything measured in one run."""

    started: str
    quick: bool
    machine: dict[str, str]
    load_after: str
    passages: int
    questions: int
    codecite: Serving
    tutorial: Serving
    lookup_ms: float
    build_s: float
    tutorial_build_s: float
    export_s: float
    incremental_s: float
    embedded_per_s: float
    scale: tuple[Scale, ...]
    seconds: float

    def as_json(self) -> dict[str, Any]:
        """Plain values, the judgement by the budgets included."""
        return {**asdict(self), "budgets": [asdict(one) for one in budgets(self)]}


@dataclass(frozen=True, slots=True)
class Budget:
    """One line of design.md's table: what is asked, what was measured, and whether it fits."""

    what: str
    target: str
    measured: str
    ratio: float | None
    kept: bool


def budgets(held: Bench) -> tuple[Budget, ...]:
    """The run against every budget."""
    ours, theirs = held.codecite, held.tutorial
    most = str(max(CONCURRENT))
    return (
        _ratio("full answer, warm, p50", "at most 1 x tutorial retrieval p50", ours.p50_ms, theirs.p50_ms, 1, "ms"),
        _ratio("full answer, warm, p95", "at most 3 x tutorial retrieval p50", ours.p95_ms, theirs.p50_ms, 3, "ms"),
        Budget("code look-up", "under 2 ms", f"{held.lookup_ms:.2f} ms", None, held.lookup_ms < 2),
        _ratio("cold `codecite ask`", "at most 0.25 x tutorial", ours.cold_ms, theirs.cold_ms, 0.25, "ms"),
        Budget(
            "torch on the answer path",
            "not imported",
            "imported" if ours.torch else "not imported",
            None,
            not ours.torch,
        ),
        _ratio("memory while answering", "at most 0.6 x tutorial", ours.memory_mb, theirs.memory_mb, 0.6, "MB"),
        _ratio("full index build", "at most 1 x tutorial", held.build_s, held.tutorial_build_s, 1, "s"),
        Budget("one changed file re-indexed", "under 1 s", f"{held.incremental_s:.2f} s", None, held.incremental_s < 1),
        Budget(
            f"{most} concurrent conversations, p99",
            "under 1 s",
            f"{ours.p99_ms[most]:.0f} ms at {ours.throughput[most]:.1f} answers a second",
            None,
            ours.p99_ms[most] < 1000,
        ),
    )


def _ratio(what: str, target: str, ours: float, theirs: float, limit: float, unit: str) -> Budget:
    ratio = ours / theirs if theirs else 0.0
    digits = 1 if max(ours, theirs) < 100 else 0
    return Budget(what, target, f"{ours:.{digits}f} {unit} against {theirs:.{digits}f} {unit}", ratio, ratio <= limit)


BEGIN, END = "<!-- bench: written by `codecite bench --write` -->", "<!-- bench: end -->"


def table(held: Bench) -> str:
    """The budgets as a Markdown table."""
    lines = ["| what | target | measured | ratio | |", "| --- | --- | --- | ---: | --- |"]
    for one in budgets(held):
        ratio = "" if one.ratio is None else f"{one.ratio:.2f}"
        lines.append(
            f"| {one.what} | {one.target} | {one.measured} | {ratio} | {'kept' if one.kept else '**missed**'} |"
        )
    return "\n".join(lines)


def facts(held: Bench) -> str:
    """Where and when, in one sentence."""
    machine = ", ".join(f"{name} {value}" for name, value in held.machine.items() if value)
    return (
        f"{held.started[:10]}, {machine} before and {held.load_after} after; {held.passages:,} passages, "
        f"{held.questions} questions{', quick run' if held.quick else ''}; took {held.seconds:.0f} s."
    )


def markdown(held: Bench) -> str:
    """The whole result for `eval/results/`."""
    lines = [
        "# Bench",
        "",
        facts(held),
        "",
        "## Against the budgets",
        "",
        table(held),
        "",
        "## Concurrent conversations",
        "",
    ]
    lines += ["| system | conversations | answers a second | p99 |", "| --- | ---: | ---: | ---: |"]
    for name, one in (("codecite, full answers", held.codecite), ("tutorial, retrieval only", held.tutorial)):
        for count, value in one.throughput.items():
            lines.append(f"| {name} | {count} | {value:.1f} | {one.p99_ms[count]:.0f} ms |")
    lines += ["", "## Building", ""]
    lines += [
        f"Full build {held.build_s:.1f} s (embedding {held.embedded_per_s:.0f} passages a second), tutorial "
        f"{held.tutorial_build_s:.1f} s; export of the encoder, once an installation, {held.export_s:.1f} s.",
        "",
        "## Scale (generated passages)",
        "",
        "Build is the lexical index, vectors and files; search times are medians with the question's embedding where "
        "one is needed. Chroma is measured with the same vectors and the settings of our index.",
        "",
        "| passages | vectors | build | words | vectors, exact | hybrid | Chroma build | Chroma search |",
        "| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    lines += [_scale(one) for one in held.scale]
    return "\n".join(lines) + "\n"


def _scale(one: Scale) -> str:
    chroma = (
        (f"{one.chroma_build_s:.1f} s", f"{one.chroma_ms:.1f} ms")
        if one.chroma_build_s
        else ("not measured", "not measured")
    )
    vectors = "embedded" if one.embedded else "random unit vectors"
    return (
        f"| {one.passages:,} | {vectors} | {one.build_s:.1f} s | {one.lexical_ms:.2f} ms | {one.dense_ms:.2f} ms | "
        f"{one.hybrid_ms:.2f} ms | {chroma[0]} | {chroma[1]} |"
    )


def in_document(text: str, held: Bench) -> str:
    """The document with the table between its markers replaced; unchanged when it has none."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table(held)}\n\n{facts(held)}\n{END}{after}" if begin and end else text


def measured(values: Sequence[float]) -> float:
    """The median."""
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
