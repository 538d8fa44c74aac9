"""Damaged, incomplete and invented official files are refused with the reason, and nothing is changed by them."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from corpus.database import open_database, sqlite_url
from corpus.errors import OfficialFileError
from corpus.importers.load import find, import_files
from corpus.importers.store import read_editions
from corpus.knowledge import Knowledge
from corpus.official import Official
from tests.corpus.importers import written

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return Knowledge()


def refusal(kind: str, path: Path, tmp_path: Path, effective: dt.date | None = None) -> OfficialFileError:
    """The error that refuses a file; the database must be as empty afterwards as it was before."""
    engine = open_database(sqlite_url(tmp_path / "official.db"))
    try:
        with pytest.raises(OfficialFileError) as caught:
            list(import_files(engine, kind, [path], Knowledge(), effective=effective))
        with engine.connect() as connection:
            assert read_editions(connection) == ()
            left = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE name LIKE 'official_%_%'").all()
            assert [name for (name,) in left if name != "official_editions"] == []
    finally:
        engine.dispose()
    assert caught.value.hint
    return caught.value


def changed(path: Path, change: Callable[[list[str]], list[str]]) -> Path:
    """The file with its lines changed."""
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(change(lines)) + "\n", encoding="utf-8")
    return path


def edited(line: int, old: str, new: str) -> Callable[[list[str]], list[str]]:
    def change(lines: list[str]) -> list[str]:
        assert old in lines[line - 1]
        return [*lines[: line - 1], lines[line - 1].replace(old, new, 1), *lines[line:]]

    return change


def wrong_total(lines: list[str]) -> list[str]:
    """The first priced row with a total that is a hundredth too high."""
    cells = next(line for line in lines if ",A,," in line).split(",")
    changed_cells = [*cells[:11], f"{float(cells[11]) + 0.01:.2f}", *cells[12:]]
    return [",".join(changed_cells) if line == ",".join(cells) else line for line in lines]


@pytest.mark.parametrize(
    ("change", "problem", "line"),
    [
        (edited(12, ",C,", ",Z,"), "'Z' is no status letter", 12),
        (edited(12, "33.4009", "32.3465"), "2 conversion factors", 0),
        (lambda lines: [*lines, lines[10]], "twice, first on line 11", -1),
        (lambda lines: lines[: len(lines) // 2], "codes of the fee schedule that we know are missing", 0),
        (lambda lines: [*lines[:20], lines[20][:25], *lines[21:]], "cut off", 21),
        (lambda lines: [*lines[:8], lines[8].replace("FACTOR", "FACT"), *lines[9:]], "the header lacks CONV FACTOR", 9),
        (lambda lines: wrong_total(lines), "malpractice", -1),
        (lambda lines: [line.replace("33.4009", "33.5675") for line in lines], "applies to qualifying APM", 0),
        (lambda lines: [line.replace("33.4009", "32.3465") for line in lines], "it is that of 2025", 0),
        (
            lambda lines: [*lines[:11], "100" + lines[11][5:], *lines[12:]],
            "a spreadsheet removed its leading zeros",
            12,
        ),
    ],
)
def test_relative_values_that_do_not_add_up_are_refused(
    knowledge: Knowledge, tmp_path: Path, change: Callable[[list[str]], list[str]], problem: str, line: int
) -> None:
    path = changed(written.rvu_csv(knowledge, tmp_path / "PPRRVU2026_Jul_nonQPP.csv"), change)
    error = refusal("auto", path, tmp_path)
    assert problem in str(error)
    assert line in (error.line, -1)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda lines: lines[:40] + lines[41:], "108 localities, where Medicare has 109; 1 real ones are missing"),
        (lambda lines: [line.replace("10112,AL,00", "99999,AL,77") for line in lines], None),
        (lambda lines: [line.replace("0212,", "0999,") for line in lines], None),
        (lambda lines: [*lines[:4], lines[3].replace("10112,AL", "10112,AL"), *lines[4:]], "twice"),
        (
            lambda lines: [*lines[:5], lines[5].rsplit(",", 1)[0] + ",-0.5", *lines[6:]],
            "-0.5 is no practice cost index",
        ),
        (lambda lines: [*lines[:5], lines[5].rsplit(",", 1)[0] + ",n/a", *lines[6:]], "'n/a' is not a number"),
        (
            lambda lines: [f"{n:05d}{line[5:]}" if line[:5].isdigit() else line for n, line in enumerate(lines)],
            "109 are unknown",
        ),
    ],
)
def test_localities_that_are_missing_or_invented_are_named(
    knowledge: Knowledge, tmp_path: Path, change: Callable[[list[str]], list[str]], problem: str | None
) -> None:
    path = changed(written.gpci_csv(knowledge, tmp_path / "GPCI2026.csv"), change)
    if problem is None:  # A change or two from one year to the next is no forgery.
        engine = open_database(sqlite_url(tmp_path / "official.db"))
        assert len(list(import_files(engine, "gpci", [path], knowledge))) == 1
        engine.dispose()
        return
    assert problem in str(refusal("gpci", path, tmp_path))


SIMPLE = "locality_code,gpci_work,gpci_pe,gpci_mp"
FACTORS = "cf_type,cf_value,cf_description,effective_from,effective_to"


@pytest.mark.parametrize(
    ("kind", "text", "problem"),
    [
        ("gpci", f"{SIMPLE}\n01,1.5,1.081,0.592\n01,1.5,1.081,0.592\n", "01 twice, first on line 2"),
        ("gpci", f"{SIMPLE}\nXX,1.0,0.869,0.575\n", "'XX' is no locality number"),
        ("gpci", "locality_code,gpci_pe,gpci_mp\n01,1.081,0.592\n", "the header lacks gpci_work"),
        ("gpci", f"{SIMPLE}\n01,-0.5,1.081,0.592\n", "-0.5 is no practice cost index"),
        ("gpci", f"{SIMPLE}\n01,3.000,1.081,0.592\n", "3.000 is no practice cost index"),
        ("gpci", f"{SIMPLE}\n01,1.0,0.869,0.575\n", "no column with the contractor"),
        ("conversion-factor", f"{FACTORS}\nother,32.00,x,2025-01-01,\n", "'other' is no kind of conversion factor"),
        ("conversion-factor", f"{FACTORS}\nphysician,-1.00,x,2025-01-01,\n", "-1.00 is no conversion factor"),
        ("conversion-factor", f"{FACTORS}\nphysician,99.0000,x,2025-01-01,\n", "is 32.3465, not 99.0000"),
        (
            "conversion-factor",
            f"{FACTORS}\nphysician,32.3465,x,2025-01-01,\nphysician,33.00,x,2025-01-01,\n",
            "twice, first on line 2",
        ),
        ("auto", "HCPCS,MODIFIER,STATUS,WORK_RVU,PE_NONFAC_RVU\n0001F,,I,0.00,0.00\n", "not CMS's layout"),
        ("auto", "something else entirely\n", "no layout that we know fits"),
        ("ncci-mue", f"{SIMPLE}\n01,1.0,0.869,0.575\n", "is not ncci-mue but gpci"),
        ("auto", "", "is empty"),
        ("telehealth", "2026 List of Medicare Telehealth Services\nHCPCS\n90791\n", "telehealth services that"),
        (
            "pos",
            "pos_code,pos_type,pos_name,pos_description\n1,Non-Facility,Pharmacy,x\n",
            "'1' is no place",
        ),
    ],
)
def test_small_files_are_refused_for_the_nearest_cause(tmp_path: Path, kind: str, text: str, problem: str) -> None:
    path = tmp_path / "file2025.csv"
    path.write_text(text, encoding="utf-8")
    assert problem in str(refusal(kind, path, tmp_path))


def test_a_fixed_width_record_that_is_cut_off_is_named(knowledge: Knowledge, tmp_path: Path) -> None:
    rvu = changed(
        written.rvu_text(knowledge, tmp_path / "PPRRVU2026_Jul.txt"), lambda lines: [*lines[:4], lines[4][:23]]
    )
    error = refusal("auto", rvu, tmp_path)
    assert (error.line, "23 characters" in str(error)) == (5, True)
    hcpcs = written.hcpcs_text(knowledge, tmp_path / "HCPC2026_OCT_ANWEB.txt")
    lines = hcpcs.read_bytes().splitlines(keepends=True)
    first = next(number for number, line in enumerate(lines) if line[:1].isalpha() and line[10:11] == b"3")
    hcpcs.write_bytes(b"".join([*lines[:first], lines[first][:100] + b"\r\n", *lines[first + 1 :]]))
    error = refusal("hcpcs", hcpcs, tmp_path)
    assert (error.line, "cut off" in str(error)) == (first + 1, True)


def test_an_edition_must_be_told_by_the_file_its_name_or_the_user(knowledge: Knowledge, tmp_path: Path) -> None:
    path = written.rvu_text(knowledge, tmp_path / "values.txt")
    assert "which edition" in str(refusal("pfs-rvu", path, tmp_path))
    (found,) = find("pfs-rvu", [path], dt.date(2026, 7, 1))
    assert found.start == dt.date(2026, 7, 1)


def test_damaged_and_encrypted_archives_are_told_apart(tmp_path: Path) -> None:
    damaged = tmp_path / "rvu26c.zip"
    damaged.write_bytes(b"PK\x03\x04 no archive")
    assert "no readable ZIP archive" in str(refusal("auto", damaged, tmp_path))
    cut = tmp_path / "pairs_2026q3.csv.gz"
    whole = gzip.compress(
        b"column1,column2,deletion_date,modifier_indicator,rationale\n" + b"0001A,0591T,,1,x\n" * 9999
    )
    cut.write_bytes(whole[: len(whole) // 2])
    assert "damaged" in str(refusal("ncci-ptp", cut, tmp_path))


def test_an_edition_much_smaller_than_the_one_before_is_refused_unless_allowed(
    knowledge: Knowledge, tmp_path: Path
) -> None:
    engine = open_database(sqlite_url(tmp_path / "official.db"))
    try:
        names = ["code,official_descriptor"]
        names += [f'{row.code},"{row.official_descriptor}"' for row in written.hcpcs_codes(knowledge)]
        more = [f"Z{number:04d},Invented {number}" for number in range(2000)]
        full = written.write_lines(tmp_path / "hcpcs_jul2026.csv", [*names, *more])
        small = written.write_lines(tmp_path / "hcpcs_oct2026.csv", names)
        list(import_files(engine, "hcpcs", [full], knowledge))
        with pytest.raises(OfficialFileError, match="it looks cut off"):
            list(import_files(engine, "hcpcs", [small], knowledge))
        (allowed,) = import_files(engine, "hcpcs", [small], knowledge, allow_smaller=True)
        assert allowed.outcome == "new"
    finally:
        engine.dispose()


KILLED = """
import sys
from pathlib import Path
from corpus.database import open_database
from corpus.importers.load import import_files
from corpus.knowledge import Knowledge

