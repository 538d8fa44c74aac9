"""An encoder that needs no model."""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt


class WordsEncoder:
    """Sums a fixed random vector per word: deterministic, fast, near for texts that share words."""

    name = "words@test"
    dimension = 64

    def __init__(self) -> None:
        self.encoded: list[str] = []

    def encode(self, texts: list[str]) -> npt.NDArray[np.float32]:
        self.encoded.extend(texts)
        vectors = np.array([self._vector(text) for text in texts], dtype=np.float32).reshape(-1, self.dimension)
        return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)

    def _vector(self, text: str) -> npt.NDArray[np.float64]:
        return np.sum([_word(word) for word in ["", *text.lower().split()]], axis=0)


def _word(word: str) -> npt.NDArray[np.float64]:
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
    return np.random.default_rng(seed).normal(size=WordsEncoder.dimension)
