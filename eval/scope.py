"""How well requests that are not ours are told from questions that are.

    python -m eval.scope [--home FOLDER] [--folds N]

Prints a ten-fold cross-validation of the scope classifier over `decline_examples.csv`: for margins from -0.2 to 0.6
how many declines are missed and how many answered questions would be declined by the classifier alone. The guard is
stricter: it asks the classifier last, and billing words excuse a message. Held-out messages measure the whole guard
in `tests/bot/guard`.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.guard.scope import ANSWERED, Scope, learned, train
from corpus.documents import QUESTION
from corpus.knowledge import Knowledge
from index.search import ensure_index

MARGINS = (-0.2, 0.0, 0.1, 0.2, 0.3, 0.4, 0.6)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Declines that were missed, declines of the right kind, questions declined, of how many."""

    missed: int
    right: int
    declines: int
    false: int
    answered: int

    def __str__(self) -> str:
        return (
            f"missed {self.missed:>3}/{self.declines} ({self.missed / max(1, self.declines):>5.1%})"
            f"  right kind {self.right:>3}"
            f"  false {self.false:>3}/{self.answered} ({self.false / max(1, self.answered):>5.1%})"
        )


def outcome(told: Sequence[str], gold: Sequence[str]) -> Outcome:
    """Compare kinds (`answered` among them) with the right ones."""
    pairs = list(zip(told, gold, strict=True))
    return Outcome(
        missed=sum(kind == ANSWERED != right for kind, right in pairs),
        right=sum(kind == right != ANSWERED for kind, right in pairs),
        declines=sum(right != ANSWERED for right in gold),
        false=sum(kind != ANSWERED == right for kind, right in pairs),
        answered=sum(right == ANSWERED for right in gold),
    )


def folded(
    vectors: npt.NDArray[Any], labels: list[str], folds: int, seed: int = 0, typical: npt.NDArray[Any] | None = None
) -> list[tuple[str, float]]:
    """The judgement of each example by a classifier that has not seen it, but has seen the typical questions."""
    fold = np.random.default_rng(seed).integers(0, folds, len(labels))
    judged: list[tuple[str, float]] = [(ANSWERED, 0.0)] * len(labels)
    for number in range(folds):
        learn = np.flatnonzero(fold != number)
        scope: Scope = train(vectors[learn], [labels[at] for at in learn], typical)
        for at in np.flatnonzero(fold == number):
            judged[at] = scope.judge(vectors[at])
    return judged


def main() -> None:
    """Print the curve."""
    parser = argparse.ArgumentParser(description="Cross-validate which messages are declined.")
    parser.add_argument("--home", type=Path, default=Path("var/index"), help="folder of the search index")
    parser.add_argument("--folds", type=int, default=10, help="parts of the cross-validation")
    options = parser.parse_args()
    knowledge = Knowledge()
    rows = learned(knowledge)
    texts, labels = [row.utterance for row in rows], [str(row.kind) for row in rows]
    index = ensure_index(knowledge, options.home)
    vectors, typical = index.embed(texts), index.vectors_of(QUESTION)
    judged = folded(vectors, labels, options.folds, typical=typical)
    # Every other typical question is kept from the classifier: questions of our field that it has not seen.
    unseen = [train(vectors, labels, typical[::2]).judge(vector)[1] for vector in typical[1::2]]
    print(f"{len(rows)} examples, {options.folds} folds, classifier alone:")
    for margin in MARGINS:
        told = [kind if by >= margin else ANSWERED for kind, by in judged]
        declined = sum(by >= margin for by in unseen)
        print(f"  margin {margin:>4}: {outcome(told, labels)}  of our field {declined:>3}/{len(unseen)}")


if __name__ == "__main__":
    main()
