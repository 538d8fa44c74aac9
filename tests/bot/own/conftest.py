"""A library in a folder of its own, with the real encoder of the shared index."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.own.library import Library
from corpus.database import sqlite_url
from corpus.own.store import DocumentStore
from index.encoder import OnnxEncoder, encoder_name, onnx_folder
from index.search import Index


@pytest.fixture(scope="session")
def encoder(built_index: Index, index_home: Path) -> OnnxEncoder:
    """The encoder that embeds the shipped corpus."""
    return OnnxEncoder(onnx_folder(index_home, encoder_name()))


@pytest.fixture
def library(encoder: OnnxEncoder, tmp_path: Path) -> Iterator[Library]:
    """An empty library."""
    held = Library(DocumentStore(sqlite_url(tmp_path / "home" / "codecite.db")), lambda: encoder)
    yield held
    held.store.close()
