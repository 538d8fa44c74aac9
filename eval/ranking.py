"""Fit and cross-validate the weights by which the best statement is chosen.

    python -m eval.ranking [--folds N] [--write] SET.jsonl ...

Every question that names supporting statements gives one example: its candidates, with their features, and which of
them support the answer. The weights are those of a conditional logit (the likelihood that a supporting statement comes
first) with a small penalty. Printed: how often a supporting statement comes first, among the first three and five, and
the mean reciprocal rank, each on questions that the weights had not seen; then the same for single features.
`--write` fits on everything and writes `corpus/tables/ranking.csv`.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from bot.engine import Bot
from bot.settings import load

Floats = npt.NDArray[Any]
PENALTY = 0.1
"""Weight of the squared weights, chosen by cross-validation among 0.03, 0.1 and 0.3 (they differ by under a point)."""
TODAY = dt.date(2026, 11, 21)


@dataclass(frozen=True, slots=True)
class Example:
    """The candidates of one question: `features` [candidates, names], which of them `supports` the answer."""

    features: Floats
    supports: Floats


@dataclass(frozen=True, slots=True)
class Quality:
    """How early a supporting statement comes, over `questions`."""

    first: float
    three: float
    five: float
    reciprocal: float
    questions: int

    def __str__(self) -> str:
        return (
            f"first {self.first:.3f}  in three {self.three:.3f}  in five {self.five:.3f}  "
            f"MRR {self.reciprocal:.3f}  ({self.questions} questions)"
        )


def examples(bot: Bot, paths: Sequence[Path], names: Sequence[str]) -> tuple[list[Example], int]:
    """One example for each question with supporting statements, and how many had none among the candidates."""
    found, missed = [], 0
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            item = json.loads(line)
            wanted = {name for name in item.get("support") or () if name in bot.knowledge.statements}
            turn = bot.read(item["turns"], dt.date.fromisoformat(item["dos"]) if item.get("dos") else TODAY)
            if not wanted or turn is None:
                continue
            candidates = bot.candidates(turn)
            supports = np.array([candidate.statement.id in wanted for candidate in candidates])
            if not supports.any():
                missed += 1
                continue
            rows = [[candidate.features.get(name, 0.0) for name in names] for candidate in candidates]
            found.append(Example(np.array(rows), supports))
    return found, missed


def fit(held: Sequence[Example], penalty: float = PENALTY) -> Floats:
    """The weights that make supporting statements come first, one for each feature."""

    def loss(weights: Floats) -> tuple[float, Floats]:
        total, slope = penalty * float(weights @ weights) / 2, penalty * weights
        for example in held:
            scores = example.features @ weights
            chance = np.exp(scores - scores.max())
            right = chance[example.supports]
            total -= float(np.log(right.sum() / chance.sum()))
            slope = slope + chance @ example.features / chance.sum()
            slope = slope - right @ example.features[example.supports] / right.sum()
        return total, slope

    result: Floats = minimize(loss, np.zeros(held[0].features.shape[1]), jac=True, method="L-BFGS-B").x
    return result


def quality(held: Sequence[Example], scores: Sequence[Floats]) -> Quality:
    """How early a supporting statement comes when candidates are ordered by these scores."""
    ranks = []
    for example, values in zip(held, scores, strict=True):
        best = values[example.supports].max()
        others = values[~example.supports]
        ranks.append(1 + float((others > best).sum() + (others == best).sum() / 2))
    at = np.array(ranks)
    return Quality(
        float((at <= 1).mean()), float((at <= 3).mean()), float((at <= 5).mean()), float((1 / at).mean()), len(at)
    )


def folded(held: Sequence[Example], folds: int, seed: int = 0) -> list[Floats]:
    """Scores of each example by weights that were fitted without it."""
    fold = np.random.default_rng(seed).integers(0, folds, len(held))
    scores: list[Floats] = [np.zeros(0)] * len(held)
    for number in range(folds):
        weights = fit([example for at, example in enumerate(held) if fold[at] != number])
        for at in np.flatnonzero(fold == number).tolist():
            scores[at] = held[at].features @ weights
    return scores


def main() -> None:
    """Print the figures; with --write, write the weights."""
    parser = argparse.ArgumentParser(description="Fit and cross-validate how statements are ranked.")
    parser.add_argument("sets", type=Path, nargs="+", help="question sets with `support`")
    parser.add_argument("--folds", type=int, default=5, help="parts of the cross-validation")
    parser.add_argument("--write", action="store_true", help="fit on everything and write ranking.csv")
    options = parser.parse_args()
    settings = load()
    bot = Bot.open(settings)
    names = [row.feature for row in bot.knowledge.ranking]
    held, missed = examples(bot, options.sets, names)
    print(f"{len(held)} questions; of {missed} more no supporting statement is a candidate")
    print(f"{options.folds} folds        {quality(held, folded(held, options.folds))}")
    now = np.array([row.weight for row in bot.knowledge.ranking])
    print(f"weights held   {quality(held, [example.features @ now for example in held])}")
    for at, name in enumerate(names):
        print(f"{name:<14} {quality(held, [example.features[:, at] for example in held])}")
    if options.write:
        weights = fit(held)
        with (settings.corpus / "tables" / "ranking.csv").open("w", newline="", encoding="utf-8") as handle:
            writer = csv.writer(handle, lineterminator="\n")
            writer.writerow(["feature", "weight"])
            writer.writerows((name, f"{weight:.2f}") for name, weight in zip(names, weights, strict=True))
        print("ranking.csv is written")


if __name__ == "__main__":
    main()
