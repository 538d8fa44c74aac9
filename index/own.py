"""Searching own documents: exact cosine over their vectors, kept apart from the shipped index.

The vectors come from the database as they are; a library of 20,000 excerpts takes 30 MB and one multiplication.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from index.encoder import Vectors


class OwnVectors:
    """Vectors of excerpts with their numbers and documents. Immutable."""

    def __init__(self, rows: Sequence[tuple[int, str, bytes]]) -> None:
        self.numbers = np.array([number for number, _, _ in rows], dtype=np.int64)
        self._documents = np.array([document for _, document, _ in rows], dtype=object)
        flat = np.frombuffer(b"".join(vector for _, _, vector in rows), dtype=np.float32)
        self.vectors: Vectors = flat.reshape(len(rows), -1) if rows else np.zeros((0, 1), dtype=np.float32)

    def __len__(self) -> int:
        return len(self.numbers)

    def nearest(self, vector: Vectors, k: int, documents: Iterable[str] = ()) -> dict[int, float]:
        """Number and cosine of the k nearest excerpts, nearest first; of these documents only when any are named."""
        scores = self._scores(vector, documents)
        best = np.argsort(-scores)[:k]
        return {int(self.numbers[row]): float(scores[row]) for row in best if scores[row] > -1}

    def among(self, vector: Vectors, numbers: Iterable[int], k: int, documents: Iterable[str] = ()) -> dict[int, float]:
        """As `nearest`, among these excerpts only."""
        rows = np.flatnonzero(np.isin(self.numbers, np.fromiter(numbers, dtype=np.int64)))
        scores = self._scores(vector, documents)
        best = rows[np.argsort(-scores[rows])[:k]]
        return {int(self.numbers[row]): float(scores[row]) for row in best if scores[row] > -1}

    def _scores(self, vector: Vectors, documents: Iterable[str]) -> Vectors:
        if not len(self):
            return np.zeros(0, dtype=np.float32)
        scores: Vectors = self.vectors @ vector
        wanted = tuple(documents)
        return np.where(np.isin(self._documents, wanted), scores, np.float32(-2)) if wanted else scores


def packed(vectors: Vectors) -> list[bytes]:
    """Each row as bytes, for the database."""
    return [np.ascontiguousarray(row, dtype=np.float32).tobytes() for row in vectors]
