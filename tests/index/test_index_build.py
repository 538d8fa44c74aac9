"""Builds are whole or nothing: old index or new one, one writer, only what changed is embedded."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from filelock import FileLock

from corpus.knowledge import Knowledge
from index.build import build
from index.errors import BuildError, CorruptIndexError, IndexLockedError, NoIndexError
from index.filters import NO_FILTERS, Filters
from index.layout import CURRENT, LOCK, current_folder
from index.search import Index, ensure_index
from index.store import Manifest
from tests.index.words import WordsEncoder

ROOT = Path(__file__).parents[2]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def folders(home: Path) -> list[str]:
    return sorted(path.name for path in home.iterdir() if path.name not in (CURRENT, LOCK))


def test_a_finished_index_is_used_as_it_is(knowledge: Knowledge, home: Path, words: WordsEncoder) -> None:
    first = build(knowledge, home, encoder=words)
    words.encoded.clear()
    assert build(knowledge, home, encoder=words) == first
    assert words.encoded == []
    assert folders(home) == [first.name]


def test_a_changed_sentence_is_the_only_one_embedded(
    knowledge: Knowledge, home: Path, words: WordsEncoder, edit: Callable[[str, str], Knowledge]
) -> None:
    old = build(knowledge, home, encoder=words)
    words.encoded.clear()
    changed = edit("38 to 52 minutes", "38 up to 52 minutes")
    new = build(changed, home, encoder=words)
    manifest = Manifest.read(new)
    assert (manifest.embedded, manifest.reused) == (1, manifest.passages - 1)
    assert words.encoded[0] == "Psychotherapy of 38 up to 52 minutes is 90834."
    assert new != old
    assert folders(home) == [new.name]
    index = Index.open(home, changed.version, encoder=words)
    assert index.search("38 up to 52 minutes", k=1)[0].passage.id == "statement:small-003"
    assert index.chroma.nearest(index.vectors[2], 1, NO_FILTERS, None)[0][0] == 2


def test_a_change_of_metadata_alone_is_seen(
    knowledge: Knowledge, home: Path, words: WordsEncoder, edit: Callable[[str, str], Knowledge]
) -> None:
    build(knowledge, home, encoder=words)
    changed = edit("payer=aetna", "payer=cigna")
    build(changed, home, encoder=words)
    index = Index.open(home, changed.version, encoder=words, dense="chroma")
    assert index.manifest.embedded == 0
    hits = index.search("coaching group", filters=Filters(payers=("cigna",)), mode="dense")
    assert {hit.passage.payer for hit in hits} == {"any", "cigna"}


@pytest.mark.parametrize(("old", "new"), [("A coaching group is", "The coaching group, that is"), ("small-002", "x-2")])
def test_chroma_follows_edits_and_renamed_statements(
    knowledge: Knowledge, home: Path, words: WordsEncoder, edit: Callable[[str, str], Knowledge], old: str, new: str
) -> None:
    build(knowledge, home, encoder=words)
    changed = edit(old, new)
    build(changed, home, encoder=words)
    index = Index.open(home, changed.version, encoder=words)
    assert index.chroma.count() == len(index)
    for row in range(len(index)):
        assert index.chroma.nearest(index.vectors[row], 1, NO_FILTERS, None)[0][1] == pytest.approx(1, abs=1e-5)


def test_index_of_other_knowledge_is_stale(
    knowledge: Knowledge, home: Path, words: WordsEncoder, edit: Callable[[str, str], Knowledge]
) -> None:
    with pytest.raises(NoIndexError) as caught:
        Index.open(home, knowledge.version, encoder=words)
    assert caught.value.reason == "missing"
    build(knowledge, home, encoder=words)
    changed = edit("38 to 52", "38-52")
    with pytest.raises(NoIndexError) as caught:
        Index.open(home, changed.version, encoder=words)
    assert caught.value.reason == "stale"
    steps: list[str] = []
    index = ensure_index(changed, home, lambda step, done, total: steps.append(step), encoder=words)
    assert index.manifest.knowledge_version == changed.version
    assert steps[0] == "The knowledge changed; updating the index"


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("vectors.npy", "alter"),
        ("passages.jsonl", "alter"),
        ("lexical/data.csc.index.npy", "alter"),
        ("lexical/vocab.index.json", "remove"),
        ("vectors.npy", "remove"),
        ("manifest.json", "alter"),
        ("manifest.json", "remove"),
    ],
)
def test_a_damaged_index_is_noticed_and_rebuilt(
    knowledge: Knowledge, home: Path, words: WordsEncoder, name: str, damage: str
) -> None:
    path = build(knowledge, home, encoder=words) / name
    if damage == "alter":
        path.write_bytes(path.read_bytes()[:-3] + b"\0\0\0")
    else:
        path.unlink()
    with pytest.raises(CorruptIndexError) as caught:
        Index.open(home, knowledge.version, encoder=words)
    assert caught.value.path.name == path.name
    steps: list[str] = []
    index = ensure_index(knowledge, home, lambda step, done, total: steps.append(step), encoder=words)
    assert steps[0].startswith("The index is damaged (")
    assert index.search("coaching group", k=1)
    assert folders(home) == [index.folder.name]


def test_a_damaged_chroma_folder_does_not_stop_an_update(
    knowledge: Knowledge, home: Path, words: WordsEncoder, edit: Callable[[str, str], Knowledge]
) -> None:
    folder = build(knowledge, home, encoder=words)
    (folder / "chroma" / "chroma.sqlite3").write_bytes(b"not a database")
    changed = edit("38 to 52", "38-52")
    build(changed, home, encoder=words)
    index = Index.open(home, changed.version, encoder=words)
    assert index.chroma.count() == len(index)


def test_an_index_that_fails_its_check_never_becomes_current(
    knowledge: Knowledge, home: Path, words: WordsEncoder, edit: Callable[[str, str], Knowledge]
) -> None:
    class Forgetful(WordsEncoder):
        """Gives a text another vector each time."""

        def encode(self, texts: list[str]) -> npt.NDArray[np.float32]:
            return super().encode([f"{len(self.encoded)} {at}" for at in range(len(texts))])

    old = build(knowledge, home, encoder=words)
    with pytest.raises(BuildError):
        build(edit("38 to 52", "38-52"), home, encoder=Forgetful(), reuse=False)
    assert current_folder(home) == old
    assert folders(home) == [old.name]
    assert Index.open(home, knowledge.version, encoder=words).search("coaching group")


STALLED_BUILD = """
import sys
from pathlib import Path
from corpus.knowledge import Knowledge
from index.build import build
from tests.index.words import WordsEncoder

