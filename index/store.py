"""What an index folder holds on disk, and the two ways to search its vectors.

    index-<hash>/manifest.json     what it was built from, counts, and the sha256 of the files below
                 passages.jsonl    one passage a line; the line number is the row of every array
                 vectors.npy       float32 [n, d], rows of length 1
                 lexical/          the arrays of bm25s
                 chroma/           Chroma's own files (absent when a Chroma server is used)

No file of ours is a pickle. `ExactVectors` multiplies the memory-mapped array; `ChromaVectors` asks Chroma. Both
return the same passages (a test and every build compare them); README.md of this package has the measurements.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter, ValidationError

from corpus.documents import QUESTION, Passage
from index.errors import CorruptIndexError, VectorStoreError
from index.filters import Filters, Mask

LAYOUT = "1"
"""Raised whenever the files below, the embedded text or the tokens are made differently."""

MANIFEST, PASSAGES, VECTORS, LEXICAL, CHROMA = "manifest.json", "passages.jsonl", "vectors.npy", "lexical", "chroma"

Vectors = npt.NDArray[np.float32]
Ranked = list[tuple[int, float]]
_PASSAGE = TypeAdapter(Passage)
_OPEN_START, _OPEN_END = 0, 99991231


@dataclass(frozen=True)
class Manifest:
    """What an index was built from and what it holds; `files` maps relative paths to sha256."""

    layout: str
    identity: str
    knowledge_version: str
    chunker_version: str
    encoder: str
    dimension: int
    passages: int
    embedded: int
    reused: int
    built_at: str
    collection: str
    files: dict[str, str]

    def write(self, folder: Path) -> None:
        """Write `manifest.json` and flush it to the disk."""
        write_durably(folder / MANIFEST, json.dumps(asdict(self), indent=1, sort_keys=True) + "\n")

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """The manifest of an index folder; raises CorruptIndexError."""
        path = folder / MANIFEST
        try:
            return _MANIFEST.validate_json(path.read_bytes(), strict=True)
        except OSError as error:
            raise CorruptIndexError(path, "cannot be read") from error
        except ValidationError as error:
            raise CorruptIndexError(path, "is not a manifest of this version") from error

    def verify(self, folder: Path, names: Iterable[str] | None = None) -> None:
        """Compare files (all by default) with their hashes; raises CorruptIndexError naming the first that differs."""
        for name in self.files if names is None else names:
            path, expected = folder / name, self.files.get(name)
            try:
                found = sha256(path)
            except OSError as error:
                raise CorruptIndexError(path, "cannot be read") from error
            if found != expected:
                raise CorruptIndexError(path, "was altered after the index was built")


_MANIFEST = TypeAdapter(Manifest)


def chroma_url() -> str | None:
    """Address of a Chroma server (`CODECITE_CHROMA_URL`), or None for local files in the index folder."""
    return os.environ.get("CODECITE_CHROMA_URL") or None


def sha256(path: Path) -> str:
    """Hex sha256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_durably(path: Path, text: str) -> None:
    """Write `text` to `path` through a temporary neighbour and an atomic rename; on the disk when this returns."""
    neighbour = path.with_name(path.name + ".new")
    with neighbour.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    neighbour.replace(path)


def hash_files(folder: Path) -> dict[str, str]:
    """Relative path to sha256 of the files of an index that we write ourselves (Chroma rewrites its own)."""
    own = [folder / PASSAGES, folder / VECTORS, *sorted((folder / LEXICAL).iterdir())]
    return {path.relative_to(folder).as_posix(): sha256(path) for path in own}


def write_passages(folder: Path, passages: Iterable[Passage]) -> None:
    """Write `passages.jsonl`, one passage a line in the order given."""
    (folder / PASSAGES).write_bytes(b"".join(_PASSAGE.dump_json(passage) + b"\n" for passage in passages))


def read_passages(folder: Path) -> tuple[Passage, ...]:
    """The passages in row order; raises CorruptIndexError."""
    path = folder / PASSAGES
    try:
        return tuple(_PASSAGE.validate_json(line) for line in path.read_bytes().splitlines())
    except (OSError, ValidationError) as error:
        raise CorruptIndexError(path, "cannot be read as passages") from error


