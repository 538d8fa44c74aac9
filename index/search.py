"""Questions to passages: BM25 and vectors, filtered and fused.

    index = ensure_index(knowledge, home)
    for hit in index.search("who may bill 96158?", k=5, filters=Filters(on=date(2026, 3, 1))): ...

Importing this module loads neither PyTorch nor onnxruntime nor Chroma; a message that only names codes never does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Literal

import numpy as np

from corpus.documents import Passage, PassageKind
from corpus.knowledge import Knowledge
from index.encoder import Encoder, OnnxEncoder, encoder_name, onnx_folder
from index.errors import BuildError, CorruptIndexError, EncoderError, NoIndexError
from index.filters import EVERYTHING, NO_FILTERS, Columns, Filters, Mask
from index.layout import Progress, current_folder, identity
from index.lexical import LexicalIndex, Scores, codes_only
from index.store import (
    CHROMA,
    LEXICAL,
    ChromaVectors,
    ExactVectors,
    Manifest,
    Ranked,
    Vectors,
    VectorStore,
    chroma_url,
    read_passages,
    read_vectors,
    top,
)

__all__ = ["Filters", "Hit", "Index", "Mode", "ensure_index"]

Mode = Literal["hybrid", "lexical", "dense"]
DenseStore = Literal["exact", "chroma"]

_POOL = 100
"""How deep each list is read before fusion."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One passage found.

    `score` orders the hits of one search: the BM25 score (lexical), the cosine (dense), or the sum of both, each
    divided by its best value in the search (hybrid, 0 to 2). Ranks count from 1; None means not among the first
    hundred of that list. `dense_score` is the cosine, None when the search needed no embedding.
    """

    passage: Passage
    score: float
    lexical_rank: int | None = None
    dense_rank: int | None = None
    dense_score: float | None = None


class Index:
    """An open index: immutable, safe to share between threads. Use `Index.open` or `ensure_index`."""

    def __init__(
        self,
        folder: Path,
        *,
        encoder: Encoder | None = None,
        dense: DenseStore = "exact",
        chroma_url: str | None = None,
    ) -> None:
        """Load an index folder, checking every file; raises CorruptIndexError."""
        _one_thread_for_products()
        self.folder = folder
        self.manifest = Manifest.read(folder)
        self.manifest.verify(folder)
        self.passages = read_passages(folder)
        self.vectors = read_vectors(folder)
        shape = (self.manifest.passages, self.manifest.dimension)
        if self.vectors.shape != shape or len(self.passages) != shape[0]:
            raise CorruptIndexError(folder, f"holds {len(self.passages)} passages, expected {shape[0]}")
        self._columns = Columns(self.passages)
        try:
            self.lexical = LexicalIndex.load(folder / LEXICAL)
        except (OSError, ValueError, KeyError) as error:
            raise CorruptIndexError(folder / LEXICAL, "cannot be read") from error
        self.chroma = ChromaVectors(folder / CHROMA, self.manifest.collection, self.passages, chroma_url)
        self._dense: VectorStore = self.chroma if dense == "chroma" else ExactVectors(self.vectors)
        self._encoder = encoder or self._exported()

    @classmethod
    def open(
        cls,
        home: Path,
        knowledge_version: str,
        *,
        encoder: Encoder | None = None,
        model_folder: Path | None = None,
        dense: DenseStore = "exact",
    ) -> Index:
        """The current index under `home`, provided that it was built from this knowledge and this encoder.

        `model_folder` is a local sentence-transformers model that replaces the bundled one; `encoder` an encoder
        object that was given to `build`. `dense="chroma"` searches vectors in Chroma instead of in memory.

        Raises:
            NoIndexError: there is none, or it is stale.
            CorruptIndexError: a file does not match the manifest.
        """
        name = encoder.name if encoder else encoder_name(model_folder)
        folder = current_folder(home)
        if folder is None:
            raise NoIndexError(f"there is no index in {home}", "missing")
        try:
            if Manifest.read(folder).identity != identity(knowledge_version, name):
                raise NoIndexError(f"the index in {home} was built from other knowledge or another encoder", "stale")
            return cls(folder, encoder=encoder, dense=dense, chroma_url=chroma_url())
        except CorruptIndexError:
            # A build may have switched and cleaned up between reading the pointer and reading the files.
            if current_folder(home) not in (folder, None):
                return cls.open(home, knowledge_version, encoder=encoder, model_folder=model_folder, dense=dense)
            raise

    def __len__(self) -> int:
        return len(self.passages)

    def _exported(self) -> Encoder:
        folder = onnx_folder(self.folder.parent, self.manifest.encoder)
        try:
            return OnnxEncoder(folder)
        except EncoderError as error:
            raise CorruptIndexError(folder, "holds no complete encoder") from error

    @cached_property
    def _row_of(self) -> dict[str, int]:
        return {passage.id: row for row, passage in enumerate(self.passages)}

    def get(self, passage_id: str) -> Passage | None:
        """The passage with this id, or None."""
        row = self._row_of.get(passage_id)
        return None if row is None else self.passages[row]

    def embed(self, texts: list[str]) -> Vectors:
        """Unit vectors [len(texts), dimension] of any texts, by the encoder of this index."""
        return self._encoder.encode(texts)

    def vectors_of(self, kind: PassageKind) -> Vectors:
        """The vectors of all passages of one kind, in their order."""
        found: Vectors = self.vectors[[row for row, passage in enumerate(self.passages) if passage.kind == kind]]
        return found

    def weigh(self, query: str) -> tuple[Scores, Vectors]:
        """BM25 score and cosine of every passage for `query`, both [len(self)] in the order of `passages`.

        A query that only names codes is not embedded: its cosines are 0.
        """
        scores = self.lexical.scores(query)
        return scores, np.zeros_like(scores) if codes_only(query) else self.vectors @ self.embed([query])[0]

    def search(self, query: str, *, k: int = 20, filters: Filters = NO_FILTERS, mode: Mode = "hybrid") -> list[Hit]:
        """The k best passages for `query` among those that pass `filters`, best first; may be fewer or none.

        A query that only names codes ("90834 vs 90837?") embeds nothing: it finds the passages about those codes,
        the codes' own rows first. Ask for mode "dense" to embed it all the same.
        """
        if k < 1 or not query.strip():
            return []
        mask = self._columns.mask(filters)
        named = codes_only(query) if mode != "dense" else ()
        if named:
            return self._about(named, query, k, mask)
        if mode == "lexical":
            scores = _masked(self.lexical.scores(query), mask)
            ranked = _positive(scores, k)
            return [Hit(self.passages[row], score, rank) for rank, (row, score) in enumerate(ranked, start=1)]
        vector = self.embed([query])[0]
        if mode == "dense":
            found = self._dense.nearest(vector, k, filters, mask)
            return [Hit(self.passages[row], score, None, rank, score) for rank, (row, score) in enumerate(found, 1)]
        return self._hybrid(query, vector, k, filters, mask)

    def _about(self, codes: Sequence[str], query: str, k: int, mask: Mask | None) -> list[Hit]:
        """Passages about any of `codes`: the codes' own rows in the order asked, then by BM25."""
        about = self._columns.mask(Filters(codes=tuple(codes)))
        allowed = about if mask is None or about is None else about & mask
        scores = _masked(self.lexical.scores(query), allowed)
        ranked = _positive(scores, len(scores))
        order = {f"code:{code}": place for place, code in enumerate(codes)}
        ranked.sort(key=lambda pair: order.get(self.passages[pair[0]].id, len(order)))
        return [Hit(self.passages[row], score, rank) for rank, (row, score) in enumerate(ranked[:k], start=1)]

    def _hybrid(self, query: str, vector: Vectors, k: int, filters: Filters, mask: Mask | None) -> list[Hit]:
        """Sum of BM25 and cosine, each divided by its best: as good as any weighting or RRF that we tried."""
        depth = max(_POOL, k)
        lexical = _positive(_masked(self.lexical.scores(query), mask), depth)
        dense = self._dense.nearest(vector, depth, filters, mask)
        lexical_rank = {row: rank for rank, (row, _) in enumerate(lexical, start=1)}
        dense_rank = {row: rank for rank, (row, _) in enumerate(dense, start=1)}
        rows = sorted(lexical_rank.keys() | dense_rank.keys())
        if not rows:
            return []
        words = dict(lexical)
        cosines = dict(zip(rows, (self.vectors[rows] @ vector).tolist(), strict=True))
        best_word, best_cosine = max(words.values(), default=1.0), max(max(cosines.values()), 1e-6)
        fused = {row: words.get(row, 0.0) / best_word + cosines[row] / best_cosine for row in rows}
        best = sorted(rows, key=lambda row: -fused[row])[:k]
        return [
            Hit(self.passages[row], fused[row], lexical_rank.get(row), dense_rank.get(row), cosines[row])
            for row in best
        ]


