"""Telling what is not ours to answer by meaning: a linear classifier over the encoder's vectors.

Cue words (see `declines`) know the phrases that we thought of. The classifier has learned from the utterances of
`decline_examples.csv`, answered ones among them, and generalizes; it is a ridge regression on one-versus-rest targets
with classes weighted by the square root of their rarity. It is trained in seconds, once for each state of the
examples and the encoder, and kept as a small file.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from corpus.guard_rows import DeclineExample
from corpus.knowledge import Knowledge

Embed = Callable[[list[str]], npt.NDArray[Any]]
"""Unit vectors of texts, one row each (`Index.embed`)."""

ANSWERED = "answered"
RIDGE = 1.0
"""Regularization, chosen by ten-fold cross-validation on the examples (`python -m eval.scope`)."""
TYPICAL = 0.1
"""Weight of a typical question beside an example of the table, chosen by the same cross-validation."""
_VERSION = "2"


@dataclass(frozen=True)
class Scope:
    """A trained classifier: `weights` has a row a dimension, the last for the constant, and a column a kind."""

    kinds: tuple[str, ...]
    weights: npt.NDArray[np.float32]

    def scores(self, vectors: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
        """Scores by kind, a row for each vector; about 1 for a sure kind, -1 for none."""
        constant = np.ones((len(vectors), 1), dtype=np.float32)
        result: npt.NDArray[np.float32] = np.hstack([vectors.astype(np.float32), constant]) @ self.weights
        return result

    def judge(self, vector: npt.NDArray[Any]) -> tuple[str, float]:
        """The likeliest kind that is not answered and by how much it beats `answered` (negative: it does not)."""
        scores = self.scores(vector.reshape(1, -1))[0]
        answered = self.kinds.index(ANSWERED)
        best = max((n for n in range(len(self.kinds)) if n != answered), key=lambda n: float(scores[n]))
        return self.kinds[best], float(scores[best] - scores[answered])


def train(vectors: npt.NDArray[Any], labels: list[str], typical: npt.NDArray[Any] | None = None) -> Scope:
    """A classifier for `labels` (one of them `answered`) from a vector each.

    `typical` are vectors of questions that are answered, which are many and easy: each weighs a tenth of an example.
    """
    kinds = tuple(sorted(set(labels)))
    share = {kind: (len(labels) / (len(kinds) * labels.count(kind))) ** 0.25 for kind in kinds}
    more = np.zeros((0, vectors.shape[1])) if typical is None else typical
    everything = np.vstack([vectors, more])
    told = [*labels, *[ANSWERED] * len(more)]
    weight = np.array([share[label] for label in labels] + [TYPICAL * share[ANSWERED]] * len(more))[:, None]
    inputs = np.hstack([everything, np.ones((len(everything), 1))]) * weight
    targets = np.where(np.array(told)[:, None] == np.array(kinds)[None], 1.0, -1.0) * weight
    penalty = RIDGE * np.eye(inputs.shape[1])
    solved = np.linalg.solve(inputs.T @ inputs + penalty, inputs.T @ targets)
    return Scope(kinds, solved.astype(np.float32))


def learned(knowledge: Knowledge) -> tuple[DeclineExample, ...]:
    """The examples that the classifier learns from: all but those of kinds of our field that no statement can hold.

    A fax number for appeals is asked for in the words of our field; learning it doubles the false declines
    (`python -m eval.scope`), so cue words and near examples alone tell these kinds.
    """
    unheld = {row.kind for row in knowledge.declines if row.status == "no_evidence"}
    return tuple(row for row in knowledge.decline_examples if row.kind not in unheld)


def scope_for(
    knowledge: Knowledge, embed: Embed, folder: Path, encoder: str, typical: npt.NDArray[Any] | None = None
) -> Scope:
    """The classifier for these examples and this encoder (its name), kept in `folder` and trained when missing.

    `typical` are vectors of the typical questions that statements answer: more examples of what is answered. A file
    that cannot be read is trained anew.
    """
    rows = learned(knowledge)
    examples = [(row.kind, row.utterance) for row in rows]
    asked = b"" if typical is None else np.ascontiguousarray(typical).tobytes()
    digest = hashlib.sha256(repr((_VERSION, RIDGE, encoder, examples)).encode() + asked)
    path = folder / f"scope-{digest.hexdigest()[:16]}.npz"
    held = _load(path)
    if held is not None:
        return held
    scope = train(embed([row.utterance for row in rows]), [row.kind for row in rows], typical)
    _save(scope, path)
    return scope


def _load(path: Path) -> Scope | None:
    try:
        with np.load(path, allow_pickle=False) as stored:
            return Scope(tuple(str(kind) for kind in stored["kinds"]), stored["weights"])
    except (OSError, ValueError, KeyError, EOFError):
        return None


def _save(scope: Scope, path: Path) -> None:
    """Write beside and rename, so that no other process reads half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.stem}.{os.getpid()}.tmp")
    with beside.open("wb") as handle:
        np.savez(handle, kinds=np.array(scope.kinds), weights=scope.weights)
    beside.replace(path)
    for old in path.parent.glob("scope-*.npz"):
        if old != path:
            old.unlink(missing_ok=True)
