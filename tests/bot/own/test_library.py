"""Own documents: once each, replaced when changed, gone without a trace when removed, never half-done."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.errors import OptionError
from bot.own.library import About, Added, Library, Refused, add_folder
from corpus.errors import DocumentError
from corpus.own import Excerpt
from corpus.own.store import DocumentStore, OwnDocument
from index.encoder import OnnxEncoder
from tests import own_files

NOTES = ["Group sessions begin at noon.", "The heron badge opens the side door.", "Fees are posted in the hall."]


def write(path: Path, *sections: str) -> Path:
    path.write_text("# House notes\n\n" + "\n\n".join(f"## Part {n}\n\n{t}" for n, t in enumerate(sections, 1)))
    return path


def on_disk(folder: Path, word: str) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file() and word.encode() in path.read_bytes()]


def test_a_document_is_held_with_provenance(library: Library, tmp_path: Path) -> None:
    about = About("Aetna manual", "Aetna", "aetna", dt.date(2026, 1, 1))
    added = library.add(write(tmp_path / "notes.md", *NOTES), about)
    held = library.documents()
    assert held == (added.document,)
    assert (held[0].id, held[0].publisher, held[0].payer) == ("aetna-manual", "Aetna", "aetna")
    assert held[0].effective_from == dt.date(2026, 1, 1)
    assert (held[0].origin, held[0].parser, len(held[0].sha256)) == ("notes.md", "1", 64)
    assert library.get("notes.md") == library.get("aetna MANUAL") == held[0]
    part = library.store.excerpts("aetna-manual")[1]
    assert library.text(part.ref) == "Aetna manual, Part 2\nPart 2\n" + NOTES[1]


def test_the_same_file_twice_is_one_document(library: Library, tmp_path: Path) -> None:
    first = library.add(write(tmp_path / "notes.md", *NOTES), About())
    again = library.add(write(tmp_path / "copy.md", *NOTES), About())
    assert (first.outcome, again.outcome) == ("added", "unchanged")
    assert [row.version for row in library.documents()] == [1]


def test_a_new_description_of_the_same_file_reads_nothing_again(library: Library, tmp_path: Path) -> None:
    path = write(tmp_path / "notes.md", *NOTES)
    library.add(path, About())
    again = library.add(path, About(payer="cigna"))
    assert (again.outcome, again.embedded, library.documents()[0].payer) == ("updated", 0, "cigna")


def test_a_changed_file_replaces_and_embeds_only_what_changed(library: Library, tmp_path: Path) -> None:
    library.add(write(tmp_path / "notes.md", *NOTES), About(payer="aetna"))
    changed = library.add(write(tmp_path / "notes.md", NOTES[0], "The otter badge opens it.", NOTES[2]), About())
    assert (changed.outcome, changed.embedded, changed.reused) == ("replaced", 1, 2)
    assert (changed.document.version, changed.document.payer) == (2, "aetna")
    assert len(library.documents()) == 1
    texts = [held.excerpt.text for held in library.store.excerpts(changed.document.id)]
    assert texts == [NOTES[0], "The otter badge opens it.", NOTES[2]]
    assert on_disk(tmp_path / "home", "heron") == []
    assert [row.version for row in library.store.versions(changed.document.id)] == [1, 2]


def test_a_file_with_the_stated_title_of_another_replaces_it(library: Library, tmp_path: Path) -> None:
    library.add(write(tmp_path / "m-2025.md", NOTES[0]), About(title="Manual"))
    added = library.add(write(tmp_path / "m-2026.md", NOTES[1]), About(title="Manual"))
    assert (added.outcome, len(library.documents())) == ("replaced", 1)


def test_removing_leaves_no_trace_on_disk(library: Library, encoder: OnnxEncoder, tmp_path: Path) -> None:
    kept = library.add(write(tmp_path / "kept.md", NOTES[0]), About(title="Kept"))
    gone = library.add(
        write(tmp_path / "gone.md", *(f"The heron badge {n} opens door {n}." for n in range(60))), About()
    )
    assert on_disk(tmp_path / "home", "heron badge 17") != []
    library.remove(gone.document)
    assert on_disk(tmp_path / "home", "heron") == []
    assert on_disk(tmp_path / "home", gone.document.sha256) == []
    assert library.documents() == (kept.document,)
    assert library.text(f"{gone.document.id}#s2-1") is None
    assert library.search(encoder.encode(["heron badge"])[0])[0].document == kept.document


def test_search_finds_by_meaning_and_by_code_and_sees_what_others_add(
    library: Library, encoder: OnnxEncoder, tmp_path: Path
) -> None:
    assert library.held() == ()
    other = Library(DocumentStore(library.store.url), lambda: encoder)
    other.add(write(tmp_path / "a.md", *NOTES, "Report 90834 with the plan's own form."), About(title="A"))
    other.store.close()
    vector = encoder.encode(["how do I get in by the side entrance"])[0]
    assert "heron" in library.search(vector)[0].held.excerpt.text
    named = library.search(vector, codes=("90834",))
    assert any("90834" in hit.held.excerpt.text for hit in named)
    assert library.search(vector, documents=("nobody",)) == ()


class Stops:
    """An encoder that fails at the second batch."""

    name = "stops"
    dimension = 384

    def encode(self, texts: list[str]) -> object:
        raise MemoryError(len(texts))


def test_a_failure_while_reading_changes_nothing(library: Library, tmp_path: Path) -> None:
    library.add(write(tmp_path / "notes.md", *NOTES), About())
    before = (library.documents(), library.store.excerpts("house-notes"))
    broken = Library(library.store, lambda: Stops())  # type: ignore[arg-type,return-value]
    with pytest.raises(MemoryError):
        broken.add(write(tmp_path / "notes.md", "All new."), About())
    assert (library.documents(), library.store.excerpts("house-notes")) == before


def test_a_failure_while_writing_changes_nothing(library: Library, tmp_path: Path) -> None:
    added = library.add(write(tmp_path / "notes.md", *NOTES), About())
    before = (library.documents(), library.store.excerpts("house-notes"), library.store.revision())
    twice = [Excerpt("s1-1", "", None, "one"), Excerpt("s1-1", "", None, "two")]

    def breaking() -> Iterator[bytes]:
        yield b"\0" * 1536
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        library.store.put(added.document, twice, breaking())  # type: ignore[arg-type]
    assert (library.documents(), library.store.excerpts("house-notes"), library.store.revision()) == before


def test_a_refused_file_leaves_no_database_behind(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "locked.pdf"
    path.write_bytes(own_files.pdf([[("p", "words")]], password="x"))
    with pytest.raises(DocumentError, match="password"):
        library.add(path, About())
    assert not (tmp_path / "home").exists()


def test_a_folder_is_taken_in_with_a_reason_for_each_file_that_is_not(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "policies"
    (folder / "deep" / ".hidden").mkdir(parents=True)
    write(folder / "a.md", NOTES[0])
    write(folder / "deep" / "a.md", NOTES[1])
    (folder / "deep" / ".hidden" / "b.md").write_text("secret")
    (folder / "empty.txt").write_text("")
    (folder / "link.md").symlink_to(write(tmp_path / "elsewhere.md", NOTES[2]))
    (folder / "photo.png").write_bytes(b"\x89PNG")
    told = list(add_folder(library, folder, About()))
    assert [row.document.origin for row in told if isinstance(row, Added)] == ["a.md", "deep/a.md"]
    refused = {row.origin: row.skipped for row in told if isinstance(row, Refused)}
    assert refused == {"empty.txt": False, "photo.png": True}
    assert {row.outcome for row in add_folder(library, folder, About()) if isinstance(row, Added)} == {"unchanged"}
    assert len(library.documents()) == 2


def test_an_unknown_document_is_told_with_the_nearest(library: Library, tmp_path: Path) -> None:
    library.add(write(tmp_path / "a.md", NOTES[0]), About(title="Aetna manual"))
    with pytest.raises(OptionError, match="aetna-manual"):
        library.get("aetna-manuel")


def test_nothing_is_opened_before_there_is_a_document(tmp_path: Path) -> None:
    source = (
        "import sys; from bot.own.library import open_library; from bot.settings import Settings;"
        "library = open_library(Settings()); assert library.held() == ();"
        "assert not {'sqlalchemy', 'numpy', 'onnxruntime'} & set(sys.modules), 'loaded'"
    )
    environment = {"CODECITE_HOME": str(tmp_path / "home"), "PYTHONPATH": ":".join(filter(None, sys.path))}
    done = subprocess.run([sys.executable, "-c", source], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "home").exists()


def test_postgresql_holds_the_same(postgres: str, encoder: OnnxEncoder, tmp_path: Path) -> None:
    library = Library(DocumentStore(postgres), lambda: encoder)
    assert library.held() == ()
    added = library.add(write(tmp_path / "notes.md", *NOTES), About(payer="aetna"))
    assert library.documents() == (added.document,)
    assert isinstance(added.document, OwnDocument)
    assert "heron" in library.search(encoder.encode(["side entrance badge"])[0])[0].held.excerpt.text
    library.remove(added.document)
    assert library.documents() == ()
    library.store.close()
