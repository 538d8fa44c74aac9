"""The same index on a Chroma server: several machines may share it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus.knowledge import Knowledge

ROOT = Path(__file__).parents[2]

# In a process of its own: Chroma's HTTP client leaves sockets to the garbage collector.
SHARED = """
import json, sys
from pathlib import Path
from corpus.knowledge import Knowledge
from index.build import build
from index.filters import Filters
from index.search import Index
from tests.index.words import WordsEncoder

knowledge, home, words = Knowledge(Path(sys.argv[1])), Path(sys.argv[2]), WordsEncoder()
build(knowledge, home, encoder=words)
folder = build(knowledge, home, encoder=words, force=True)
index = Index.open(home, knowledge.version, encoder=words, dense="chroma")
hits = index.search("coaching group", k=3, filters=Filters(payers=("aetna",), kinds=("statement",)))
held = sorted(collection.name for collection in index.chroma._client.list_collections())
print(json.dumps([folder.name, (folder / "chroma").exists(), held, [hit.passage.id for hit in hits]]))
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """Address of a Chroma server of this test."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [Path(sys.executable).with_name("chroma"), "run", "--host", "127.0.0.1", "--port", str(port)]
    listening = threading.Event()
    with subprocess.Popen(
        [*command, "--path", tmp_path / "server"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=tmp_path
    ) as process:
        assert process.stdout is not None
        log = process.stdout

        def drain() -> None:
            """Read the server's log for as long as it writes one: a full pipe would stop it."""
            for line in log:
                if b"listening on address" in line:
                    listening.set()

        reader = threading.Thread(target=drain)
        reader.start()
        try:
            assert listening.wait(60), "the server did not start"
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            reader.join(60)


def test_an_index_on_a_server_is_built_searched_and_cleaned(knowledge: Knowledge, tmp_path: Path, server: str) -> None:
    command = [sys.executable, "-c", SHARED, str(knowledge.root), str(tmp_path / "home")]
    environment = {**os.environ, "CODECITE_CHROMA_URL": server}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=environment, check=True)
    folder, local, collections, found = json.loads(done.stdout)
    assert not local
    assert collections == [f"codecite-{folder}"]
    assert set(found) == {"statement:small-001", "statement:small-002"}
