"""Answers after an import: official text byte for byte, codes beyond the guidance, and a checker that looks again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.answer import Answer
from bot.codepage import code_page
from bot.engine import Bot
from bot.evidence import Claim, Evidence, from_row
from bot.officialpage import official_page
from bot.rules.check import check
from bot.rules.claim import Claim as Bill
from bot.rules.claim import Line
from bot.rules.price import price
from bot.settings import Settings
from bot.verify import check_answer, check_claim
from corpus.database import open_database, sqlite_url
from corpus.importers.load import import_files, remove
from corpus.knowledge import SHIPPED, Knowledge
from index.search import Index
from tests.corpus.importers import written

TODAY = dt.date(2026, 11, 21)
CHAIR = ("E1130", "Standard wheelchair, fixed full length arms, fixed or swing away detachable footrests")
MANUAL = ("K0008", "Custom manual wheelchair/base")
SCAN = "70450"
NEW = "A2040"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with one edition of everything that answers use."""
    folder = tmp_path_factory.mktemp("official")
    held = Knowledge()
    (folder / "CPT 2026").mkdir()
    address = sqlite_url(folder / "official.db")
    engine = open_database(address)
    listed = [row for row in held.codes if row.system == "HCPCS-II" and row.status == "active"]
    files = [
        written.hcpcs_text(held, folder / "HCPC2026_OCT_ANWEB.txt", [CHAIR, MANUAL]),
        written.rvu_csv(held, folder / "PPRRVU2026_Jul_nonQPP.csv", more=[SCAN, f"{SCAN}-26"]),
        written.rvu_csv(held, folder / "PPRRVU2025_Oct.csv", year=2025, factor="32.3465"),
        written.gpci_csv(held, folder / "GPCI2026.csv"),
        *written.ptp_text(held, folder, "v323r0", more=[("90837", SCAN, "1"), ("90837", CHAIR[0], "0")]),
        written.mue_csv(held, folder / "MCR_MUE_PractitionerServices_Eff_10-01-2026.csv", [(SCAN, "3")]),
        *written.cpt_files(held, folder / "CPT 2026"),
        written.write_lines(folder / "hcpcs_codes_2026q4.txt", sorted([*(row.code for row in listed), NEW])),
    ]
    list(import_files(engine, "auto", files, held))
    engine.dispose()
    return address


@pytest.fixture
def knowledge(url: str) -> Iterator[Knowledge]:
    held = Knowledge(SHIPPED, url)
    yield held
    held.official.close()


@pytest.fixture(scope="module")
def engine(url: str, built_index: Index) -> Iterator[Bot]:
    held = Knowledge(SHIPPED, url)
    yield Bot(Settings(), held, built_index)
    held.official.close()


def asked(engine: Bot, message: str) -> Answer:
    answer = engine.ask(message, date=TODAY)
    assert check_answer(answer, engine.knowledge) == ()
    return answer


@pytest.mark.parametrize(
    ("message", "says", "cites"),
    [
        ("what is E1130?", CHAIR[1], "hcpcs:2026-10/E1130"),
        ("is E1130 a valid code?", "Yes. E1130", "hcpcs:2026-10/E1130"),
        ("which HCPCS code for a manual wheelchair?", f"{MANUAL[0]}: {MANUAL[1]}", "hcpcs:2026-10/K0008"),
        ("is A2040 valid?", "Yes. A2040 is in the list of HCPCS codes of 2026-10", "hcpcs-codes:2026-10/A2040"),
        ("what does Medicare pay for 70450?", "Medicare's 2026 amount for 70450 is $", "pfs-rvu:2026-07/70450"),
        ("can 90837 and 70450 be billed together?", "only with modifier", "ncci-ptp:2026Q4/90837/70450"),
        ("can 90837 and E1130 be billed together?", "No. 90837 and E1130", "ncci-ptp:2026Q4/90837/E1130"),
        ("what is 70450?", "unit limit (MUE) for 70450 is 3 a day", "ncci-mue:2026Q4/70450"),
        (
            "how many units of 70450 may be billed a day?",
            "Medicare's unit limit (MUE) for 70450",
            "ncci-mue:2026Q4/70450",
        ),
        ("how much does Medicare pay for 70450-26?", "amount for 70450 is $", "pfs-rvu:2026-07/70450-26"),
        ("what is 90837?", "Invented text \u2265 of 90837; two parts", "ama-cpt:2026/90837"),
        ("what does Medicare pay for 90837 in San Diego?", "$178.34 in San Diego", "gpci:2026/01182-72"),
    ],
)
def test_imported_files_answer_with_their_edition(engine: Bot, message: str, says: str, cites: str) -> None:
    answer = asked(engine, message)
    assert answer.status == "answered"
    assert says in answer.answer
    assert cites in {citation.ref for citation in answer.citations}