class Stalled(WordsEncoder):
    def encode(self, texts):
        print("embedding", flush=True)
        sys.stdin.read()

build(Knowledge(Path(sys.argv[1])), Path(sys.argv[2]), encoder=Stalled(), reuse=False)
"""


def test_a_killed_build_leaves_the_old_index_and_no_litter(
    knowledge: Knowledge, home: Path, words: WordsEncoder, edit: Callable[[str, str], Knowledge]
) -> None:
    old = build(knowledge, home, encoder=words)
    changed = edit("38 to 52", "38-52")
    command = [sys.executable, "-c", STALLED_BUILD, str(changed.root), str(home)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as victim:
        assert victim.stdout is not None
        assert victim.stdout.readline() == "embedding\n"
        assert any(name.startswith("building-") for name in folders(home))
        with pytest.raises(IndexLockedError):
            build(changed, home, encoder=words, wait=0.1)
        victim.send_signal(signal.SIGKILL)
    assert current_folder(home) == old
    assert len(Index.open(home, knowledge.version, encoder=words)) > 0
    new = build(changed, home, encoder=words)
    assert folders(home) == [new.name]


def test_the_second_builder_waits_and_uses_the_finished_index(knowledge: Knowledge, home: Path) -> None:
    started, may_finish = threading.Event(), threading.Event()
    waiting = threading.Event()

    class Slow(WordsEncoder):
        def encode(self, texts: list[str]) -> npt.NDArray[np.float32]:
            started.set()
            assert may_finish.wait(30)
            return super().encode(texts)

    slow, second = Slow(), WordsEncoder()
    built: list[Path] = []
    first = threading.Thread(target=lambda: built.append(build(knowledge, home, encoder=slow)))
    other = threading.Thread(
        target=lambda: built.append(
            build(knowledge, home, encoder=second, force=True, progress=lambda *_: waiting.set())
        )
    )
    first.start()
    assert started.wait(30)
    other.start()
    assert waiting.wait(30)
    may_finish.set()
    first.join(60)
    other.join(60)
    assert built == [built[0], built[0]]
    assert second.encoded == []


def test_a_free_lock_file_does_not_block(knowledge: Knowledge, home: Path, words: WordsEncoder) -> None:
    home.mkdir()
    with FileLock(home / LOCK):
        pass
    assert build(knowledge, home, encoder=words).is_dir()


def test_another_encoder_makes_another_index(knowledge: Knowledge, home: Path, words: WordsEncoder) -> None:
    class Other(WordsEncoder):
        name = "other@test"

    first = build(knowledge, home, encoder=words)
    other = Other()
    assert build(knowledge, home, encoder=other) != first
    assert len(other.encoded) >= len(Index.open(home, knowledge.version, encoder=other))


def test_repeated_passage_ids_are_named(home: Path, words: WordsEncoder, edit: Callable[[str, str], Knowledge]) -> None:
    with pytest.raises(BuildError, match="statement:small-001"):
        build(edit("#small-002", "#small-001"), home, encoder=words)