def write_vectors(folder: Path, vectors: Vectors) -> None:
    """Write `vectors.npy`."""
    np.save(folder / VECTORS, vectors, allow_pickle=False)


def read_vectors(folder: Path) -> Vectors:
    """The vectors [n, d], memory-mapped; raises CorruptIndexError."""
    path = folder / VECTORS
    try:
        vectors: Vectors = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise CorruptIndexError(path, "cannot be read as an array") from error
    return vectors


class VectorStore(Protocol):
    """Nearest passages of a query vector."""

    def nearest(self, query: Vectors, k: int, filters: Filters, mask: Mask | None) -> Ranked:
        """The k best (row, cosine) pairs among the rows that pass, best first; `mask` is what `filters` select."""
        ...


class ExactVectors:
    """Cosine of the query with every row: exact, 0.1 ms for 3,000 rows, nothing to import."""

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = vectors

    def nearest(self, query: Vectors, k: int, filters: Filters, mask: Mask | None) -> Ranked:
        """The k best (row, cosine) pairs among the rows that pass, best first."""
        scores = self._vectors @ query
        if mask is not None:
            scores = np.where(mask, scores, -np.inf)
        best = top(scores, k)
        return [(int(row), float(scores[row])) for row in best if np.isfinite(scores[row])]


def top(scores: npt.NDArray[np.float32], k: int) -> npt.NDArray[np.intp]:
    """Rows of the k highest scores, best first; equal scores keep the order of the passages."""
    if k < len(scores):
        threshold = np.partition(scores, len(scores) - k)[len(scores) - k]
        rows = np.flatnonzero(scores >= threshold)
    else:
        rows = np.arange(len(scores))
    order = np.argsort(-scores[rows], kind="stable")
    return rows[order][:k]


class ChromaVectors:
    """The Chroma collection of one index: local files in `folder`, or a server at `url`.

    Chroma's local store belongs to one process at a time. Filters become Chroma `where` clauses; every key is
    present on every record, because Chroma's comparisons also match or miss records that lack the key.
    """

    def __init__(self, folder: Path, collection: str, passages: Sequence[Passage], url: str | None = None) -> None:
        self._folder, self._name, self._passages, self._url = folder, collection, passages, url

    @cached_property
    def _row_of(self) -> dict[str, int]:
        return {passage.id: row for row, passage in enumerate(self._passages)}

    @cached_property
    def _client(self) -> Any:
        import chromadb  # 0.7 s: only when Chroma is written or asked
        from chromadb.config import Settings

        settings = Settings(anonymized_telemetry=False)
        try:
            if self._url is None:
                return chromadb.PersistentClient(str(self._folder), settings=settings)
            address = urlsplit(self._url)
            secure = address.scheme == "https"
            port = address.port or (443 if secure else 8000)
            return chromadb.HttpClient(address.hostname or "localhost", port, ssl=secure, settings=settings)
        except Exception as error:  # Chroma raises bare ValueError, RuntimeError and its Rust panics alike
            raise VectorStoreError(f"Chroma cannot be opened ({type(error).__name__})") from error

    @cached_property
    def _collection(self) -> Any:
        try:
            return self._client.get_collection(self._name, embedding_function=None)
        except VectorStoreError:
            raise
        except Exception as error:  # a missing collection and a damaged file raise different foreign types
            raise VectorStoreError(f"Chroma does not hold the collection {self._name}") from error

    def write(self, vectors: Vectors) -> None:
        """Create the collection anew, one record a passage; raises VectorStoreError."""
        try:
            self.drop()
            self._client.create_collection(
                self._name,
                embedding_function=None,
                # an ef_search above any k that we ask for makes the answers agree with the exact product
                configuration={
                    "hnsw": {"space": "cosine", "ef_construction": 200, "ef_search": 200, "max_neighbors": 32}
                },
            )
            self._upsert(range(len(self._passages)), vectors)
        except VectorStoreError:
            raise
        except Exception as error:  # Chroma raises bare ValueError, RuntimeError and its own types alike
            raise VectorStoreError(f"Chroma cannot be written ({type(error).__name__})") from error

    def update(self, previous: Sequence[Passage], vectors: Vectors) -> None:
        """Bring a copy of the collection of `previous` up to date; raises VectorStoreError."""
        before, now = {passage.id: passage for passage in previous}, self._row_of
        gone = [passage_id for passage_id in before if passage_id not in now]
        changed = [row for row, passage in enumerate(self._passages) if before.get(passage.id) != passage]
        try:
            if gone:
                self._collection.delete(ids=gone)
            self._upsert(changed, vectors)
        except VectorStoreError:
            raise
        except Exception as error:  # Chroma raises bare ValueError, RuntimeError and its own types alike
            raise VectorStoreError(f"Chroma cannot be updated ({type(error).__name__})") from error

    def _upsert(self, rows: Sequence[int], vectors: Vectors) -> None:
        """Write the records of `rows`: vectors and filter keys; the text stays in passages.jsonl alone."""
        batch = self._client.get_max_batch_size()
        for start in range(0, len(rows), batch):
            chunk = list(rows[start : start + batch])
            self._collection.upsert(
                ids=[self._passages[row].id for row in chunk],
                embeddings=vectors[chunk],
                metadatas=[_metadata(self._passages[row]) for row in chunk],
            )

    def drop(self) -> None:
        """Remove the collection; one that is not there is no error."""
        if self._name in {held.name for held in self._client.list_collections()}:
            self._client.delete_collection(self._name)

    def count(self) -> int:
        """Number of records."""
        return int(self._collection.count())

    def nearest(self, query: Vectors, k: int, filters: Filters, mask: Mask | None) -> Ranked:
        """The k best (row, cosine) pairs among the records that pass `filters`, best first."""
        try:
            found = self._collection.query(
                query_embeddings=[query], n_results=k, where=where_clause(filters), include=["distances"]
            )
            pairs = zip(found["ids"][0], found["distances"][0], strict=True)
            ranked = [(self._row_of[passage_id], 1.0 - float(distance)) for passage_id, distance in pairs]
        except VectorStoreError:
            raise
        except Exception as error:  # Chroma raises bare ValueError, RuntimeError and its own types alike
            raise VectorStoreError(f"Chroma cannot be asked ({type(error).__name__})") from error
        return sorted(ranked, key=lambda pair: -pair[1])

    def close(self) -> None:
        """Release the files, so that the folder can be renamed or removed."""
        if "_client" in self.__dict__:
            self._client.close()
            self.__dict__.pop("_client")
            self.__dict__.pop("_collection", None)


