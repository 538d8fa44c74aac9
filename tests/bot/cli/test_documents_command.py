"""`codecite documents`: add, list, show and remove at the command line, with exit codes and JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests import own_files
from tests.bot.cli.conftest import Runner


@pytest.fixture
def page(home: Path, tmp_path: Path) -> Path:
    path = tmp_path / "page.html"
    path.write_text(own_files.PAGE)
    return path


def test_a_document_is_added_listed_shown_and_removed(run: Runner, page: Path) -> None:
    added = run("documents", "add", str(page), "--payer", "aetna", "--effective", "1/1/2026", "--title", "Coaching")
    assert added.code == 0
    assert "added      coaching: Coaching (" in added.out
    assert "documents check" in added.out
    listed = run("documents", "list")
    assert all(word in listed.out for word in ("coaching", "html", "aetna", "2026-01-01"))
    shown = run("documents", "show", "coaching", "--text")
    assert "[coaching#s2-1]" in shown.out
    assert "at least 30 minutes is 0592T" in shown.out
    assert "unchanged" in run("documents", "add", str(page)).out
    assert run("documents", "remove", "coaching", "--yes").out.startswith("Removed coaching")
    assert "No documents yet" in run("documents", "list").out


def test_json_is_for_programs(run: Runner, page: Path) -> None:
    rows = json.loads(run("documents", "add", str(page), "--json").out)
    assert (rows[0]["outcome"], rows[0]["format"]) == ("added", "html")
    assert [row["id"] for row in json.loads(run("documents", "list", "--json").out)] == [rows[0]["id"]]
    shown = json.loads(run("documents", "show", rows[0]["id"], "--json").out)
    assert shown["passages"][0]["ref"].startswith(rows[0]["id"] + "#")


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("locked.pdf", own_files.pdf([[("p", "words")]], password="x"), "password"),
        ("empty.txt", b"", "empty"),
        ("scan.pdf", own_files.scan(), "pictures"),
    ],
)
def test_a_refused_file_ends_with_exit_code_4_and_a_hint(
    run: Runner, home: Path, tmp_path: Path, name: str, data: bytes, told: str
) -> None:
    (tmp_path / name).write_bytes(data)
    done = run("documents", "add", str(tmp_path / name))
    assert done.code == 4
    assert told in done.err
    assert "Hint:" in done.err
    assert "No documents yet" in run("documents", "list").out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("add", "https://example.org/policy"), "Save the page"),
        (("add", "a.txt", "b.txt", "--title", "Both"), "--title is for one file"),
        (("add", "a.txt", "--payer", "aetnna"), "aetna"),
        (("add", "a.txt", "--effective", "soon"), "--effective"),
        (("show", "nothing"), "documents list"),
        (("remove", "nothing", "--yes"), "documents list"),
    ],
)
def test_mistakes_are_told_with_what_to_do(run: Runner, home: Path, arguments: tuple[str, ...], told: str) -> None:
    done = run("documents", *arguments)
    assert done.code == 2
    assert told in done.err


def test_a_folder_ends_with_a_summary(run: Runner, page: Path, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.txt").write_text(own_files.TEXT)
    (folder / "b.csv").write_text(own_files.CSV)
    (folder / "c.pdf").write_bytes(b"%PDF-1.7 broken")
    done = run("documents", "add", str(folder))
    assert done.code == 4
    assert "2 added, 1 refused." in done.out
    assert "damaged" in done.out


def test_check_prints_what_is_wrong_and_ends_with_1(run: Runner, home: Path, tmp_path: Path) -> None:
    (tmp_path / "sheet.md").write_text(
        "# Cheat sheet\n\n## Intake\n\n- 96150: first assessment\n- 90834: 38 to 52 minutes\n"
    )
    (tmp_path / "good.md").write_text("# Good sheet\n\n- 90834: 38 to 52 minutes\n")
    assert run("documents", "add", str(tmp_path / "sheet.md"), str(tmp_path / "good.md")).code == 0
    done = run("documents", "check", "cheat-sheet")
    assert done.code == 1
    for told in ("1 outdated, 1 agreeing", "96150: first assessment", "2019-12-31", "96156", "codes:96150", "(Intake)"):
        assert told in done.out
    assert "90834" not in done.out
    assert "90834: 38 to 52 minutes" in run("documents", "check", "cheat-sheet", "--all").out
    assert run("documents", "check", "good-sheet").code == 0
    assert run("documents", "check", "cheat-sheet", "--date", "2019-05-01").code == 0
    reports = json.loads(run("documents", "check", "--json").out)
    assert {row["document"]: row["counts"]["outdated"] for row in reports} == {"cheat-sheet": 1, "good-sheet": 0}


def test_check_without_documents_says_what_to_do(run: Runner, home: Path) -> None:
    done = run("documents", "check")
    assert (done.code, "documents add" in done.out) == (0, True)
