"""Claims against every rule."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rules.check import check
from bot.rules.claim import SEVERITIES, Claim, Line, Report, parse_line, with_details
from bot.rules.select import Request, select
from corpus.knowledge import Knowledge

KNOWLEDGE = Knowledge()
DAY = date(2026, 3, 2)
ACTIVE = sorted(row.code for row in KNOWLEDGE.codes if row.status == "active")
SERVICES = sorted({row.service for row in KNOWLEDGE.services})
CLINICIANS = [None, "physician", "psychologist", "np", "social-worker", "dietitian", "health-coach"]


def checked(
    lines: str, minutes: dict[str, int] | None = None, modifiers: str = "", pos: str | None = None, **facts: object
) -> Report:
    parsed = with_details(map(parse_line, lines.split()), minutes or {}, modifiers.split(), pos)
    return check(KNOWLEDGE, Claim(parsed, facts.pop("on", DAY), **facts))  # type: ignore[arg-type]


CASES = [
    ("90837 90785", {"90837": 55}, "95", "10", {"payer": "medicare", "performer": "lcsw"}, ""),
    ("90837 96127x2", {}, "", None, {"payer": "medicare"}, "deny pair"),
    ("90837 96127x2", {}, "", None, {"payer": "cigna"}, "warn pair"),
    ("90837 99213", {}, "", None, {"payer": "aetna"}, "deny pair"),
    ("99213 0592T", {}, "", None, {"payer": "medicare"}, "deny pair"),
    ("99213-25 0592T", {}, "", None, {"payer": "medicare"}, "info pair"),
    ("90847 90837-59", {}, "", None, {"payer": "medicare"}, "info pair"),
    ("90785", {}, "", None, {}, "deny add_on"),
    ("90833 99214", {"90833": 30}, "", "11", {"payer": "medicare", "performer": "np"}, ""),
    ("90834", {"90834": 37}, "", None, {}, "deny time"),
    ("90832", {"90832": 60}, "", None, {}, "warn time"),
    ("96136 96137x3", {"96136": 100}, "", None, {}, "deny time"),
    ("96136 96137x2", {"96136": 100}, "", None, {}, ""),
    ("97153x3", {"97153": 55}, "", None, {"payer": "aetna"}, "warn time"),
    ("99213", {"99213": 35}, "", None, {}, "warn time"),
    ("90837", {"90837": -5}, "", None, {}, "deny minutes"),
    ("90837", {"90837": 600}, "", None, {}, "warn minutes"),
    ("90837", {"90837": 2000}, "", None, {}, "deny minutes"),
    ("90837 90837", {}, "", None, {}, "deny duplicate"),
    ("96127-59 96127", {}, "", None, {}, ""),
    ("90837x0", {}, "", None, {}, "deny units"),
    ("90837x5000", {}, "", None, {}, "deny units"),
    ("96127x4", {}, "", None, {"payer": "medicare"}, "deny unit_limit"),
    ("96127x4", {}, "", None, {"payer": "aetna"}, "warn unit_limit"),
    ("ZZZZZ", {}, "", None, {}, "deny unknown_code"),
    ("00104", {}, "", None, {}, "warn unknown_code"),
    ("99354 99215", {}, "", None, {}, "deny not_active"),
    ("96158", {}, "", None, {"on": date(2019, 5, 1)}, "deny not_active"),
    ("90837", {}, "95 93", "10", {"payer": "medicare"}, "deny modifier"),
    ("90837", {}, "QQ", None, {}, "warn modifier"),
    ("90837", {}, "", "77", {}, "deny place"),
    ("90837", {}, "", "10", {"payer": "bcbs-il"}, "warn place"),
    ("90837", {}, "", "10", {"payer": "tricare"}, "deny telehealth"),
    ("90837", {}, "95", "10", {"payer": "tricare"}, ""),
    ("90834", {}, "93", "10", {"payer": "aetna"}, "deny telehealth"),
    ("99490", {}, "", "10", {"payer": "medicare"}, "deny telehealth"),
    ("90792", {}, "", None, {"payer": "medicare", "performer": "lcsw"}, "deny performer"),
    ("G0019", {}, "", None, {"payer": "medicare", "performer": "wizard"}, "warn performer"),
    ("90834", {}, "", "21", {"payer": "medicare", "performer": "lmft"}, "deny performer"),
    ("99402", {}, "", None, {"payer": "medicare"}, "deny not_payable"),
    ("90837", {}, "", None, {"on": date(2026, 12, 1), "received": date(2026, 11, 21)}, "deny date"),
    ("90837", {}, "", None, {"on": date(2027, 3, 1)}, "warn date"),
]


@pytest.mark.parametrize(("lines", "minutes", "modifiers", "pos", "facts", "expected"), CASES)
def test_each_rule_finds_its_claim(
    lines: str, minutes: dict[str, int], modifiers: str, pos: str | None, facts: dict[str, object], expected: str
) -> None:
    found = checked(lines, minutes, modifiers, pos, **facts)
    kinds = [f"{issue.severity} {issue.kind}" for issue in found.issues]
    if expected:
        assert expected in kinds
    else:
        assert kinds == []
    assert found.denies == any(kind.startswith("deny") for kind in kinds)


def test_two_places_on_one_claim_are_pointed_out() -> None:
    lines = (Line("90837", pos="10"), Line("90785", pos="02"))
    assert "warn place" in [f"{i.severity} {i.kind}" for i in check(KNOWLEDGE, Claim(lines, DAY)).issues]


def test_a_correction_is_suggested_and_proven() -> None:
    found = checked("90834", {"90834": 37}).of("deny")[0]
    assert "90832" in found.text
    assert found.evidence
    deleted = checked("99354 99215").of("deny")[0]
    assert "99417" in deleted.fix


def test_issues_come_most_severe_first() -> None:
    ranks = [SEVERITIES.index(issue.severity) for issue in checked("99213 0592T 90837 96127x9 QQ123").issues]
    assert ranks == sorted(ranks)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("90837", Line("90837")),
        ("96127x2", Line("96127", 2)),
        ("99213-25", Line("99213", 1, ("25",))),
        ("96127-59x2", Line("96127", 2, ("59",))),
        ("96127x2-59-xe", Line("96127", 2, ("59", "XE"))),
        ("0592t", Line("0592T")),
        ("90837x-1", Line("90837", -1)),
    ],
)
def test_lines_are_read_as_billers_write_them(text: str, line: Line) -> None:
    assert parse_line(text) == line


@pytest.mark.parametrize("text", ["", "9083", "90837 x2", "90837x", "90837x2-59x3", "psychotherapy"])
def test_what_is_not_a_line_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a claim line"):
        parse_line(text)


@given(
    st.sampled_from(SERVICES),
    st.integers(0, 480),
    st.sampled_from(CLINICIANS),
    st.sampled_from([None, "medicare", "aetna"]),
    st.sampled_from([None, "first", "later"]),
    st.sampled_from([None, "individual", "group"]),
    st.sampled_from([DAY, date(2025, 6, 2), date(2019, 6, 3)]),
)
def test_every_recommendation_passes_the_check(
    service: str,
    minutes: int,
    performer: str | None,
    payer: str | None,
    visit: str | None,
    participants: str | None,
    on: date,
) -> None:
    asked = Request(
        service, on, minutes=minutes, performer=performer, payer=payer, visit=visit, participants=participants
    )
    found = select(KNOWLEDGE, asked)
    if found.state != "chosen":
        return
    option = found.options[0]
    if option.time is not None and option.time.over_limits:
        return
    lines = [Line(code, units, minutes=minutes if option.time else None) for code, units in found.units]
    if option.needs_base:
        lines.append(Line(next(code for code in option.needs_base if KNOWLEDGE.codes.status(code, on) == "active")))
    result = check(KNOWLEDGE, Claim(tuple(lines), on, payer, performer))
    assert result.of("deny") == ()


@given(st.lists(st.sampled_from(ACTIVE), min_size=1, max_size=6, unique=True), st.randoms())
def test_the_order_of_lines_does_not_change_what_is_found(codes: list[str], shuffle: object) -> None:
    other = list(codes)
    shuffle.shuffle(other)  # type: ignore[attr-defined]
    results = [check(KNOWLEDGE, Claim(tuple(map(Line, order)), DAY, "medicare")) for order in (codes, other)]
    first, second = ({(i.severity, i.kind, i.text, i.codes) for i in result.issues} for result in results)
    assert first == second


LINES = st.builds(
    Line,
    st.one_of(st.sampled_from([row.code for row in KNOWLEDGE.codes]), st.text(max_size=6)),
    st.integers(-5, 10_000),
    st.lists(st.sampled_from([*(row.modifier for row in KNOWLEDGE.modifiers), "QQ", ""]), max_size=3).map(tuple),
    st.one_of(st.none(), st.integers(-100, 100_000)),
    st.one_of(st.none(), st.sampled_from([row.pos for row in KNOWLEDGE.places]), st.just("??")),
)


@settings(max_examples=2_000, deadline=None)
@given(
    st.lists(LINES, max_size=5),
    st.integers(-9_000, 3_000),
    st.sampled_from([None, "no-such-payer", *KNOWLEDGE.rules.payers]),
    st.sampled_from([None, "wizard", *KNOWLEDGE.rules.performers]),
)
def test_no_claim_crashes_the_check(lines: list[Line], days: int, payer: str | None, performer: str | None) -> None:
    claim = Claim(tuple(lines), DAY + timedelta(days=days), payer, performer, date(2026, 11, 21))
    result = check(KNOWLEDGE, claim)
    assert all(issue.text and issue.severity in SEVERITIES for issue in result.issues)