def test_codes_beyond_the_guidance_are_told_as_such(engine: Bot) -> None:
    answer = asked(engine, "what is E1130?")
    assert "E1130 lies outside the guidance that I hold" in answer.answer
    (shown,) = answer.codes
    assert (shown.status, shown.descriptor) == ("active", CHAIR[1])
    assert shown.descriptor_source == "HCPCS Level II, CMS, 2026-10"


def test_licensed_text_replaces_our_labels_byte_for_byte(engine: Bot) -> None:
    answer = asked(engine, "therapy session of 52 minutes, which code?")
    shown = {row.code: row for row in answer.codes}["90834"]
    assert shown.descriptor == "Invented text \u2265 of 90834; two parts"
    assert shown.descriptor_source == "CPT, AMA, your licensed file, 2026"


@pytest.mark.parametrize("message", ["what is 70450?", "can 90837 and 70450 be billed together?", "what is E1130?"])
def test_without_an_import_such_codes_stay_unknown(bot: Bot, message: str) -> None:
    answer = bot.ask(message, date=TODAY)
    cited = [citation.ref for citation in answer.citations if citation.kind != "statement"]
    assert all(not ref.startswith(("pfs-rvu:", "hcpcs:", "ncci-")) for ref in cited)


def test_amounts_of_another_year_come_from_its_release_only(knowledge: Knowledge) -> None:
    then = price(knowledge, "90837", dt.date(2025, 6, 1))
    assert then.state == "priced"
    assert "x 32.3465" in then.formula
    assert price(knowledge, "90837", dt.date(2024, 6, 1)).state == "no-data"


@pytest.mark.parametrize(
    ("quote", "text", "holds"),
    [
        ("code: 70450; mue: 3", "The limit for 70450 is 3 a day.", True),
        ("code: 70450; mue: 4", "The limit for 70450 is 4 a day.", False),
        ("code: 70450; mue: 3", "The limit for 70450 is 5 a day.", False),
    ],
)
def test_the_checker_looks_imported_rows_up_again(knowledge: Knowledge, quote: str, text: str, holds: bool) -> None:
    evidence = Evidence("table", "ncci-mue:2026Q4/70450", "Unit limit", quote)
    assert (check_claim(Claim(text, (evidence,)), knowledge, TODAY) == ()) is holds


@pytest.mark.parametrize("ref", ["ncci-mue:2026Q3/70450", "ncci-mue:2026Q4/70451", "ncci-mue:2026Q4", "hcpcs:x/y"])
def test_a_row_that_is_not_held_supports_nothing(knowledge: Knowledge, ref: str) -> None:
    claim = Claim("The limit for 70450 is 3 a day.", (Evidence("table", ref, "", "code: 70450; mue: 3"),))
    assert check_claim(claim, knowledge, TODAY)[0].kind == "unknown_record"


def test_what_was_removed_supports_nothing_any_more(tmp_path: Path) -> None:
    held = Knowledge()
    address = sqlite_url(tmp_path / "official.db")
    engine = open_database(address)
    list(import_files(engine, "auto", [written.mue_csv(held, tmp_path / "mue_2026q4.csv", [(SCAN, "3")])], held))
    knowledge = Knowledge(SHIPPED, address)
    row = knowledge.official.limit(SCAN, TODAY)
    assert row is not None
    claim = Claim("The limit for 70450 is 3 a day.", (from_row(knowledge, row, ("code", "mue")),))
    assert check_claim(claim, knowledge, TODAY) == ()
    remove(engine, "ncci-mue", "2026Q4")
    knowledge.official.close()
    assert check_claim(claim, knowledge, TODAY) != ()
    knowledge.official.close()
    engine.dispose()


def test_claims_are_checked_for_pairs_and_units_beyond_the_guidance(knowledge: Knowledge) -> None:
    bill = Bill((Line("90837"), Line(CHAIR[0]), Line(SCAN, units=4)), TODAY, "medicare")
    issues = {(issue.severity, issue.kind, issue.codes) for issue in check(knowledge, bill).issues}
    assert ("deny", "pair", ("90837", CHAIR[0])) in issues
    assert ("deny", "unit_limit", (SCAN,)) in issues
    assert ("info", "unknown_code", (SCAN,)) in issues
    assert not any(kind == "unknown_code" and severity == "deny" for severity, kind, _ in issues)


def test_code_pages_show_imported_editions(knowledge: Knowledge) -> None:
    page = code_page(knowledge, "90837", TODAY)
    assert page.descriptor == "Invented text \u2265 of 90837; two parts"
    assert page.medicare.edition == "imported release 2026-07"
    beyond = official_page(knowledge, "e1130", TODAY)
    assert beyond is not None
    assert (beyond.descriptor, beyond.status) == (CHAIR[1], "active")
    assert official_page(knowledge, "90837", TODAY) is None
    assert official_page(knowledge, "Z9999", TODAY) is None
