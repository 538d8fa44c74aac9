"""The scale series: indexes of generated passages, built and searched as ours are."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from bot.settings import load
from corpus.documents import CHUNKER_VERSION, Passage
from eval.systems.shape import passages_of
from index.encoder import OnnxEncoder, Vectors, encoder_name, onnx_folder
from index.filters import NO_FILTERS
from index.lexical import LexicalIndex
from index.search import Index, Mode
from index.store import (
    CHROMA,
    LAYOUT,
    LEXICAL,
    ChromaVectors,
    Manifest,
    hash_files,
    write_passages,
    write_vectors,
)

EMBEDDED_UP_TO = 2_000
"""Larger series get random unit vectors: what an exact search costs does not depend on where vectors point."""
CHROMA_UP_TO = 20_000
SEED = 7
_WORDS = 28


def generated(count: int, held: Sequence[Passage], seed: int = SEED) -> list[Passage]:
    """`count` passages of about the length and the words of `held`: runs of words of two of them, with their codes."""
    chance = random.Random(seed)
    words = [passage.text.split() for passage in held]
    made = []
    for number in range(count):
        one, other = chance.randrange(len(held)), chance.randrange(len(held))
        parts = _run(words[one], chance) + _run(words[other], chance)
        codes = tuple(dict.fromkeys(held[one].codes + held[other].codes))
        made.append(replace(held[one], id=f"statement:made-{number}", text=" ".join(parts), codes=codes))
    return made


def _run(words: list[str], chance: random.Random) -> list[str]:
    start = chance.randrange(max(1, len(words) - _WORDS // 2))
    return words[start : start + _WORDS // 2]


def random_vectors(count: int, dimension: int, seed: int = SEED) -> Vectors:
    """Unit vectors [count, dimension] in random directions."""
    vectors = np.random.default_rng(seed).standard_normal((count, dimension), dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def series(task: dict[str, Any]) -> dict[str, Any]:
    """One size: figures of `eval.bench.Scale`, and passages embedded a second where they are embedded."""
    settings = load()
    encoder = OnnxEncoder(onnx_folder(settings.index_folder, encoder_name()))
    count, folder, queries = int(task["passages"]), Path(task["folder"]), list(task["questions"])
    made = generated(count, list(passages_of(settings.corpus).values()))
    embedded = count <= EMBEDDED_UP_TO
    encoder.encode(queries[:1])
    started = time.perf_counter()
    vectors = encoder.encode([one.text for one in made]) if embedded else random_vectors(count, encoder.dimension)
    embedding = time.perf_counter() - started
    collection = _write(folder, made, vectors, encoder.name)
    build = time.perf_counter() - started
    index = Index(folder, encoder=encoder)
    chroma_build, chroma_search = _chroma(index, folder, collection, made, queries) if count <= CHROMA_UP_TO else (0, 0)
    return {
        "passages": count,
        "embedded": embedded,
        "build_s": build,
        "lexical_ms": _median(lambda query: _search(index, query, "lexical"), queries),
        "dense_ms": _median(lambda query: _search(index, query, "dense"), queries),
        "hybrid_ms": _median(lambda query: _search(index, query, "hybrid"), queries),
        "chroma_build_s": chroma_build,
        "chroma_ms": chroma_search,
        "embedded_per_s": count / embedding if embedded else 0.0,
    }


def _search(index: Index, query: str, mode: Mode) -> object:
    return index.search(query, k=20, mode=mode)


def _write(folder: Path, made: Sequence[Passage], vectors: Vectors, encoder: str) -> str:
    """Write an index folder as a build does, without Chroma; the name of its collection."""
    write_passages(folder, made)
    write_vectors(folder, vectors)
    texts = [f"{one.title} {one.section} {one.text} {' '.join(one.codes)}" for one in made]
    LexicalIndex.write(texts, folder / LEXICAL)
    manifest = Manifest(
        layout=LAYOUT,
        identity=f"generated-{len(made)}",
        knowledge_version="generated",
        chunker_version=CHUNKER_VERSION,
        encoder=encoder,
        dimension=vectors.shape[1],
        passages=len(made),
        embedded=len(made),
        reused=0,
        built_at=datetime.now(UTC).isoformat(timespec="seconds"),
        collection="generated",
        files=hash_files(folder),
    )
    manifest.write(folder)
    return manifest.collection


def _chroma(
    index: Index, folder: Path, collection: str, made: Sequence[Passage], queries: list[str]
) -> tuple[float, float]:
    """Seconds to fill Chroma with the same vectors, median milliseconds to search it, embedding included."""
    chroma = ChromaVectors(folder / CHROMA, collection, made)
    try:
        started = time.perf_counter()
        chroma.write(np.asarray(index.vectors))
        build = time.perf_counter() - started
        search = _median(lambda query: chroma.nearest(index.embed([query])[0], 20, NO_FILTERS, None), queries)
    finally:
        chroma.close()
    return build, search


def _median(work: Callable[[str], object], queries: Sequence[str]) -> float:
    taken = []
    for query in queries:
        started = time.perf_counter()
        work(query)
        taken.append((time.perf_counter() - started) * 1000)
    return float(np.median(taken))
