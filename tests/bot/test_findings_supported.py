"""Whatever row of the tables a sentence is made from, the independent checker lets it through."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.evidence import Finding
from bot.findings.coverage import coverage_finding
from bot.findings.denials import denial_finding
from bot.findings.describe import describe
from bot.findings.modifiers import modifier_finding
from bot.findings.pairs import pairs_finding
from bot.findings.price import price_finding
from bot.findings.select import select_finding
from bot.findings.status import status_finding
from bot.findings.time import time_finding
from bot.findings.who import who_finding
from bot.rules.pairs import combine
from bot.rules.price import price
from bot.rules.select import Request, select
from bot.rules.time import units_for_code
from bot.rules.who import who
from bot.verify import check_claim
from corpus.knowledge import Knowledge
from tests.bot.conftest import DAY

KNOWLEDGE = Knowledge()
CODES = tuple(row.code for row in KNOWLEDGE.codes)
ACTIVE = tuple(code for code in CODES if KNOWLEDGE.codes.status(code, DAY) == "active")
DAYS = (dt.date(2019, 6, 1), DAY, KNOWLEDGE.coverage.horizon)


def problems(finding: Finding, on: dt.date = DAY) -> list[str]:
    return [str(problem) for claim in finding.claims for problem in check_claim(claim, KNOWLEDGE, on)]


@pytest.mark.parametrize("on", DAYS, ids=str)
def test_codes_described(on: dt.date) -> None:
    wrong = [text for code in CODES[::3] for text in problems(describe(KNOWLEDGE, code, on), on)]
    assert wrong == []


@pytest.mark.parametrize("on", DAYS, ids=str)
def test_standing_of_codes(on: dt.date) -> None:
    wrong = []
    for code in CODES[1::3]:
        told = status_finding(KNOWLEDGE, code, on)
        state = KNOWLEDGE.codes.status(code, on)
        wrong += problems(told, on)
        assert told.verdict == ("yes" if state == "active" else "no"), code
        assert {row.code: row.status for row in told.codes}[code] == state
    assert wrong == []


def test_denials_modifiers_and_positions_of_payers() -> None:
    wrong = problems(denial_finding(KNOWLEDGE, tuple(row.code for row in KNOWLEDGE.denials)))
    for modifier in KNOWLEDGE.modifiers:
        wrong += problems(modifier_finding(KNOWLEDGE, modifier))
    for position in KNOWLEDGE.payers:
        told = coverage_finding(KNOWLEDGE, (position,), tuple(position.codes[:1]), DAY)
        wrong += problems(told)
        assert (told.verdict == "yes") <= (position.position in ("covers", "covers-with-conditions"))
    assert wrong == []


def test_medicare_amounts() -> None:
    wrong = []
    for code in (code for code in ACTIVE[::5] if KNOWLEDGE.rates.find(code)):
        for setting in ("nonfacility", "facility"):
            wrong += problems(price_finding(KNOWLEDGE, price(KNOWLEDGE, code, DAY, setting=setting, units=2)))
    assert wrong == []


def test_units_of_stated_time() -> None:
    wrong = []
    for code in ACTIVE:
        if KNOWLEDGE.rules.families_of(code):
            for minutes in (1, 23, 38, 61, 130):
                result = units_for_code(KNOWLEDGE, code, minutes, payer=None, on=DAY)
                wrong += problems(time_finding(KNOWLEDGE, result, DAY)) if result is not None else []
    assert wrong == []


def test_clinicians_and_codes() -> None:
    wrong = []
    for performer in KNOWLEDGE.rules.performers:
        for code in ("90792", "90834", "0591T", "H0038"):
            for payer in (None, "medicare", "aetna"):
                wrong += problems(who_finding(KNOWLEDGE, who(KNOWLEDGE, code, performer, payer, DAY), DAY))
    assert wrong == []


def test_pairs_of_codes() -> None:
    codes = ("90791", "90834", "90837", "90785", "90847", "90853", "96127", "99213", "90833", "99490", "99484", "0591T")
    wrong = []
    for n, first in enumerate(codes):
        for second in codes[n + 1 :]:
            found = combine(KNOWLEDGE, (first, second), DAY, None)
            wrong += problems(pairs_finding(KNOWLEDGE, found, DAY))
    assert wrong == []


def test_every_pair_that_a_rule_joins() -> None:
    wrong = []
    for rule in KNOWLEDGE.rules.combinations:
        payer = None if {"any", "medicare"} & set(rule.payers) else rule.payers[0]
        for first, second in zip(rule.codes_a * len(rule.codes_b), rule.codes_b * len(rule.codes_a), strict=True):
            found = combine(KNOWLEDGE, (first, second), DAY, payer)
            wrong += problems(pairs_finding(KNOWLEDGE, found, DAY))
    assert wrong == []


@pytest.mark.parametrize("minutes", [5, 45, 90])
def test_codes_of_services(minutes: int) -> None:
    wrong = []
    for service in dict.fromkeys(row.service for row in KNOWLEDGE.services):
        request = Request(service=service, on=DAY, minutes=minutes)
        wrong += problems(select_finding(KNOWLEDGE, select(KNOWLEDGE, request)))
    assert wrong == []
