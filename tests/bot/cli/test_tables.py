"""`codecite tables` and `codecite update status`: what they print, refuse and leave behind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from corpus.knowledge import Knowledge
from tests.bot.cli.conftest import Runner
from tests.corpus.importers import written


@pytest.fixture
def indices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Addendum E, and a home folder of the test's own in force."""
    monkeypatch.setenv("CODECITE_HOME", str(tmp_path / "home"))
    return written.gpci_csv(Knowledge(), tmp_path / "GPCI2026.csv")


def test_a_file_comes_in_is_listed_shown_and_removed(indices: Path, run: Runner) -> None:
    done = run("tables", "import", "auto", str(indices))
    assert (done.code, done.err) == (0, "")
    assert "Imported gpci 2026, 109 rows, in force from 2026-01-01 to 2026-12-31 (GPCI CSV)." in done.out
    assert "Already held, unchanged: gpci 2026" in run("tables", "import", "gpci", str(indices)).out
    assert "109" in run("tables", "list").out
    (listed,) = json.loads(run("tables", "list", "--json").out)
    assert (listed["kind"], listed["rows"], len(listed["sha256"])) == ("gpci", 109, 64)
    assert "SAN DIEGO" in run("tables", "show", "gpci", "01182").out
    assert "Removed gpci 2026 with its 109 rows." in run("tables", "remove", "gpci", "2026").out
    assert "Nothing is imported" in run("tables", "list").out


def test_a_refused_file_names_line_column_and_what_to_do(indices: Path, run: Runner) -> None:
    indices.write_text(indices.read_text(encoding="utf-8").replace("1.500,", "15.00,", 1), encoding="utf-8")
    result = run("tables", "import", "gpci", str(indices))
    assert (result.code, result.out) == (4, "")
    assert "GPCI2026.csv:5: column pw_gpci: 15.00 is no practice cost index" in result.err
    assert "Hint:" in result.err
    assert "Nothing is imported" in run("tables", "list").out


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["tables", "import", "gpcis", "x.csv"], 2, "did you mean gpci?"),
        (["tables", "import", "auto", "not-there.csv"], 4, "does not exist"),
        (["tables", "show", "hcpcs"], 2, "no edition of hcpcs is imported"),
        (["tables", "remove", "hcpcs", "2026-10"], 2, "hcpcs 2026-10 is not held"),
        (["tables", "import", "auto", "x.csv", "--effective", "soon"], 2, "not a date"),
    ],
)
def test_wrong_words_end_with_a_hint(indices: Path, arguments: list[str], code: int, says: str, run: Runner) -> None:
    result = run(*arguments)
    assert (result.code, result.out) == (code, "")
    assert says in result.err
    assert "Hint:" in result.err


@pytest.mark.parametrize(
    ("day", "kind", "state", "due"),
    [
        ("2026-09-30", "pfs-rvu", "current", "2026-07-01"),
        ("2026-10-01", "pfs-rvu", "due", "2026-10-01"),
        ("2026-12-31", "gpci", "current", "2026-01-01"),
        ("2027-01-01", "gpci", "due", "2027-01-01"),
        ("2026-11-21", "ncci-ptp", "due", "2026-10-01"),
        ("2026-11-21", "ama-cpt", "not held", "2026-01-01"),
        ("2026-11-21", "pos", "no calendar", None),
    ],
)
def test_what_is_due_follows_the_calendar(
    indices: Path, day: str, kind: str, state: str, due: str | None, run: Runner
) -> None:
    told = json.loads(run("update", "status", "--date", day, "--json").out)
    row = next(row for row in told["files"] if row["kind"] == kind)
    assert (told["date"], row["state"], row["due"]) == (day, state, due)
    assert row["page"].startswith("https://")


def test_an_import_makes_an_edition_current(indices: Path, run: Runner) -> None:
    text = indices.read_text(encoding="utf-8").replace("2026", "2027")
    later = indices.with_name("GPCI2027.csv")
    later.write_text(text, encoding="utf-8")
    run("tables", "import", "auto", str(later))
    told = json.loads(run("update", "status", "--date", "2027-02-01", "--json").out)
    row = next(row for row in told["files"] if row["kind"] == "gpci")
    assert (row["state"], row["imported"]) == ("current", ["2027"])
    page = run("update", "status", "--date", "2027-02-01").out
    assert "Due" in page
    assert "https://www.cms.gov/" in page
