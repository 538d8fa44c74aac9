"""The library of own documents: add, replace, remove, look up, search.

library = open_library(settings)
added = library.add(Path("aetna-manual.pdf"), About(payer="aetna"))
for found in library.search("prior authorization for testing", vector): ...
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from bot.errors import InputFileError, OptionError
from bot.settings import Settings
from corpus.errors import DocumentError
from corpus.own import FORMATS, PARSER_VERSION, Converted, Excerpt, convert_bytes, excerpts
from corpus.own.convert import LARGEST_FILE
from corpus.own.store import DocumentStore, Held, OwnDocument

if TYPE_CHECKING:
    from index.encoder import Encoder, Vectors
    from index.layout import Progress
    from index.own import OwnVectors

Outcome = Literal["added", "replaced", "updated", "unchanged"]

_POOL = 120
"""How many excerpts are taken from the vectors to be weighed."""
_BATCH = 64
"""Excerpts embedded between two reports of progress."""


@dataclass(frozen=True, slots=True)
class About:
    """What the user says about a document; None keeps what is held, or what the file says."""

    title: str | None = None
    publisher: str | None = None
    payer: str | None = None
    effective_from: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a file: `updated` means that only its description changed."""

    outcome: Outcome
    document: OwnDocument
    embedded: int = 0
    reused: int = 0


@dataclass(frozen=True, slots=True)
class Refused:
    """A file of a folder that was not taken in; `skipped` when its format is simply not read."""

    origin: str
    problem: str
    hint: str
    skipped: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """An excerpt found, with its document and its cosine to the question."""

    held: Held
    document: OwnDocument
    cosine: float


class Library:
    """Own documents with search. Safe to share between threads; notices what another process adds or removes."""

    def __init__(self, store: DocumentStore, encoder: Callable[[], Encoder]) -> None:
        self.store = store
        self._encoder = encoder
        self._lock = threading.Lock()
        self._stamp: tuple[int, ...] | None = None
        self._revision = 0
        self._documents: dict[str, OwnDocument] = {}
        self._vectors: OwnVectors | None = None

    def documents(self) -> tuple[OwnDocument, ...]:
        """All documents by title."""
        return self.store.documents()

    def get(self, wanted: str) -> OwnDocument:
        """The document with this id, title or file name.

        Raises:
            OptionError: there is none; suggests the nearest.
        """
        found = self.store.find(wanted)
        if found is None:
            from rapidfuzz import process

            known = list(dict.fromkeys(name for row in self.documents() for name in (row.id, row.title)))
            near = tuple(choice for choice, _, _ in process.extract(wanted, known, limit=2, score_cutoff=60))
            raise OptionError("document", wanted, nearest=near, hint="`codecite documents list` shows the documents.")
        return found

    def add(self, path: Path, about: About, *, origin: str = "", progress: Progress | None = None) -> Added:
        """Take a file in: new, in place of the document with its name (or stated title), or unchanged.

        Raises:
            DocumentError: it cannot be read; nothing was changed.
        """
        try:
            size = path.stat().st_size
            data = path.read_bytes() if size <= LARGEST_FILE else b" " * (LARGEST_FILE + 1)
        except (OSError, ValueError):
            raise DocumentError(
                path.name, "missing", "there is no such file, or it may not be read", hint="Check the path."
            ) from None
        return self.add_bytes(origin or path.name, data, about, progress=progress)

    def add_bytes(self, origin: str, data: bytes, about: About, *, progress: Progress | None = None) -> Added:
        """As `add`, for a file in memory (an upload)."""
        report = progress or _silent
        digest = hashlib.sha256(data).hexdigest()
        before = self._same(origin, digest, about.title)
        encoder = self._encoder()
        current = before is not None and (before.sha256, before.parser, before.encoder) == (
            digest,
            PARSER_VERSION,
            encoder.name,
        )
        if before is not None and current:
            described = _described(before, about, before.title)
            if described == before:
                return Added("unchanged", before)
            self.store.describe(described)
            return Added("updated", described)
        report(f"Reading {Path(origin).name}", 0, 0)
        converted = convert_bytes(origin, data)
        parts = excerpts(converted)
        document = self._document(origin, data, digest, converted, encoder.name, before, about)
        known = self.store.known_vectors(document.id, encoder.name) if before else {}
        vectors, embedded = _embedded(encoder, parts, known, report)
        written = self.store.put(document, parts, vectors)
        reused = sum(part.digest in known for part in parts)
        return Added("replaced" if before else "added", written, embedded, reused)

    def _same(self, origin: str, digest: str, title: str | None) -> OwnDocument | None:
        """The document that a file is or replaces: same bytes, else same name, else the title that the user gave."""
        held = self.documents()
        tests: tuple[Callable[[OwnDocument], bool], ...] = (
            lambda row: row.sha256 == digest,
            lambda row: row.origin == origin,
            lambda row: title is not None and row.title == title,
        )
        return next((row for test in tests for row in held if test(row)), None)

    def _document(
        self,
        origin: str,
        data: bytes,
        digest: str,
        converted: Converted,
        encoder: str,
        before: OwnDocument | None,
        about: About,
    ) -> OwnDocument:
        # A title that was given once stays: the file itself may state none, or another one.
        title = about.title or (before.title if before else converted.title)
        document = OwnDocument(
            id=before.id if before else self._free_id(title),
            title=title,
            origin=origin,
            format=converted.format,
            sha256=digest,
            size=len(data),
            parser=PARSER_VERSION,
            encoder=encoder,
            pages=converted.pages,
            publisher=before.publisher if before else "",
            payer=before.payer if before else "",
            effective_from=before.effective_from if before else None,
        )
        return _described(document, about, title)

    def _free_id(self, title: str) -> str:
        slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:60].strip("-") or "document"
        taken = {row.id for row in self.documents()}
        return next(name for n in range(1, len(taken) + 2) if (name := f"{slug}-{n}" if n > 1 else slug) not in taken)

    def remove(self, document: OwnDocument) -> None:
        """Remove a document with every trace."""
        self.store.remove(document.id)

    def _refresh(self) -> None:
        """Read documents and vectors again when the database changed."""
        with self._lock:
            stamp = self.store.stamp()
            if stamp == self._stamp:
                return
            revision = self.store.revision()
            if revision != self._revision:
                from index.own import OwnVectors

                there = revision > 0
                self._documents = {row.id: row for row in self.store.documents()} if there else {}
                self._vectors = OwnVectors(self.store.vectors()) if self._documents else None
                self._revision = revision
            self._stamp = stamp

    def held(self) -> tuple[OwnDocument, ...]:
        """The documents as last read; empty at almost no cost when there are none."""
        self._refresh()
        return tuple(self._documents.values())

    def search(self, vector: Vectors, codes: Iterable[str] = (), documents: Iterable[str] = ()) -> tuple[Hit, ...]:
        """Excerpts near to a question's vector or naming its codes, nearest first; of some documents when named."""
        self._refresh()
        vectors, named = self._vectors, tuple(codes)
        if vectors is None:
            return ()
        wanted = tuple(documents)
        cosines = vectors.nearest(vector, _POOL, wanted)
        if named:
            cosines |= vectors.among(vector, self.store.naming(named), _POOL, wanted)
        best = sorted(cosines, key=lambda number: -cosines[number])
        texts = self.store.numbered(best)
        return tuple(
            Hit(texts[number], self._documents[texts[number].document], cosines[number])
            for number in best
            if number in texts and texts[number].document in self._documents
        )

    def text(self, ref: str) -> str | None:
        """The words that `document id#anchor` names, for the checker."""
        return self.store.text(ref)