print("go", flush=True)
list(import_files(open_database(sys.argv[1]), "auto", [Path(name) for name in sys.argv[2:]], Knowledge()))
"""


def test_an_import_killed_at_any_moment_loses_and_leaves_nothing(knowledge: Knowledge, tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "official.db")
    engine = open_database(url)
    earlier = written.ptp_text(knowledge, tmp_path, "v320r0")
    (held,) = import_files(engine, "ncci-ptp", earlier, knowledge)
    engine.dispose()
    later = written.ptp_text(knowledge, tmp_path, "v321r0", parts=1)
    with later[0].open("a", encoding="utf-8") as handle:
        csv.writer(handle, delimiter="\t").writerows(
            [f"{n:05d}", f"{n % 997:05d}", "", "20200101", "*", "1", "Misuse"] for n in range(60_000)
        )
    chance = random.Random(7)
    survived = 0
    for _ in range(4):
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, url, str(later[0])], cwd=ROOT, stdout=subprocess.PIPE, env={**os.environ}
        )
        assert process.stdout is not None
        process.stdout.readline()
        with suppress(subprocess.TimeoutExpired):
            process.wait(chance.uniform(0.05, 1.2))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        official = Official(url)
        editions = [edition.edition for edition in official.editions]
        assert editions[0] == held.edition.edition
        survived += len(editions) - 1
        row = next(iter(knowledge.edits))
        assert official.edit(row.column1, row.column2, dt.date(2026, 3, 1)) is not None
        official.close()
        if survived:
            break
    engine = open_database(url)
    list(import_files(engine, "ncci-ptp", later, knowledge))
    with engine.connect() as connection:
        assert [edition.edition for edition in read_editions(connection)] == ["2026Q1", "2026Q2"]
        tables = connection.exec_driver_sql("SELECT count(*) FROM sqlite_master WHERE name LIKE 'official_ncci_ptp_%'")
        assert tables.scalar() == 4, "two tables and their indexes, none left over"
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    engine.dispose()
