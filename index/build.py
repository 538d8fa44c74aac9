"""From knowledge to an index folder: built aside, checked, switched to atomically.

One writer at a time. A killed build leaves the old index in force; its leftovers are removed by the next one. Texts
that the previous index already holds keep their vectors, so that a changed file costs what changed in it.
"""

from __future__ import annotations

import gc
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from corpus.documents import CHUNKER_VERSION, Passage, passages
from corpus.knowledge import Knowledge
from index.encoder import Encoder, Model, TorchEncoder, encoder_name, onnx_folder
from index.errors import BuildError, CorruptIndexError, IndexLockedError, VectorStoreError
from index.layout import BUILDING, LOCK, Progress, current_folder, free_folder, identity, leftovers, remove, switch
from index.lexical import LexicalIndex
from index.search import Index, self_check
from index.store import (
    CHROMA,
    LAYOUT,
    LEXICAL,
    PASSAGES,
    VECTORS,
    ChromaVectors,
    Manifest,
    Vectors,
    chroma_url,
    hash_files,
    read_passages,
    read_vectors,
    write_passages,
    write_vectors,
)

_CHUNK = 64
"""Texts embedded between two reports of progress."""

_FEW = 200
"""Up to so many new texts, a shorter self-check is enough: the rest was checked by an earlier build."""

_LOCAL_COLLECTION = "passages"


def build(
    knowledge: Knowledge,
    home: Path,
    *,
    encoder: Encoder | None = None,
    model_folder: Path | None = None,
    force: bool = False,
    reuse: bool = True,
    progress: Progress | None = None,
    wait: float = 900.0,
) -> Path:
    """Build the index of `knowledge` under `home` and make it current; returns its folder.

    Returns at once when the current index is already the one asked for, unless `force`. When another process is
    building, waits up to `wait` seconds and uses its result. `encoder` embeds instead of the exported copy of the
    bundled model; `model_folder` names another sentence-transformers model to export. `reuse=False` embeds every
    passage anew instead of taking over the vectors of unchanged texts.

    Raises:
        IndexLockedError: another build did not finish in time.
        EncoderError: the encoder cannot be loaded, or its exported copy differs from PyTorch.
        VectorStoreError: Chroma cannot be written.
        BuildError: the new index failed its self-check; the old one stays in force.
        CorpusError: the knowledge cannot be read.
    """
    report = progress or _silent
    home.mkdir(parents=True, exist_ok=True)
    wanted = identity(knowledge.version, encoder.name if encoder else encoder_name(model_folder))
    with _writer(home, wait, report) as waited:
        current = current_folder(home)
        if current is not None and (not force or waited) and _is(current, wanted):
            return current
        for folder in home.glob(f"{BUILDING}*"):
            remove(folder)
        ready = _ready(home, encoder, model_folder, report)
        with _no_garbage():
            return _build(knowledge, home, ready, wanted, reuse, report)


@contextmanager
def _no_garbage() -> Iterator[None]:
    """What a build reads stays until its end: looking for garbage in it would cost a tenth of a re-build."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


@contextmanager
def _writer(home: Path, wait: float, report: Progress) -> Iterator[bool]:
    """Hold the writer's lock; yields whether another build had to be waited for."""
    lock = FileLock(home / LOCK)
    waited = False
    try:
        lock.acquire(timeout=0)
    except Timeout:
        waited = True
        report("Waiting for another build", 0, 0)
        try:
            lock.acquire(timeout=wait)
        except Timeout:
            raise IndexLockedError(home / LOCK, wait) from None
    try:
        yield waited
    finally:
        lock.release()


def _silent(step: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


def _is(folder: Path, wanted: str) -> bool:
    try:
        return Manifest.read(folder).identity == wanted
    except CorruptIndexError:
        return False


def _ready(home: Path, encoder: Encoder | None, model_folder: Path | None, report: Progress) -> Encoder:
    """The encoder to embed with; its exported copy is in place unless the caller brought an encoder of their own."""
    from index.export import ensure_onnx  # only a build exports

    if isinstance(encoder, TorchEncoder):
        ensure_onnx(home, encoder.model, report)
    if encoder is not None:
        return encoder
    return ensure_onnx(home, Model.bundled() if model_folder is None else Model.at(model_folder), report)


@dataclass(frozen=True)
class _Previous:
    """What can be taken over from the index in force: nothing by default."""

    folder: Path | None = None
    passages: tuple[Passage, ...] = ()
    vectors: dict[str, Vectors] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path | None, encoder: str) -> _Previous:
        """The passages and the vector of each text, when the same encoder made them and the files are sound."""
        if folder is None:
            return cls()
        try:
            manifest = Manifest.read(folder)
            if (manifest.encoder, manifest.layout) != (encoder, LAYOUT):
                return cls()
            manifest.verify(folder, (PASSAGES, VECTORS))
            held, vectors = read_passages(folder), read_vectors(folder)
        except CorruptIndexError:
            return cls()
        return cls(folder, held, {passage.text: vector for passage, vector in zip(held, vectors, strict=True)})


