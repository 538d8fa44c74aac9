"""Two runs on the same questions: what was gained, what was lost, and whether chance alone could be the reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.knowledge import Knowledge
from eval.errors import RunFolderError
from eval.questions import read
from eval.report import percent
from eval.run import QUESTIONS, RUN, Asked, Kept, Run, read_run
from eval.score import Judge, Result, summarize
from eval.stats import Difference, difference


@dataclass(frozen=True, slots=True)
class Change:
    """One question whose outcome or whose answer differs."""

    before: Result
    after: Result

    @property
    def kind(self) -> str:
        """`gained`, `lost`, `still wrong` (differently) or `reworded` (right both times)."""
        if self.before.passed == self.after.passed:
            return "reworded" if self.after.passed else "still wrong"
        return "gained" if self.after.passed else "lost"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Run B against run A over the questions that both answered.

    `metrics` is the difference in each metric over the questions that both were judged in.
    """

    before: Run
    after: Run
    overall: Difference
    metrics: dict[str, Difference]
    changes: tuple[Change, ...]
    rates: tuple[float, float]
    left_out: int

    def of_kind(self, kind: str) -> list[Change]:
        """The changes of one kind."""
        return [change for change in self.changes if change.kind == kind]


def compare(first: Path, second: Path, knowledge: Knowledge) -> Comparison:
    """Judge both runs by the second one's expectations, and compare.

    Raises:
        RunFolderError: a folder holds no run, or the two share no question.
    """
    judge = Judge(knowledge)
    before, old = _run(first)
    after, new = _run(second)
    asked = {question.id: question for question in read(_place(second) / QUESTIONS)}
    earlier = {question.id: question for question in read(_place(first) / QUESTIONS)}
    both = [name for name in new if name in old and earlier[name].key == asked[name].key]
    if not both:
        raise RunFolderError(second, f"has no question in common with {first}")
    then = [judge(Asked(asked[name], old[name])) for name in both]
    now = [judge(Asked(asked[name], new[name])) for name in both]
    pairs = list(zip(then, now, strict=True))
    return Comparison(
        before,
        after,
        difference([one.passed for one in then], [one.passed for one in now]),
        _by_metric(pairs),
        tuple(Change(one, other) for one, other in pairs if _differs(one, other)),
        (summarize(then).passed.value, summarize(now).passed.value),
        len(set(old) | set(new)) - len(both),
    )


def _place(folder: Path) -> Path:
    """The folder of the run itself; for a folder of several systems that of the only one, or of codecite."""
    if (folder / RUN).is_file():
        return folder
    inside = sorted(path.parent for path in folder.glob(f"*/{RUN}"))
    chosen = [path for path in inside if path.name == "codecite"] or inside
    if len(chosen) != 1:
        names = ", ".join(path.name for path in inside)
        raise RunFolderError(
            folder, "holds no run" if not inside else f"holds several runs: name one ({folder}/{names.split(',')[0]})"
        )
    return chosen[0]


def _run(folder: Path) -> tuple[Run, dict[str, Kept]]:
    return read_run(_place(folder))


def _differs(one: Result, other: Result) -> bool:
    if one.passed != other.passed or one.problems != other.problems:
        return True
    return (one.answer and one.answer.answer) != (other.answer and other.answer.answer)


def _by_metric(pairs: Sequence[tuple[Result, Result]]) -> dict[str, Difference]:
    outcomes: dict[str, tuple[list[bool], list[bool]]] = {}
    for one, other in pairs:
        earlier = {check.name: check.passed for check in (*one.checks, *one.proofs)}
        for check in (*other.checks, *other.proofs):
            if check.name in earlier:
                held = outcomes.setdefault(check.name, ([], []))
                held[0].append(earlier[check.name])
                held[1].append(check.passed)
    return {name: difference(*held) for name, held in outcomes.items()}


def sentence(comparison: Comparison) -> str:
    """The outcome in one sentence."""
    held = comparison.overall
    first, second = comparison.rates
    told = (
        f"{percent(first)} to {percent(second)} of {held.of} questions: {held.gained} gained, {held.lost} lost; "
        f"change {100 * held.change:+.1f} points (95 % {100 * held.low:+.1f} to {100 * held.high:+.1f}), "
        f"McNemar p = {held.p:.3g}"
    )
    if not held.significant:
        return f"{told}: no more than chance can do."
    return f"{told}: {'better' if held.change > 0 else 'worse'} by more than chance."


def markdown(comparison: Comparison) -> str:
    """Everything as Markdown."""
    before, after = comparison.before, comparison.after
    lines = [
        f"# {after.system} against {before.system}",
        "",
        sentence(comparison),
        "",
        f"A: {before.system} {before.version}, {before.started[:10]}. B: {after.system} {after.version}, "
        f"{after.started[:10]}. {comparison.left_out} questions are only in one of them.",
        "",
        "| metric | judged | gained | lost | p |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for name, held in comparison.metrics.items():
        if held.gained or held.lost:
            lines.append(f"| {name} | {held.of} | {held.gained} | {held.lost} | {held.p:.3g} |")
    for kind, which in (("lost", "after"), ("gained", "before"), ("still wrong", "after")):
        found = comparison.of_kind(kind)
        if found:
            lines += ["", f"## {kind.capitalize()}: {len(found)}", ""]
        for change in found:
            result: Result = getattr(change, which)
            lines.append(f"- **{result.question.id}** {' '.join(result.question.turns[-1].split())[:160]}")
            lines += [f"  - {problem}" for problem in result.problems]
    reworded = comparison.of_kind("reworded")
    if reworded:
        names = ", ".join(change.after.question.id for change in reworded)
        lines += ["", f"## Right both times, with another answer: {len(reworded)}", "", names]
    return "\n".join(lines) + "\n"
