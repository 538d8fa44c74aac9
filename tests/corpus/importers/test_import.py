"""Official files in their real layouts come in exactly; each edition is stored whole or not at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine

from corpus.database import open_database, sqlite_url
from corpus.errors import OfficialFileError
from corpus.importers.kinds import Edition
from corpus.importers.load import Imported, import_files, remove
from corpus.importers.store import read_editions
from corpus.knowledge import Knowledge
from corpus.official import Official
from tests.corpus.importers import written

TODAY = dt.date(2026, 11, 21)


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return Knowledge()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = open_database(sqlite_url(tmp_path / "official.db"))
    yield opened
    opened.dispose()


@pytest.fixture
def official(tmp_path: Path) -> Iterator[Official]:
    held = Official(sqlite_url(tmp_path / "official.db"))
    yield held
    held.close()


def brought(engine: Engine, kind: str, *paths: Path, **options: object) -> list[Imported]:
    return list(import_files(engine, kind, paths, Knowledge(), **options))  # type: ignore[arg-type]  # options by name


def held(engine: Engine) -> tuple[Edition, ...]:
    with engine.connect() as connection:
        return read_editions(connection)


@pytest.mark.parametrize(
    ("name", "write", "edition"),
    [
        ("PPRRVU2026_Jul_nonQPP.csv", written.rvu_csv, "2026-07"),
        ("PPRRVU2026_Jul_nonQPP.txt", written.rvu_text, "2026-07"),
    ],
)
def test_relative_values_come_in_from_either_layout(
    knowledge: Knowledge,
    engine: Engine,
    official: Official,
    tmp_path: Path,
    name: str,
    write: Callable[[Knowledge, Path], Path],
    edition: str,
) -> None:
    (result,) = brought(engine, "auto", write(knowledge, tmp_path / name))
    assert (result.outcome, result.edition.kind, result.edition.edition) == ("new", "pfs-rvu", edition)
    assert result.edition.rows == len(knowledge.rates.rows)
    for rate in knowledge.rates.rows[::4]:
        found = official.rate(rate.code, rate.mod, TODAY)
        assert found is not None
        assert found.model_dump(exclude={"edition", "source"}) == rate.model_dump(exclude={"source"}), rate.code


def test_the_layout_of_2025_lacks_one_column_and_is_read_by_names(
    knowledge: Knowledge, engine: Engine, official: Official, tmp_path: Path
) -> None:
    path = written.rvu_csv(knowledge, tmp_path / "any-name.csv", year=2025, factor="32.3465")
    (result,) = brought(engine, "pfs-rvu", path)
    assert result.edition.effective_from == dt.date(2025, 7, 1)
    code = next(rate.code for rate in knowledge.rates if rate.amount_basis == "priced")
    found = official.rate(code, None, dt.date(2025, 3, 1))
    assert found is not None
    assert found.conversion_factor == Decimal("32.3465")
    assert official.rate(code, None, dt.date(2026, 3, 1)) is None, "amounts of another year are never taken"


def test_indices_keep_their_zeros_and_lose_asterisks_and_footnotes(
    knowledge: Knowledge, engine: Engine, official: Official, tmp_path: Path
) -> None:
    brought(engine, "auto", written.gpci_csv(knowledge, tmp_path / "GPCI2026.csv"))
    found = [row.model_dump(exclude={"edition", "source"}) for row in official.localities(TODAY)]
    assert found == [row.model_dump(exclude={"source"}) for row in knowledge.localities]


def test_wrapped_descriptors_come_back_byte_for_byte(
    knowledge: Knowledge, engine: Engine, official: Official, tmp_path: Path
) -> None:
    wheelchair = ("E1130", "Standard wheelchair, fixed full length arms, fixed or swing away detachable footrests")
    path = written.hcpcs_text(knowledge, tmp_path / "HCPC2026_OCT_ANWEB.txt", [wheelchair])
    codes, modifiers = brought(engine, "auto", path)
    assert (codes.edition.kind, modifiers.edition.kind) == ("hcpcs", "hcpcs-modifiers")
    for row in written.hcpcs_codes(knowledge)[::3]:
        found = official.code(row.code, TODAY)
        assert found is not None
        assert " ".join((row.official_descriptor or "").split()) == " ".join(found.official_descriptor.split())
        assert (found.added, found.effective_to) == (row.effective_from, row.effective_to)
    found = official.code(wheelchair[0], TODAY)
    assert found is not None
    assert found.official_descriptor == wheelchair[1]
    marks = [row for row in knowledge.modifiers if row.official_descriptor]
    assert modifiers.edition.rows == len(marks)


def test_the_48_column_form_is_read_by_its_header(
    knowledge: Knowledge, engine: Engine, official: Official, tmp_path: Path
) -> None:
    brought(engine, "hcpcs", written.hcpcs_sheet(knowledge, tmp_path / "HCPC2026_OCT_ANWEB.csv"))
    for row in written.hcpcs_codes(knowledge)[::3]:
        found = official.code(row.code, TODAY)
        assert found is not None
        assert found.official_descriptor == row.official_descriptor


def test_pairs_come_in_from_all_parts_and_only_together(
    knowledge: Knowledge, engine: Engine, official: Official, tmp_path: Path
) -> None:
    parts = written.ptp_text(knowledge, tmp_path)
    with pytest.raises(OfficialFileError, match="code pairs that we know are missing"):
        brought(engine, "ncci-ptp", *parts[:3])
    assert held(engine) == ()
    (result,) = brought(engine, "ncci-ptp", *parts)
    assert (result.edition.edition, result.edition.rows) == ("2026Q3", len(knowledge.edits.rows))
    for row in knowledge.edits.rows[::97]:
        found = official.edit(row.column2, row.column1, TODAY)
        assert found is not None
        assert (found.column1, found.column2, found.modifier_indicator) == (
            row.column1,
            row.column2,
            row.modifier_indicator,
        )


@pytest.mark.parametrize(
    ("start", "end", "indicator", "on", "holds"),
    [
        ("20200101", "*", "1", "2026-11-21", True),
        ("20200101", "20260930", "1", "2026-09-30", True),
        ("20200101", "20260930", "1", "2026-10-01", False),
        ("20261001", "*", "1", "2026-09-30", False),
        ("20200101", "20200101", "1", "2026-07-01", False),
        ("20200101", "*", "9", "2026-07-01", False),
    ],
)
def test_a_pair_holds_between_its_days_and_not_when_deleted_on_its_first(
    knowledge: Knowledge,
    engine: Engine,
    official: Official,
    tmp_path: Path,
    start: str,
    end: str,
    indicator: str,
    on: str,
    holds: bool,
) -> None:
    parts = written.ptp_text(knowledge, tmp_path, parts=1)
    with parts[0].open("a", encoding="utf-8") as handle:
        handle.write(f"00100\t00102\t\t{start}\t{end}\t{indicator}\tCMS policy\r\n")
    brought(engine, "ncci-ptp", *parts)
    assert (official.edit("00102", "00100", dt.date.fromisoformat(on)) is not None) is holds


def test_unit_limits_come_in_below_their_copyright_cell(
    knowledge: Knowledge, engine: Engine, official: Official, tmp_path: Path
) -> None:
    path = written.mue_csv(knowledge, tmp_path / "MCR_MUE_PractitionerServices_Eff_07-01-2026.csv")
    (result,) = brought(engine, "auto", path)
    assert result.edition.edition == "2026Q3"
    for row in knowledge.codes:
        if row.mue is not None and row.mai and row.status == "active":
            found = official.limit(row.code, TODAY)
            assert found is not None
            assert (found.mue, found.mai) == (row.mue, row.mai)


def test_licensed_descriptors_keep_every_character(
    knowledge: Knowledge, engine: Engine, official: Official, tmp_path: Path
) -> None:
    folder = tmp_path / "CPT 2026" / "standard"
    folder.mkdir(parents=True)
    paths = written.cpt_files(knowledge, folder)
    with pytest.raises(OfficialFileError, match="no long descriptors"):
        brought(engine, "ama-cpt", *paths[1:])
    (result,) = brought(engine, "auto", *paths)
    assert (result.edition.edition, result.edition.effective_to) == ("2026", dt.date(2026, 12, 31))
    code = next(row.code for row in knowledge.codes if row.system == "CPT-III")
    found = official.cpt(code, TODAY)
    assert found is not None
    assert found.official_descriptor == f"Invented text \u2265 of {code}; two parts"
    assert official.cpt(code, dt.date(2027, 1, 1)) is None


def test_the_same_file_twice_changes_nothing_and_a_correction_replaces(
    knowledge: Knowledge, engine: Engine, tmp_path: Path
) -> None:
    path = written.gpci_csv(knowledge, tmp_path / "GPCI2026.csv")
    (first,) = brought(engine, "gpci", path)
    (again,) = brought(engine, "gpci", path)
    assert (again.outcome, again.edition) == ("held", first.edition)
    path.write_text(path.read_text(encoding="utf-8") + "A footnote more.\r\n", encoding="utf-8")
    (other,) = brought(engine, "gpci", path)
    assert other.outcome == "replaced"
    assert held(engine) == (other.edition,)


def test_editions_stay_for_earlier_dates_and_leave_without_trace(
    knowledge: Knowledge, engine: Engine, official: Official, tmp_path: Path
) -> None:
    for year in (2025, 2026):
        brought(engine, "gpci", written.gpci_csv(knowledge, tmp_path / f"GPCI{year}.csv", year))
    for year in (2025, 2026):
        edition = official.edition("gpci", dt.date(year, 6, 1))
        assert edition is not None
        assert edition.edition == str(year)
    gone = remove(engine, "gpci", "2025")
    assert gone is not None
    assert [edition.edition for edition in held(engine)] == ["2026"]
    with engine.connect() as connection:
        tables = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars().all()
    assert gone.table not in tables


def test_an_archive_brings_every_kind_that_it_holds(knowledge: Knowledge, engine: Engine, tmp_path: Path) -> None:
    release = written.rvu_csv(knowledge, tmp_path / "PPRRVU2026_Jul_nonQPP.csv")
    twin = written.rvu_text(knowledge, tmp_path / "PPRRVU2026_Jul_nonQPP.txt")
    indices = written.gpci_csv(knowledge, tmp_path / "GPCI2026.csv")
    readme = written.write_lines(tmp_path / "README.txt", ["What is inside."])
    archive = written.zipped(tmp_path / "rvu26c.zip", twin, release, indices, readme)
    results = brought(engine, "auto", archive)
    assert sorted((result.edition.kind, result.edition.layout) for result in results) == [
        ("gpci", "GPCI CSV"),
        ("pfs-rvu", "PPRRVU CSV"),
    ]


@pytest.mark.parametrize("kind", ["ncci-ptp", "gpci", "hcpcs"])
def test_postgres_keeps_the_same_rows(knowledge: Knowledge, postgres: str, tmp_path: Path, kind: str) -> None:
    paths = {
        "ncci-ptp": lambda: written.ptp_text(knowledge, tmp_path),
        "gpci": lambda: [written.gpci_csv(knowledge, tmp_path / "GPCI2026.csv")],
        "hcpcs": lambda: [written.hcpcs_text(knowledge, tmp_path / "HCPC2026_OCT_ANWEB.txt")],
    }[kind]()
    opened, held_there = open_database(postgres), Official(postgres)
    try:
        (result,) = brought(opened, kind, *paths)
        (again,) = brought(opened, kind, *paths)
        assert (result.outcome, again.outcome) == ("new", "held")
        bad = written.write_lines(tmp_path / "GPCI2025.csv", ["GEOGRAPHIC PRACTICE COST INDICES", "Medicare Admin"])
        with pytest.raises(OfficialFileError):
            brought(opened, "gpci", bad, effective=dt.date(2025, 1, 1))
        assert held_there.edition(kind, TODAY) == result.edition
        first = next(iter(knowledge.edits))
        if kind == "ncci-ptp":
            assert held_there.edit(first.column1, first.column2, TODAY) is not None
        remove(opened, kind, result.edition.edition)
    finally:
        held_there.close()
        opened.dispose()
