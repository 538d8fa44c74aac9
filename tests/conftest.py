"""Fixtures that the whole suite shares: the index of the shipped corpus, built once and kept between runs.

It lies in `var/test-index` (not tracked by git), apart from the product's own index; the first run exports the
encoder and embeds the corpus (about a minute), later runs open it or re-index what changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from filelock import FileLock

from corpus.knowledge import SHIPPED, Knowledge
from index.search import Index, ensure_index


@pytest.fixture(scope="session")
def index_home() -> Path:
    """Home folder of the shared index; read it through `built_index`, never build other knowledge into it."""
    return Path(__file__).parents[1] / "var" / "test-index"


@pytest.fixture(scope="session")
def built_index(index_home: Path) -> Index:
    """The index of the shipped corpus with the real encoder."""
    index_home.parent.mkdir(parents=True, exist_ok=True)
    # Two processes share the suite: the first builds, the second waits for it.
    with FileLock(f"{index_home}.lock"), pytest.MonkeyPatch.context() as patch:
        patch.delenv("CODECITE_CHROMA_URL", raising=False)
        return ensure_index(Knowledge(SHIPPED), index_home)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a real PostgreSQL server of this run's own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
        import pgserver

        server = pgserver.get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="delete")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    """Commands set up logging to the standard error of their moment, which a later test would find closed."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)
