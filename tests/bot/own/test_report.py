"""The contradiction report: stale and wrong claims are found, right ones raise no alarm, in doubt nothing is said."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from bot.own.judged import Judged
from bot.own.report import Report, as_json, compare
from bot.verify import check_sentence
from corpus.knowledge import SHIPPED, Knowledge
from corpus.own import Excerpt, convert, excerpts
from corpus.own.store import Held, OwnDocument

ON = dt.date(2026, 11, 21)
SEEDS = Path(__file__).parents[4].parent / "shared" / "seeds"


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return Knowledge(SHIPPED)


def report(
    knowledge: Knowledge, *lines: str, section: str = "", payer: str = "", on: dt.date = ON, format: str = "text"
) -> Report:
    document = OwnDocument("doc", "A page", "a.txt", format, "", 0, "1", "e", payer=payer)
    return compare(knowledge, document, [Held(1, "doc", Excerpt("s1-1", section, None, "\n".join(lines)))], on)


def told(found: Report) -> list[tuple[str, str, str]]:
    return [(row.standing, row.subject, ",".join(row.codes)) for row in found.judged]


WRONG = [
    ("Coaches may use 96150 for the first assessment.", "outdated", "status", "96150"),
    ("1. 96152: Health and behavior intervention", "outdated", "status", "96152"),
    ("Report 99441 for a phone call of 5 to 10 minutes.", "outdated", "status", "99441"),
    ("90834 is a 45-50 minute session of individual therapy.", "outdated", "time", "90834"),
    ("Code 90832 covers 20 to 30 minutes.", "outdated", "time", "90832"),
    ("90837 | Individual psychotherapy | at least 60 minutes", "contradicts", "time", "90837"),
    ("90834 – 60 minutes of individual psychotherapy", "contradicts", "time", "90834"),
    ("CPT 99407 is for counseling over 20 minutes.", "contradicts", "time", "99407"),
    ("0592T is billed per 15 minutes.", "contradicts", "unit", "0592T"),
    ("97153 is billed per session.", "contradicts", "unit", "97153"),
    ("96159 is each additional 30 minutes.", "contradicts", "unit", "96159"),
    ("CPT 90846: family therapy with the patient present", "contradicts", "meaning", "90846"),
    ("90853 | Individual psychotherapy", "contradicts", "meaning", "90853"),
    ("90791 is used for group therapy.", "contradicts", "meaning", "90791"),
    ("0591T is a follow-up session.", "contradicts", "meaning", "0591T"),
    ("90834 is an add-on code.", "contradicts", "add-on", "90834"),
    ("96156 was deleted in 2024.", "contradicts", "status", "96156"),
    ("96152 was deleted in 2015.", "contradicts", "date", "96152"),
    ("96153 was deleted and replaced by 90853.", "contradicts", "status", "96153"),
    ("0592T took effect on January 1, 2019.", "contradicts", "date", "0592T"),
    ("The MUE for 90834 is 6.", "contradicts", "limit", "90834"),
    ("Medicare 2026: 90837 pays $250.00.", "contradicts", "amount", "90837"),
    ("90837 and 96127 can be billed together.", "contradicts", "pair", "90837,96127"),
    ("There is no CPT code for health coaching.", "outdated", "existence", ""),
]


@pytest.mark.parametrize(("line", "standing", "subject", "codes"), WRONG, ids=[line[:50] for line, *_ in WRONG])
def test_a_wrong_claim_is_found(knowledge: Knowledge, line: str, standing: str, subject: str, codes: str) -> None:
    found = report(knowledge, line)
    assert (standing, subject, codes) in told(found)
    for row in found.wrong:
        assert row.said.text in line
        assert row.ours
        assert row.evidence
        assert check_sentence(row.ours, row.evidence, knowledge, ON) == ()


RIGHT = [
    ("90834 is individual psychotherapy of 38 to 52 minutes.", "time", "90834"),
    ("90837 | Individual psychotherapy | 60 minutes", "time", "90837"),
    ("99406: 3 to 10 minutes of tobacco counseling", "time", "99406"),
    ("99408 covers alcohol or drug screening of 15 to 30 minutes.", "time", "99408"),
    ("0592T is a coaching follow-up of at least 30 minutes.", "time", "0592T"),
    ("97153 is billed per 15 minutes.", "unit", "97153"),
    ("99407 is billed per session.", "unit", "99407"),
    ("CPT 90847 is family psychotherapy with the patient present.", "meaning", "90847"),
    ("90785 is an add-on code.", "add-on", "90785"),
    ("96151 was deleted on December 31, 2019 and replaced by 96156.", "status", "96151"),
    ("Do not bill 96150; it is no longer valid.", "status", "96150"),
    ("0591T was introduced in 2020.", "date", "0591T"),
    ("The MUE for 90834 is 2.", "limit", "90834"),
    ("Medicare pays $113.90 for 90834 in 2026.", "amount", "90834"),
]


@pytest.mark.parametrize(("line", "subject", "code"), RIGHT, ids=[line[:50] for line, *_ in RIGHT])
def test_a_right_claim_agrees_without_alarm(knowledge: Knowledge, line: str, subject: str, code: str) -> None:
    found = report(knowledge, line)
    assert ("agrees", subject, code) in told(found)
    assert found.wrong == ()


QUIET = [
    "Schedule 90834 clients in 60-minute slots.",
    "Is 90834 right for a session of 60 minutes? No.",
    "Billing 90837 for routine 50-minute sessions is wrong.",
    "Prior authorization is required for 90837 sessions of 60 minutes or more.",
    "Example: 60 minutes of individual HBAI is 96158 x1 plus 96159 x2.",
    "90868 and 90869 may be reported with only one unit of service per day.",
    "99408 is not the alcohol code and 99409 is not the drug code.",
    "Use 90832, 90834 or 90837 for 30, 45 or 60 minutes.",
    "Age group: 96110 is for children of 2 to 5 years, 20 minutes of staff time on average.",
    "Our fee for 90837 went up from $120.00.",
    "Codes 90281-99607 are in this chapter.",
    "Suite 90210, open 45 minutes past noon.",
]


@pytest.mark.parametrize("line", QUIET)
def test_in_doubt_there_is_no_alarm(knowledge: Knowledge, line: str) -> None:
    assert report(knowledge, line).wrong == ()


def test_siblings_told_apart_by_what_both_cover_contradict(knowledge: Knowledge) -> None:
    found = report(knowledge, "- 99408: Counseling for alcohol misuse", "- 99409: Counseling for substance misuse")
    wrong = [row for row in found.wrong if row.subject == "meaning"]
    assert [row.codes for row in wrong] == [("99408",), ("99409",)]
    assert all("15-30 minutes" in row.ours for row in wrong)
    right = (
        "99408: alcohol or substance screening, 15 to 30 minutes",
        "99409: alcohol or substance screening, over 30",
    )
    assert report(knowledge, *right).wrong == ()


def test_this_code_means_the_code_of_the_heading(knowledge: Knowledge) -> None:
    found = report(knowledge, "This code is billed per session.", section="Code 97153: treatment")
    assert ("contradicts", "unit", "97153") in told(found)


def test_a_heading_on_old_codes_makes_them_history(knowledge: Knowledge) -> None:
    found = report(knowledge, "96150: assessment", section="Deleted codes")
    assert found.wrong == ()


def test_a_code_in_no_table_is_not_known_and_told_once(knowledge: Knowledge) -> None:
    found = report(knowledge, "CPT code 99999 is payable.", "CPT code 99999 pays well.")
    assert told(found) == [("unknown", "status", "99999")]


def test_amounts_of_other_payers_are_not_known(knowledge: Knowledge) -> None:
    found = report(knowledge, "90837 pays $180.00 in 2026.", payer="aetna")
    assert told(found) == [("unknown", "amount", "90837")]


def test_the_report_is_for_a_date_of_service(knowledge: Knowledge) -> None:
    line = "Use 96150 for the first assessment."
    assert report(knowledge, line, on=dt.date(2019, 6, 1)).wrong == ()
    assert report(knowledge, line, on=dt.date(2020, 1, 1)).counts["outdated"] == 1


def test_our_own_statements_raise_no_alarm(knowledge: Knowledge) -> None:
    """Over a thousand sentences that are right: what the report says against one of them is a false alarm."""
    alarms: list[tuple[str, Judged]] = []
    agreed = 0
    for row in knowledge.statements:
        if row.applies_on(ON):
            found = report(knowledge, row.text, payer="" if row.payer == "any" else row.payer)
            alarms += [(row.id, wrong) for wrong in found.wrong]
            agreed += found.counts["agrees"]
    assert [(key, row.subject, row.says) for key, row in alarms] == []
    assert agreed > 400


def test_json_names_page_words_and_evidence(knowledge: Knowledge) -> None:
    shown = as_json(report(knowledge, "96150: assessment"))
    claim = shown["claims"][0]
    assert (claim["standing"], claim["words"], claim["instead"]) == ("outdated", "96150: assessment", ["96156"])
    assert claim["evidence"][0]["ref"] == "codes:96150"


@pytest.mark.official
def test_the_four_seed_pages(knowledge: Knowledge) -> None:
    if not SEEDS.is_dir():
        return
    found: dict[tuple[str, str], set[str]] = {}
    for path in sorted(SEEDS.glob("*.txt")):
        converted = convert(path)
        document = OwnDocument("seed", converted.title, path.name, converted.format, "", 0, "1", "e")
        parts = [Held(at, "seed", part) for at, part in enumerate(excerpts(converted))]
        for row in compare(knowledge, document, parts, ON).wrong:
            found.setdefault((row.standing, row.subject), set()).update(row.codes or (row.says,))
    assert found == {
        ("outdated", "status"): {"96150", "96152"},
        ("outdated", "time"): {"90834"},
        ("contradicts", "meaning"): {"99408", "99409"},
        ("outdated", "existence"): {"no code for health coaching"},
    }
