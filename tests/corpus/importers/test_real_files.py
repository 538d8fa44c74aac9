"""The real official files, where they lie beside the repository: rows, refusals, and CMS's own amounts to the cent."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from bot.rules.price import Setting, price
from corpus.database import open_database, sqlite_url
from corpus.errors import OfficialFileError
from corpus.importers.load import import_files
from corpus.knowledge import SHIPPED, Knowledge

FILES = Path(__file__).parents[4] / "shared" / "official"
SHARED = Path(__file__).parents[4].parent / "shared" / "official"
"""Beside a checkout, or beside the folder of worktrees."""
FOUND = next((folder for folder in (FILES, SHARED) if folder.is_dir()), None)

pytestmark = [
    pytest.mark.official,
    pytest.mark.skipif(FOUND is None, reason="the official files are not part of the repository"),
]
HERE = FOUND or Path()


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Knowledge]:
    """The knowledge with the fee schedules, HCPCS files, limits and lists imported (the pairs take too long here)."""
    url = sqlite_url(tmp_path_factory.mktemp("official") / "official.db")
    engine = open_database(url)
    names = [
        "fee-schedule/PPRRVU2026_Jul_nonQPP.csv",
        "fee-schedule/PPRRVU2025_Oct.csv",
        "fee-schedule/GPCI2026.csv",
        "fee-schedule/GPCI2025.csv",
        "fee-schedule/25LOCCO.csv",
        "fee-schedule/conversion_factors.csv",
        "hcpcs/2019-Alpha-Numeric-HCPCS-File.zip",
        "hcpcs/HCPC2024_OCT_ANWEB_reconstructed.txt",
        "hcpcs/hcpcs_level2_oct2025_long.csv",
        "ncci/ncci_mue_practitioner_2024q3_full.csv",
        "ncci/ncci_add_on_codes_2024_full.csv",
        "other/place_of_service_2026-02.csv",
    ]
    list(import_files(engine, "auto", [HERE / name for name in names], Knowledge()))
    engine.dispose()
    held = Knowledge(SHIPPED, url)
    yield held
    held.official.close()


@pytest.mark.parametrize(
    ("kind", "edition", "rows"),
    [
        ("pfs-rvu", "2026-07", 19_355),
        ("pfs-rvu", "2025-10", 19_090),
        ("gpci", "2026", 109),
        ("pfs-locality", "2025", 109),
        ("hcpcs", "2019-01", 6_440),
        ("hcpcs", "2024-10", 8_091),
        ("hcpcs", "2025-10", 8_463),
        ("hcpcs-modifiers", "2024-10", 383),
        ("ncci-mue", "2024Q3", 14_677),
        ("ncci-addon", "2024Q1", 7_465),
    ],
)
def test_every_row_comes_in(knowledge: Knowledge, kind: str, edition: str, rows: int) -> None:
    held = knowledge.official.named(kind, edition)
    assert held is not None
    assert held.rows == rows


def test_amounts_are_those_that_cms_published(knowledge: Knowledge) -> None:
    on = dt.date(2026, 4, 1)
    localities = {(row.mac, row.locality): row for row in knowledge.official.localities(on)}
    settings: tuple[Setting, Setting] = ("nonfacility", "facility")
    priced = 0
    with (HERE / "fee-schedule/PFREV26B.txt").open(encoding="utf-8", newline="") as handle:
        for row in csv.reader(handle):
            if len(row) < 16:
                continue
            mac, locality, code, modifier = (cell.strip() for cell in row[1:5])
            for setting, published in zip(settings, row[5:7], strict=True):
                place = localities[mac, locality]
                found = price(knowledge, code, on, setting=setting, locality=place, modifier=modifier or None)
                if found.state == "priced":
                    priced += 1
                    assert found.amount == Decimal(published).quantize(Decimal("0.01")), (code, mac, locality, setting)
    assert priced == 4_033


def test_hcpcs_text_is_that_of_the_date(knowledge: Knowledge) -> None:
    shipped = knowledge.codes.get("G0447").official_descriptor
    then, now = (knowledge.official.code("G0447", on) for on in (dt.date(2024, 11, 1), dt.date(2026, 11, 21)))
    assert then is not None
    assert now is not None
    assert (then.edition, now.edition) == ("2024-10", "2025-10")
    assert now.official_descriptor == shipped
    assert then.official_descriptor == (shipped or "").upper()


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("GPCI2026_fabricated.csv", "36 real ones are missing"),
        ("conversion_factor/bad_cf_type.csv", "no kind of conversion factor"),
        ("conversion_factor/bad_duplicate.csv", "twice"),
        ("conversion_factor/bad_negative_value.csv", "dollars above 0"),
        ("conversion_factor/bad_wrong_physician_cf.csv", "is 32.3465, not 99.0000"),
        ("gpci/GPCI2025_duplicate_locality_00.txt", "3 localities, where Medicare has 109"),
        ("gpci/duplicate_keys.csv", "01 twice"),
        ("gpci/empty.txt", "is empty"),
        ("gpci/invalid_locality.csv", "no locality number"),
        ("gpci/missing_column.csv", "the header lacks gpci_work"),
        ("gpci/negative_values.csv", "-0.500 is no practice cost index"),
        ("gpci/out_of_range.csv", "3.000 is no practice cost index"),
        ("gpci/too_few_rows.csv", "3 localities"),
        ("pprrvu/bad_category.txt", "'Z' is no status letter"),
        ("pprrvu/bad_dup_keys.txt", "0001F twice, first on line 8"),
        ("pprrvu/bad_layout.txt", "23 characters"),
        ("pprrvu/bad_schema_regression.csv", "not CMS's layout"),
    ],
)
def test_broken_files_are_refused_for_their_fault(tmp_path: Path, name: str, problem: str) -> None:
    engine = open_database(sqlite_url(tmp_path / "official.db"))
    with pytest.raises(OfficialFileError) as caught:
        list(import_files(engine, "auto", [HERE / "broken" / name], Knowledge()))
    engine.dispose()
    assert problem in str(caught.value)
