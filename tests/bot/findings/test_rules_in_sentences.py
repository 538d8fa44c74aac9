"""What the rules find, told in sentences that the independent checker lets through."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import date

import pytest

from bot.answer import AnswerWarning
from bot.evidence import Finding
from bot.findings.check import check_finding
from bot.findings.limits import limit_finding
from bot.findings.telehealth import conflicts_finding, marking_finding, place_finding
from bot.rules.check import check
from bot.rules.claim import Claim, Line, parse_line, with_details
from bot.rules.limits import limit
from bot.rules.modifiers import conflicts, marking
from bot.rules.places import place_of_service
from bot.verify import check_claim
from corpus.knowledge import Knowledge

KNOWLEDGE = Knowledge()
DAY = date(2026, 3, 2)
PAYERS = (None, "medicare", "aetna", "uhc", "tricare", "bcbs-il", "medicaid")


def problems(finding: Finding, on: date = DAY) -> list[object]:
    return [problem for claim in finding.claims for problem in check_claim(claim, KNOWLEDGE, on)]


def claim_of(lines: str, minutes: dict[str, int], pos: str | None, payer: str | None, who: str | None) -> Claim:
    return Claim(with_details(map(parse_line, lines.split()), minutes, (), pos), DAY, payer, who, date(2026, 11, 21))


@pytest.mark.parametrize(
    ("lines", "minutes", "pos", "payer", "verdict", "first"),
    [
        ("90837 90785", {"90837": 55}, "10", "medicare", "yes", "No rule that is held stands against 90837 x 1"),
        ("90837 96127x2", {}, None, "medicare", "no", "90837 and 96127 are not paid together"),
        ("90834", {"90834": 37}, None, "aetna", "no", "37 minutes bill 90832 x 1, not 90834 x 1."),
        ("90847 90837-59", {}, None, "medicare", "depends", "90837 and 90847 are paid together with the modifier"),
        ("90832", {"90832": 60}, None, "aetna", "depends", "60 minutes bill 90837 x 1"),
    ],
)
def test_the_bottom_line_of_a_checked_claim_comes_first(
    lines: str, minutes: dict[str, int], pos: str | None, payer: str, verdict: str, first: str
) -> None:
    found = check_finding(KNOWLEDGE, check(KNOWLEDGE, claim_of(lines, minutes, pos, payer, None)))
    assert found.verdict == verdict
    assert found.claims[0].text.startswith(first)
    assert problems(found) == []


def test_a_line_that_denies_is_shown_as_rejected_with_its_reason() -> None:
    found = check_finding(KNOWLEDGE, check(KNOWLEDGE, claim_of("90837 96127x2", {}, None, "medicare", None)))
    shown = {row.code: row for row in found.codes}
    assert (shown["90837"].role, shown["96127"].role, shown["96127"].units) == ("recommended", "rejected", 2)
    assert "not paid together" in shown["96127"].why
    assert all(isinstance(warning, AnswerWarning) for warning in found.warnings)


def random_lines(chance: random.Random) -> Iterable[Line]:
    codes = [row.code for row in KNOWLEDGE.codes]
    modifiers = [row.modifier for row in KNOWLEDGE.modifiers]
    for _ in range(chance.randint(1, 3)):
        yield Line(
            chance.choice(codes),
            chance.choice([1, 1, 2, 5, 0]),
            tuple(chance.sample(modifiers, chance.choice([0, 0, 1, 2]))),
            chance.choice([None, None, 37, 60, 90]),
            chance.choice([None, "10", "02", "11"]),
        )


def test_every_sentence_about_a_claim_is_supported_by_its_evidence() -> None:
    chance = random.Random(2026)
    for _ in range(250):
        on = chance.choice([DAY, DAY, date(2019, 5, 1), date(2025, 5, 1)])
        who = chance.choice([None, "lcsw", "np", "health-coach"])
        claim = Claim(tuple(random_lines(chance)), on, chance.choice(PAYERS), who, date(2026, 11, 21))
        assert problems(check_finding(KNOWLEDGE, check(KNOWLEDGE, claim)), on) == [], claim


@pytest.mark.parametrize("payer", PAYERS)
@pytest.mark.parametrize("modality", ["video", "audio-only", "in-person"])
@pytest.mark.parametrize("place", ["12", "11", "03"])
def test_telehealth_is_told_with_support(payer: str | None, modality: str, place: str) -> None:
    where = place_of_service(KNOWLEDGE, place, modality, payer, DAY)
    for code in ("90837", "99490", "H0004", None):
        found = marking(KNOWLEDGE, code, modality, payer, place, DAY)
        told = marking_finding(KNOWLEDGE, found, code, DAY, where)
        assert told.claims
        assert problems(told) == []
        assert bool(told.warnings) == (found.state != "applies" and modality != "in-person")
    assert problems(place_finding(where)) == []


def test_what_medicare_wants_for_a_phone_session_at_home() -> None:
    where = place_of_service(KNOWLEDGE, "12", "audio-only", "medicare", DAY)
    told = marking_finding(
        KNOWLEDGE, marking(KNOWLEDGE, "90834", "audio-only", "medicare", "12", DAY), "90834", DAY, where
    )
    assert told.claims[0].text == "Report it with modifier 93 and POS 10 for 90834."
    assert (told.codes[0].modifiers, told.codes[0].pos) == (("93",), ("10",))


def test_conflicting_modifiers_are_told_with_the_fix() -> None:
    told = conflicts_finding(conflicts(KNOWLEDGE, "90837", ["95", "93"], "10", "medicare", DAY))
    assert told.verdict == "no"
    assert problems(told) == []


@pytest.mark.parametrize(
    ("code", "units", "verdict", "said"),
    [
        ("96127", 4, "no", "is 3 a day"),
        ("96127", 2, None, "is 3 a day"),
        ("98960", 1, "no", "is 0 a day"),
    ],
)
def test_unit_limits_are_told(code: str, units: int, verdict: str | None, said: str) -> None:
    told = limit_finding(KNOWLEDGE, limit(KNOWLEDGE, code, units, DAY), DAY)
    assert told.verdict == verdict
    assert said in told.claims[0].text
    assert problems(told) == []


def test_no_limit_held_is_no_finding() -> None:
    assert limit_finding(KNOWLEDGE, limit(KNOWLEDGE, "H0004", 9, DAY), DAY).claims == ()