def _metadata(passage: Passage) -> dict[str, Any]:
    """Chroma metadata: every filter's key on every record; open dates are the ends of time; empty lists are absent."""
    metadata: dict[str, Any] = {
        "kind": passage.kind,
        "kind_of_rule": passage.kind_of_rule,
        "payer": passage.payer,
        "topic": passage.topic,
        "from": _as_number(passage.effective_from, _OPEN_START),
        "to": _as_number(passage.effective_to, _OPEN_END),
    }
    # Chroma refuses empty lists; a record without codes then fails every `$contains`, which is what is meant.
    return {**metadata, "codes": list(passage.codes)} if passage.codes else metadata


def _as_number(day: date | None, otherwise: int) -> int:
    return otherwise if day is None else day.year * 10000 + day.month * 100 + day.day


def where_clause(filters: Filters) -> dict[str, Any]:
    """`filters` in Chroma's query language."""
    clauses: list[dict[str, Any]] = []
    if filters.kinds:
        clauses.append({"kind": {"$in": list(filters.kinds)}})
    else:
        clauses.append({"kind": {"$ne": QUESTION}})
    if filters.kinds_of_rule:
        clauses.append({"kind_of_rule": {"$in": list(filters.kinds_of_rule)}})
    if filters.topics:
        clauses.append({"topic": {"$in": list(filters.topics)}})
    if filters.payers:
        clauses.append({"payer": {"$in": [*filters.payers, *filters.ALWAYS]}})
    if filters.codes:
        named = [{"codes": {"$contains": code}} for code in filters.codes]
        clauses.append({"$or": named} if len(named) > 1 else named[0])
    if filters.on is not None:
        day = _as_number(filters.on, _OPEN_START)
        clauses += [{"from": {"$lte": day}}, {"to": {"$gte": day}}]
    return {"$and": clauses} if len(clauses) > 1 else clauses[0]
