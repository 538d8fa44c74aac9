from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.knowledge import SHIPPED, Knowledge, corpus_files
from corpus.lint.held import Held


def _copy(target: Path) -> Path:
    for path in [*corpus_files(SHIPPED), SHIPPED / "tables" / "README.md"]:
        copy = target / path.relative_to(SHIPPED)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    return target


@pytest.fixture(scope="session")
def copy_corpus() -> Callable[[Path], Path]:
    """Makes a writable copy of the shipped corpus, data dictionary included."""
    return _copy


@pytest.fixture(scope="session")
def knowledge_root() -> Path:
    return SHIPPED


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    return Knowledge()


@pytest.fixture(scope="session")
def held() -> Held:
    return Held(SHIPPED)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return _copy(tmp_path / "corpus")