def files_of(folder: Path) -> Iterator[Path]:
    """The files of a folder and its folders in order; hidden ones and links, which may lead elsewhere, left out."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_file() and not path.is_symlink() and not any(part.startswith((".", "~$")) for part in parts):
            yield path


def add_folder(
    library: Library, folder: Path, about: About, progress: Progress | None = None
) -> Iterator[Added | Refused]:
    """Take in every file of a folder whose format is read; what is refused is told and does not stop the others."""
    for path in files_of(folder):
        origin = path.relative_to(folder).as_posix()
        if path.suffix.lower() not in FORMATS:
            ending = path.suffix or "nothing"
            yield Refused(origin, f"files ending in {ending} are not read", "", skipped=True)
            continue
        try:
            yield library.add(path, about, origin=origin, progress=progress)
        except DocumentError as error:
            yield Refused(origin, error.problem, error.hint, skipped=False)


def _described(document: OwnDocument, about: About, title: str) -> OwnDocument:
    return replace(
        document,
        title=about.title or title,
        publisher=document.publisher if about.publisher is None else about.publisher,
        payer=document.payer if about.payer is None else about.payer,
        effective_from=about.effective_from or document.effective_from,
    )


def _embedded(
    encoder: Encoder, parts: tuple[Excerpt, ...], known: dict[str, bytes], report: Progress
) -> tuple[list[bytes], int]:
    """The vector of every excerpt, those of unchanged words taken over; and how many were embedded."""
    from index.own import packed

    new = {part.digest: part.searched for part in parts if part.digest not in known}
    held = dict(known)
    digests = list(new)
    for start in range(0, len(digests), _BATCH):
        report("Embedding", start, len(digests))
        batch = digests[start : start + _BATCH]
        held |= dict(zip(batch, packed(encoder.encode([new[digest] for digest in batch])), strict=True))
    return [held[part.digest] for part in parts], len(new)


def _silent(step: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


def open_library(settings: Settings, encoder: Callable[[], Encoder] | None = None) -> Library:
    """The library of an installation; nothing is opened or loaded before it is needed."""
    return Library(DocumentStore(settings.database_url), encoder or (lambda: encoder_of(settings)))


def encoder_of(settings: Settings) -> Encoder:
    """The exported encoder beside the index; the index is built first when there is none yet."""
    from index.encoder import OnnxEncoder, encoder_name, onnx_folder
    from index.errors import EncoderError

    folder = onnx_folder(settings.index_folder, encoder_name())
    try:
        return OnnxEncoder(folder)
    except EncoderError:
        from corpus.knowledge import Knowledge
        from index.search import ensure_index

        ensure_index(Knowledge(settings.corpus), settings.index_folder)
        return OnnxEncoder(folder)


def as_input_error(error: DocumentError) -> InputFileError:
    """A refusal as the command line tells it: exit code 4, the reason and the hint."""
    return InputFileError(error.name, error.problem, hint=error.hint)