def _build(knowledge: Knowledge, home: Path, encoder: Encoder, wanted: str, reuse: bool, report: Progress) -> Path:
    """Write a new folder aside, check it, rename it, switch to it, remove what is no longer needed."""
    report("Reading the knowledge", 0, 0)
    held = _checked(tuple(passages(knowledge)))
    previous = _Previous.read(current_folder(home) if reuse else None, encoder.name)
    folder = free_folder(home, wanted)
    building = Path(tempfile.mkdtemp(prefix=BUILDING, dir=home))
    try:
        vectors, reused = _vectors(held, encoder, previous, report)
        report("Writing the index", 0, 0)
        write_passages(building, held)
        write_vectors(building, vectors)
        LexicalIndex.write([lexical_text(passage) for passage in held], building / LEXICAL)
        manifest = Manifest(
            layout=LAYOUT,
            identity=wanted,
            knowledge_version=knowledge.version,
            chunker_version=CHUNKER_VERSION,
            encoder=encoder.name,
            dimension=encoder.dimension,
            passages=len(held),
            embedded=len(held) - reused,
            reused=reused,
            built_at=datetime.now(UTC).isoformat(timespec="seconds"),
            collection=f"codecite-{folder.name}" if chroma_url() else _LOCAL_COLLECTION,
            files=hash_files(building),
        )
        manifest.write(building)
        _write_chroma(building, manifest.collection, held, vectors, previous)
        report("Checking the index", 0, 0)
        _check(building, encoder, samples=8 if len(held) - reused > _FEW else 3)
        building.replace(folder)
        switch(home, folder)
    finally:
        remove(building)
    _clean(home, {folder, onnx_folder(home, encoder.name)})
    return folder


def _checked(held: tuple[Passage, ...]) -> tuple[Passage, ...]:
    hint = "Check the corpus folder with `codecite corpus lint`."
    if not held:
        raise BuildError("the knowledge holds no passage", hint=hint)
    twice = [passage_id for passage_id, count in Counter(passage.id for passage in held).items() if count > 1]
    if twice:
        raise BuildError(f"passage ids that occur more than once: {', '.join(twice[:5])}", hint=hint)
    return held


def _vectors(held: Sequence[Passage], encoder: Encoder, previous: _Previous, report: Progress) -> tuple[Vectors, int]:
    """The vector of each passage's text, and how many were taken over from the previous index.

    Text alone decides a vector; every other field of a passage is written anew by each build.
    """
    vectors = np.empty((len(held), encoder.dimension), dtype=np.float32)
    missing: dict[str, list[int]] = {}
    for row, passage in enumerate(held):
        vector = previous.vectors.get(passage.text)
        if vector is None:
            missing.setdefault(passage.text, []).append(row)
        else:
            vectors[row] = vector
    texts = sorted(missing, key=len, reverse=True)  # like lengths together: less padding
    for start in range(0, len(texts), _CHUNK):
        report("Embedding passages", start, len(texts))
        chunk = texts[start : start + _CHUNK]
        for text, vector in zip(chunk, encoder.encode(chunk), strict=True):
            vectors[missing[text]] = vector
    report("Embedding passages", len(texts), len(texts))
    return vectors, len(held) - sum(len(rows) for rows in missing.values())


def _write_chroma(
    building: Path, collection: str, held: Sequence[Passage], vectors: Vectors, previous: _Previous
) -> None:
    """Fill Chroma: a copy of the previous local collection brought up to date when few passages changed."""
    url = chroma_url()
    same = len(set(held) & set(previous.passages))
    if url is None and same > 0.9 * max(len(held), len(previous.passages)) and previous.folder is not None:
        copy = building / "chroma-copy"
        chroma = ChromaVectors(copy, collection, held)
        try:
            shutil.copytree(previous.folder / CHROMA, copy)
            chroma.update(previous.passages, vectors)
            chroma.close()
            copy.replace(building / CHROMA)
        except (OSError, VectorStoreError):
            # Damaged Chroma files are no reason to fail: they only repeat what we hold. Chroma remembers a path
            # that failed to open, therefore the copy has a path of its own.
            chroma.close()
            remove(copy)
        else:
            return
    chroma = ChromaVectors(building / CHROMA, collection, held, url)
    try:
        chroma.write(vectors)
    finally:
        chroma.close()


def _check(building: Path, encoder: Encoder, samples: int) -> None:
    """Open the new folder as a reader would and run the self-check."""
    index = Index(building, encoder=encoder, chroma_url=chroma_url())
    try:
        self_check(index, samples)
    finally:
        index.chroma.close()


def lexical_text(passage: Passage) -> str:
    """What the lexical index reads of a passage: heading, text, and the codes it is about without naming them."""
    return f"{passage.title} {passage.section} {passage.text} {' '.join(passage.codes)}"


def _clean(home: Path, keep: set[Path]) -> None:
    """Remove older folders, and their collections when a Chroma server holds them."""
    url = chroma_url()
    for folder in leftovers(home, keep):
        if url is not None and folder.name.startswith("index-"):
            collection = ChromaVectors(folder, f"codecite-{folder.name}", (), url)
            collection.drop()
            collection.close()
        remove(folder)
