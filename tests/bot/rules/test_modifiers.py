"""Telehealth marking by payer, places of service, and modifiers that do not go together."""

from __future__ import annotations

from datetime import date

import pytest

from bot.rules.modifiers import conflicts, known, marking, says_telehealth
from bot.rules.places import location_of, place_of_service
from corpus.knowledge import Knowledge

KNOWLEDGE = Knowledge()
DAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("payer", "modality", "place", "on", "state", "modifiers", "required"),
    [
        ("medicare", "video", "12", DAY, "applies", ("95",), False),
        ("medicare", "audio-only", "10", DAY, "applies", ("93",), True),
        ("medicare", "audio-only", "11", DAY, "not_applicable", ("93",), False),
        ("medicare", "video", "12", date(2021, 5, 1), "applies", ("95",), True),
        ("medicare", "in-person", "11", DAY, "not_applicable", (), False),
        ("aetna", "audio-only", "12", DAY, "not_applicable", ("93",), False),
        ("aetna", "video", "12", DAY, "no_data", (), False),
        ("uhc", "audio-only", "12", DAY, "applies", ("93",), True),
        ("tricare", "video", "12", DAY, "applies", ("95", "GT", "GQ"), True),
        ("medicaid-tx", "video", "12", DAY, "no_data", (), False),
        (None, "video", "12", DAY, "no_data", ("95",), False),
    ],
)
def test_how_a_payer_wants_telehealth_marked(
    payer: str | None, modality: str, place: str, on: date, state: str, modifiers: tuple[str, ...], required: bool
) -> None:
    found = marking(KNOWLEDGE, "90837", modality, payer, place, on)
    assert (found.state, found.modifiers, found.required) == (state, modifiers, required)
    assert found.reason


def test_a_code_off_medicares_list_is_not_telehealth_for_medicare_only() -> None:
    assert marking(KNOWLEDGE, "99490", "video", "medicare", "12", DAY).state == "not_applicable"
    assert marking(KNOWLEDGE, "99490", "video", "uhc", "12", DAY).state == "applies"


@pytest.mark.parametrize(
    ("place", "modality", "payer", "pos", "setting"),
    [
        ("12", "video", "medicare", "10", "nonfacility"),
        ("11", "video", "medicare", "02", "facility"),
        ("03", "video", "medicare", "02", "facility"),
        ("03", "in-person", "medicare", "03", "nonfacility"),
        ("12", "in-person", "medicare", "12", "nonfacility"),
        ("22", None, "medicare", "22", "facility"),
        ("12", "video", "bcbs-il", "02", "facility"),
        ("12", "video", "bcbs-mt", "10", "nonfacility"),
    ],
)
def test_place_of_service(place: str, modality: str | None, payer: str, pos: str, setting: str) -> None:
    found = place_of_service(KNOWLEDGE, place, modality, payer, DAY)
    assert (found.pos, found.setting) == (pos, setting)
    assert found.evidence


@pytest.mark.parametrize(
    ("code", "payer", "rule", "state", "pos"),
    [
        ("99213", "cigna", "cigna-video-medical", "applies", "02"),
        ("90837", "cigna", "cigna-video-behavioral", "no_data", "10"),
        (None, "cigna", "cigna-video-behavioral", "no_data", "10"),
        ("96130", "medicaid-tx", "medicaid-tx-video-testing", "no_data", "10"),
        ("90837", "medicaid-tx", "medicaid-video", "no_data", "10"),
    ],
)
def test_a_telehealth_rule_may_be_about_some_codes_only(
    code: str | None, payer: str, rule: str, state: str, pos: str
) -> None:
    place = place_of_service(KNOWLEDGE, "12", "video", payer, DAY, code)
    assert place.rule is not None
    assert (place.rule.rule, place.state, place.pos) == (rule, state, pos)
    assert marking(KNOWLEDGE, code, "video", payer, "12", DAY).rule == place.rule


def test_families_of_telehealth_rules_are_those_of_codes() -> None:
    families = {row.family for row in KNOWLEDGE.codes}
    assert all(set(row.families) <= families for row in KNOWLEDGE.rules.telehealth_rules)


def test_an_unknown_place_is_said() -> None:
    assert place_of_service(KNOWLEDGE, "77", None, None, DAY).state == "no_data"
    assert location_of(KNOWLEDGE, "77") is None


@pytest.mark.parametrize(
    ("code", "modifiers", "pos", "payer", "on", "rules"),
    [
        ("90837", ["95", "93"], "10", "medicare", DAY, ["video-and-audio"]),
        ("90837", ["25"], "11", "aetna", DAY, ["separate-em-on-other-line"]),
        ("99213", ["25"], "11", "aetna", DAY, []),
        ("99213", ["59"], "11", None, DAY, ["distinct-on-em"]),
        ("90837", ["59", "xe"], "11", None, DAY, ["distinct-twice"]),
        ("90837", ["95"], "11", "medicare", DAY, ["telehealth-at-office-pos"]),
        ("90837", ["95"], "11", "medicare", date(2022, 3, 1), []),
        ("90837", ["26"], "11", None, DAY, ["component-split"]),
        ("90837", [], "10", "aetna", date(2021, 3, 1), ["pos-10-too-early"]),
        ("90837", ["U5"], "11", "medicare", DAY, ["state-level"]),
        ("90837", ["95"], "10", "medicare", DAY, []),
    ],
)
def test_modifiers_that_do_not_go(
    code: str, modifiers: list[str], pos: str, payer: str | None, on: date, rules: list[str]
) -> None:
    found = conflicts(KNOWLEDGE, code, modifiers, pos, payer, on)
    assert [conflict.rule.rule for conflict in found] == rules
    assert all(conflict.evidence for conflict in found)


def test_rule_rows_name_statements_modifiers_and_places_that_are_held() -> None:
    rules = KNOWLEDGE.rules
    rows = [*rules.telehealth_rules, *rules.telehealth_places.values(), *rules.modifier_conflicts]
    rows += [*rules.modifier_groups.values(), *rules.mue_indicators.values(), *rules.status_letters.values()]
    rows += [*rules.conventions.values()]
    for row in rows:
        assert all(ref in KNOWLEDGE.statements for ref in row.statements), row
    places = {place.pos for place in KNOWLEDGE.places}
    assert {row.pos for row in rules.telehealth_rules if row.pos} <= places
    for conflict in rules.modifier_conflicts:
        assert all(known(KNOWLEDGE, modifier) for modifier in (*conflict.modifiers, *conflict.with_modifiers))


def test_a_line_says_telehealth_by_place_or_modifier() -> None:
    assert says_telehealth(KNOWLEDGE, [], "10")
    assert says_telehealth(KNOWLEDGE, ["93"], None)
    assert not says_telehealth(KNOWLEDGE, ["25"], "11")