@cache
def _one_thread_for_products() -> None:
    """Keep numpy's products of this process on the thread that asks for them.

    The product of a question with all vectors takes a millisecond. A pool of threads for it goes on waiting in a
    busy loop afterwards, on the core that the encoder and other questions need: answers took twice as long.
    """
    from threadpoolctl import threadpool_limits  # looks at the libraries loaded by now: numpy's among them

    threadpool_limits(limits=1, user_api="blas")


def _masked(scores: Scores, mask: Mask | None) -> Scores:
    return scores if mask is None else np.where(mask, scores, np.float32(0))


def _positive(scores: Scores, k: int) -> Ranked:
    return [(int(row), float(scores[row])) for row in top(scores, k) if scores[row] > 0]


def ensure_index(
    knowledge: Knowledge,
    home: Path,
    progress: Progress | None = None,
    *,
    encoder: Encoder | None = None,
    model_folder: Path | None = None,
    dense: DenseStore = "exact",
) -> Index:
    """Open the index under `home`; build it when it is missing or stale, rebuild it when it is damaged.

    `progress` is told why, and how the build goes. Raises SearchIndexError when the build fails.
    """

    def opened() -> Index:
        return Index.open(home, knowledge.version, encoder=encoder, model_folder=model_folder, dense=dense)

    try:
        return opened()
    except (NoIndexError, CorruptIndexError) as problem:
        from index.build import build  # brings the file lock; only when something has to be built

        if progress is not None:
            progress(_reason(problem), 0, 0)
        damaged = isinstance(problem, CorruptIndexError)
        build(knowledge, home, encoder=encoder, model_folder=model_folder, force=damaged, progress=progress)
    return opened()


