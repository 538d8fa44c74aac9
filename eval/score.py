"""From replies to figures: each item judged, then rates by set, category, difficulty and metric."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from bot.answer import Answer
from corpus.knowledge import Knowledge
from eval import proof, scorers
from eval.proof import Records
from eval.questions import Question, set_of
from eval.run import Asked
from eval.scorers import ABSTENTIONS, DANGEROUS, Check
from eval.stats import Latency, Rate, latency, rate

OTHER = "other"


@dataclass(frozen=True, slots=True)
class Result:
    """One question judged. `passed`: everything that it asks for is right; `proven`: and the proof holds too."""

    question: Question
    answer: Answer | None
    checks: tuple[Check, ...]
    proofs: tuple[Check, ...]
    milliseconds: float
    ranked: tuple[tuple[str, float], ...] = ()
    error: str = ""

    @property
    def passed(self) -> bool:
        """Whether the answer is right in everything that the question asks for."""
        return all(check.passed for check in self.checks)

    @property
    def lenient(self) -> bool:
        """Whether it is right apart from what quoting alone can never give: a verdict and a count of units."""
        return all(check.passed for check in self.checks if check.name not in ("verdict", "units"))

    @property
    def proven(self) -> bool:
        """Whether quotes, support and date hold."""
        return all(check.passed for check in self.proofs)

    @property
    def abstained(self) -> bool:
        """Whether no answer was given."""
        return self.answer is None or self.answer.status in ABSTENTIONS

    @property
    def problems(self) -> tuple[str, ...]:
        """All that is wrong, with the metric's name."""
        return tuple(f"{check.name}: {problem}" for check in (*self.checks, *self.proofs) for problem in check.problems)


class Judge:
    """Judges answers against one knowledge."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._known = knowledge.known_codes
        self._records = Records(knowledge)

    def __call__(self, asked: Asked) -> Result:
        """The judged question; a defect fails the check `error`."""
        kept = asked.kept
        if kept.answer is None:
            broken = (Check("error", (kept.error or "no reply",)),)
            return Result(asked.question, None, broken, (), kept.milliseconds, kept.ranked, kept.error)
        return Result(
            asked.question,
            kept.answer,
            scorers.checks(asked.question, kept.answer, self._known),
            proof.checks(asked.question, kept.answer, self._records),
            kept.milliseconds,
            kept.ranked,
        )


@dataclass(frozen=True, slots=True)
class Abstention:
    """Answering and declining, both ways.

    `coverage`: answerable questions that got an answer. `precision`: given answers that are right. `declined_rightly`:
    questions not to be answered that were declined. `declined_only`: declined questions that were to be declined.
    """

    coverage: Rate
    precision: Rate
    declined_rightly: Rate
    declined_only: Rate


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of one run."""

    passed: Rate
    lenient: Rate
    proven: Rate
    sets: dict[str, Rate]
    categories: dict[str, Rate]
    difficulties: dict[str, Rate]
    metrics: dict[str, Rate]
    abstention: Abstention
    dangerous: dict[str, int]
    latency: Latency
    retrieval: dict[str, float] = field(default_factory=dict)
    judged_retrieval: int = 0

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def summarize(results: Sequence[Result], retrieval: dict[str, float] | None = None, judged: int = 0) -> Summary:
    """The figures of judged questions; groups without questions are left out."""
    return Summary(
        passed=rate([result.passed for result in results]),
        lenient=rate([result.lenient for result in results]),
        proven=rate([result.passed and result.proven for result in results]),
        sets=_by(results, lambda result: set_of(result.question) or OTHER),
        categories=_by(results, lambda result: result.question.category),
        difficulties=_by(results, lambda result: result.question.level, ("easy", "medium", "hard")),
        metrics=_metrics(results),
        abstention=_abstention(results),
        dangerous={
            name: sum(check.name == name and not check.passed for result in results for check in result.checks)
            for name in DANGEROUS
        },
        latency=latency([result.milliseconds for result in results if result.answer is not None]),
        retrieval=retrieval or {},
        judged_retrieval=judged,
    )


def _by(results: Iterable[Result], key: Callable[[Result], str], order: Sequence[str] = ()) -> dict[str, Rate]:
    groups: dict[str, list[bool]] = {name: [] for name in order}
    for result in results:
        groups.setdefault(key(result), []).append(result.passed)
    names = order or sorted(groups)
    return {name: rate(groups[name]) for name in names if groups[name]}


def _metrics(results: Iterable[Result]) -> dict[str, Rate]:
    groups: dict[str, list[bool]] = {}
    for result in results:
        for check in (*result.checks, *result.proofs):
            groups.setdefault(check.name, []).append(check.passed)
    return {name: rate(outcomes) for name, outcomes in groups.items()}


def _abstention(results: Sequence[Result]) -> Abstention:
    answerable = [result for result in results if result.question.answerable]
    to_decline = [result for result in results if not result.question.answerable]
    return Abstention(
        coverage=rate([not result.abstained for result in answerable]),
        precision=rate([result.passed for result in results if not result.abstained]),
        declined_rightly=rate([result.abstained for result in to_decline]),
        declined_only=rate([not result.question.answerable for result in results if result.abstained]),
    )
