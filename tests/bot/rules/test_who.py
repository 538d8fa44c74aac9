"""Who may report a code."""

from __future__ import annotations

from datetime import date

import pytest

from bot.rules.who import who
from corpus.knowledge import Knowledge

KNOWLEDGE = Knowledge()
DAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("code", "performer", "payer", "on", "state", "role"),
    [
        ("90837", "lcsw", "medicare", DAY, "applies", "reports"),
        ("90837", "lmft", "medicare", date(2023, 6, 1), "not_applicable", "none"),
        ("90837", "lmft", "medicare", DAY, "applies", "reports"),
        ("90792", "psychologist", "medicare", DAY, "not_applicable", "none"),
        ("90792", "lcsw", "aetna", DAY, "not_applicable", "none"),
        ("90837", "health-coach", "medicare", DAY, "not_applicable", "none"),
        ("90837", "health-coach", "aetna", DAY, "not_applicable", "none"),
        ("0592T", "health-coach", "medicare", DAY, "not_applicable", "none"),
        ("0592T", "health-coach", "aetna", DAY, "applies", "reports"),
        ("96158", "physician", "aetna", DAY, "not_applicable", "none"),
        ("96158", "lcsw", "medicare", DAY, "applies", "reports"),
        ("99490", "psychologist", "medicare", DAY, "not_applicable", "none"),
        ("H0004", "lcsw", "medicaid", DAY, "no_data", "unknown"),
        ("99999", "lcsw", "medicare", DAY, "no_data", "unknown"),
        ("90837", None, "medicare", DAY, "no_data", "unknown"),
        ("97802", "lcsw", "aetna", DAY, "no_data", "unknown"),
        ("97802", "lcsw", "medicare", DAY, "not_applicable", "none"),
        ("97802", "rd", "medicare", DAY, "applies", "reports"),
        ("97802", "np", "medicare", DAY, "not_applicable", "none"),
        ("97155", "rbt", "aetna", DAY, "not_applicable", "none"),
        ("97153", "rbt", "aetna", DAY, "applies", "reports"),
        ("0592T", "rn", "medicare", DAY, "not_applicable", "none"),
        ("96158", "lcsw", "medicare", date(2023, 12, 31), "not_applicable", "none"),
        ("96158", "lcsw", "medicare", date(2024, 1, 1), "applies", "reports"),
        ("96158", "psychologist", "medicare", date(2023, 10, 1), "applies", "reports"),
        ("97550", "lcsw", "medicare", date(2024, 12, 31), "not_applicable", "none"),
        ("97550", "lcsw", "medicare", date(2025, 1, 1), "applies", "reports"),
        ("G0539", "lmft", "medicare", DAY, "applies", "reports"),
    ],
)
def test_who_may_report(code: str, performer: str | None, payer: str, on: date, state: str, role: str) -> None:
    result = who(KNOWLEDGE, code, performer, payer, on)
    assert (result.state, result.role) == (state, role)
    assert result.reason


def test_only_those_who_bill_on_the_date_are_listed() -> None:
    def listed(on: date) -> list[str]:
        return [person.performer for person in who(KNOWLEDGE, "96158", "lcsw", "medicare", on).listed]

    assert listed(date(2023, 10, 1)) == ["psychologist"]
    assert listed(DAY) == ["psychologist", "social-worker", "mft", "counselor"]


def test_the_share_is_medicares_only() -> None:
    assert who(KNOWLEDGE, "90837", "lcsw", "medicare", DAY).share == 75
    assert who(KNOWLEDGE, "90837", "lcsw", "aetna", DAY).share is None


def test_a_refusal_names_the_code_to_use_instead() -> None:
    assert who(KNOWLEDGE, "90792", "psychologist", "aetna", DAY).instead == ("90791",)
    assert who(KNOWLEDGE, "99484", "lcsw", "medicare", DAY).instead == ("G0323",)
    family_np = who(KNOWLEDGE, "96158", "fnp", "medicare", DAY)
    assert {"99213", "99401"} <= set(family_np.instead)
    assert "preventive counseling" in family_np.reason


@pytest.mark.parametrize(
    ("code", "performer", "on", "words"),
    [
        ("97802", "rd", DAY, "MD or DO"),
        ("97802", "np", DAY, "not incident-to"),
        ("97550", "lcsw", DAY, "furnish themselves"),
        ("97550", "rd", DAY, "nutrition therapy plan"),
        ("96158", "lcsw", date(2023, 10, 1), "through 2023-12-31"),
    ],
)
def test_the_reason_says_the_condition_or_since_when(code: str, performer: str, on: date, words: str) -> None:
    assert words in who(KNOWLEDGE, code, performer, "medicare", on).reason


def test_every_performer_word_of_the_code_table_is_described() -> None:
    words = {word for row in KNOWLEDGE.codes for word in row.performed_by}
    assert words <= set(KNOWLEDGE.rules.performers)


def test_every_rule_row_names_a_statement_that_is_held() -> None:
    for rule in KNOWLEDGE.rules.who_rules:
        statement = KNOWLEDGE.statements.get(rule.statement)
        assert not rule.codes or {*rule.codes, *rule.instead} & set(statement.codes), rule.rule
    for person in KNOWLEDGE.rules.performers.values():
        assert all(ref in KNOWLEDGE.statements for ref in person.statements)
        assert all(ref in KNOWLEDGE.sources for ref in person.sources)


@pytest.mark.parametrize(
    ("pos", "state"), [("11", "applies"), ("22", "applies"), ("21", "not_applicable"), (None, "applies")]
)
def test_a_place_can_rule_a_performer_out(pos: str | None, state: str) -> None:
    result = who(KNOWLEDGE, "90837", "lmft", "medicare", DAY, pos)
    assert result.state == state
    assert ("POS 21" in result.reason) == (state == "not_applicable")