def _reason(problem: NoIndexError | CorruptIndexError) -> str:
    if isinstance(problem, CorruptIndexError):
        return f"The index is damaged ({problem.path.name} {problem.problem}); rebuilding it"
    return "No index yet; building it" if problem.reason == "missing" else "The knowledge changed; updating the index"


def self_check(index: Index, samples: int = 8) -> None:
    """Prove that an index finds its own passages, by words, by vectors and in Chroma; raises BuildError.

    Checks that Chroma holds as many records as there are passages, and for `samples` passages spread over the index:
    its text leads to itself by vector and by words, and Chroma's nearest ten equal the exact ten.
    """
    size = len(index)
    if index.chroma.count() != size:
        raise BuildError(f"Chroma holds {index.chroma.count()} records, expected {size}")
    rows = sorted({round(at) for at in np.linspace(0, size - 1, min(samples, size))})
    queries = index.embed([index.passages[row].text for row in rows])
    exact = ExactVectors(index.vectors)
    for row, query in zip(rows, queries, strict=True):
        passage = index.passages[row]
        nearest = exact.nearest(query, min(10, size), EVERYTHING, None)
        if not any(index.passages[found].text == passage.text for found, _ in nearest[:1]):
            raise BuildError(f"passage {passage.id} is not the nearest to its own text")
        words = index.lexical.scores(passage.text)
        if row not in {found for found, _ in _positive(words, 10)} and words[row] < words.max():
            raise BuildError(f"passage {passage.id} is not found by its own words")
        stored = index.chroma.nearest(query, min(10, size), EVERYTHING, None)
        if not np.allclose([score for _, score in stored], [score for _, score in nearest], atol=1e-4):
            raise BuildError(f"Chroma and the exact search disagree about {passage.id}")
