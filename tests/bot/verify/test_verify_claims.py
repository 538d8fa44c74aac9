"""A sentence is shown only when its evidence holds every code, figure, date, modifier and place in it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from bot.evidence import Claim, Evidence, computed, from_row, from_statement
from bot.verify import check_claim, verify
from bot.verify.problem import ProblemKind
from corpus.knowledge import Knowledge
from corpus.rows import TimeRow

ON = date(2026, 11, 21)


def kinds(claim: Claim, knowledge: Knowledge, on: date = ON) -> set[str]:
    return {problem.kind for problem in check_claim(claim, knowledge, on)}


def statement(knowledge: Knowledge, words: str) -> Evidence:
    row = next(row for row in knowledge.statements if words in row.text)
    return from_statement(knowledge, row)


def ladder_row(knowledge: Knowledge, minutes: int) -> TimeRow:
    return next(
        row
        for row in knowledge.time_units
        if "90834x1" in row.codes_and_units and row.minutes_from <= minutes <= row.minutes_to
    )


def session(knowledge: Knowledge) -> Evidence:
    """38 to 52 minutes of psychotherapy: one unit of 90834."""
    columns = ("codes_and_units", "minutes_from", "minutes_to")
    return from_row(knowledge, ladder_row(knowledge, 45), columns)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Bill 90834 for 38 to 52 minutes.", None),
        ("Bill 90834 for 38-52 minutes, one unit.", None),
        ("Bill 90834 x 1.", None),
        ("Bill **90834** from 38 minutes on, up to 52.", None),
        ("Bill 90837 for 38 to 52 minutes.", "code"),
        ("Bill 90834 for 38 to 53 minutes.", "number"),
        ("Bill 90834 from 39 minutes on.", "number"),
        ("Bill 90834 for 52 to 38 minutes.", "range"),
        ("Bill 90834 x 2.", "units"),
        ("Bill two units of 90834.", "number"),
        ("Bill 90834 with modifier 95.", "modifier"),
        ("Bill 90834-95.", "modifier"),
        ("Bill 90834 with POS 10.", "place"),
        ("Bill 90834 since January 1, 2013.", "date"),
        ("Bill 90834 in 2013.", "date"),
        ("Bill 90834 for $38.", "number"),
        ("Bill 38 units of 90834.", "number"),
        ("Bill 90834 for $103.", "number"),
        ("90834 pays 40% more.", "number"),
        ("Bill 90834 for CO-38.", "name"),
    ],
)
def test_every_figure_of_a_sentence_stands_in_the_row_it_cites(
    text: str, problem: ProblemKind | None, knowledge: Knowledge
) -> None:
    found = kinds(Claim(text, (session(knowledge),)), knowledge)
    assert problem in found if problem else not found


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("They have existed since January 1, 2020.", None),
        ("They have existed since 2020-01-01.", None),
        ("They have existed since 1/1/2020.", None),
        ("They have existed since January 2020.", None),
        ("They have existed since 2020.", None),
        ("They have existed since January 1, 2021.", "date"),
        ("They have existed since February 1, 2020.", "date"),
        ("They have existed since 2019.", "date"),
        ("0591T, 0592T and 0593T describe it.", None),
        ("0591T to 0593T describe it.", None),
        ("0591T to 0594T describe it.", "code"),
        ("0591T, 0592T and 0594T describe it.", "code"),
    ],
)
def test_dates_and_codes_are_compared_by_value(text: str, problem: ProblemKind | None, knowledge: Knowledge) -> None:
    evidence = statement(knowledge, "have described it since January 1, 2020")
    found = kinds(Claim(text, (evidence,)), knowledge)
    assert problem in found if problem else not found


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Use POS 02 away from home.", None),
        ("Use POS 10 away from home.", "place"),
        ("The place of service is 02.", None),
        ("POS 02 or 11 fits.", "place"),
    ],
)
def test_a_place_of_service_stands_in_its_row(text: str, problem: ProblemKind | None, knowledge: Knowledge) -> None:
    place = next(row for row in knowledge.places if row.pos == "02")
    found = kinds(Claim(text, (from_row(knowledge, place, ("name",)),)), knowledge)
    assert problem in found if problem else not found


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Append modifier 95.", None),
        ("Append modifier 93.", "modifier"),
        ("Append modifiers 95 and 25.", "modifier"),
    ],
)
def test_a_modifier_stands_in_its_row(text: str, problem: ProblemKind | None, knowledge: Knowledge) -> None:
    row = next(row for row in knowledge.modifiers if row.modifier == "95")
    found = kinds(Claim(text, (from_row(knowledge, row, ("name",)),)), knowledge)
    assert problem in found if problem else not found


@pytest.mark.parametrize(
    "planted",
    [
        lambda quote: quote.replace("38", "37"),
        lambda quote: quote.replace("90834", "90837"),
        lambda quote: quote + "; note: pays double",
        lambda quote: "8" + quote[quote.index("; ") :],
        lambda _: "",
        lambda _: "2",
    ],
)
def test_a_quote_that_its_row_does_not_hold_is_caught(planted: object, knowledge: Knowledge) -> None:
    assert callable(planted)
    good = session(knowledge)
    assert "quote" in kinds(Claim("Bill 90834.", (replace(good, quote=planted(good.quote)),)), knowledge)


def test_a_quote_may_not_cut_a_figure_in_two(knowledge: Knowledge) -> None:
    row = next(row for row in knowledge.statements if "1,000" in row.text or re.search(r"\$\d\d\d", row.text))
    money = re.search(r"\$(\d{3})", row.text)
    assert money is not None
    cut = row.text[money.start() + 2 :]
    claim = Claim("It pays.", (replace(from_statement(knowledge, row), quote=cut),))
    assert kinds(claim, knowledge) == {"quote"}


@pytest.mark.parametrize("ref", ["no-such-statement", "codes:00000", "nowhere:1"])
def test_evidence_that_does_not_exist_is_caught(ref: str, knowledge: Knowledge) -> None:
    kind = "table" if ":" in ref else "statement"
    evidence = Evidence(kind=kind, ref=ref, title="", quote="Bill it.")
    assert "unknown_record" in kinds(Claim("Bill it.", (evidence,)), knowledge)


def test_a_sentence_without_evidence_is_never_shown(knowledge: Knowledge) -> None:
    assert kinds(Claim("Coaching is always covered.", ()), knowledge) == {"no_evidence"}


def test_a_statement_out_of_force_is_cited_only_for_its_own_time(knowledge: Knowledge) -> None:
    row = next(row for row in knowledge.statements if row.effective_to and row.effective_to.year == 2025)
    evidence = from_statement(knowledge, row)
    assert kinds(Claim("Medicare pays it.", (evidence,)), knowledge) == {"date_scope"}
    assert kinds(Claim("Medicare pays it.", (evidence,)), knowledge, on=row.effective_to or ON) == set()
    assert kinds(Claim(f"Until {row.effective_to} Medicare paid it.", (evidence,)), knowledge) == set()


def test_dates_that_evidence_claims_for_itself_do_not_count(knowledge: Knowledge) -> None:
    row = next(row for row in knowledge.statements if row.effective_to and row.effective_to.year == 2025)
    forged = replace(from_statement(knowledge, row), effective_to=None)
    assert kinds(Claim("Medicare pays it.", (forged,)), knowledge) == {"date_scope"}


@pytest.mark.parametrize(
    ("arithmetic", "problem"),
    [
        ("2 x 51.72 = 103.44", None),
        ("(0.72 x 1.01 + 0.4) x 33.4009 = 37.65", None),
        ("2 x 51.72 = 103.45", "arithmetic"),
        ("95 - 30 = 66", "arithmetic"),
        ("38 <= 40 <= 52", None),
        ("38 <= 60 <= 52", "arithmetic"),
    ],
)
def test_computations_are_done_again(arithmetic: str, problem: str | None, knowledge: Knowledge) -> None:
    result = arithmetic.split()[-1]
    found = kinds(Claim(f"It comes to {result}.", (computed("price", "Price", arithmetic),)), knowledge)
    assert problem in found if problem else not found


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("An individual session needs at least 30 minutes.", None),
        ("An individual session needs 30 minutes or more.", None),
        ("An individual session lasts at most 30 minutes.", "limit"),
        ("An individual session lasts up to 30 minutes.", "limit"),
        ("An individual session of 30 minutes or less counts.", "limit"),
    ],
)
def test_a_limit_is_not_turned_round(text: str, problem: str | None, knowledge: Knowledge) -> None:
    evidence = from_row(knowledge, knowledge.codes.get("0592T"), ("code", "min_minutes"))
    found = kinds(Claim(text, (evidence,)), knowledge)
    assert problem in found if problem else not found


def test_a_figure_of_another_code_does_not_count(knowledge: Knowledge) -> None:
    short, long = (
        from_row(knowledge, knowledge.codes.get(code), ("code", "min_minutes", "max_minutes"))
        for code in ("90832", "90834")
    )
    assert kinds(Claim("Bill 90834 for 38 to 52 minutes.", (short, long)), knowledge) == set()
    assert kinds(Claim("Bill 90834 for 16 to 37 minutes.", (short, long)), knowledge) == {"pairing"}
    assert kinds(Claim("90832 is for 16 to 37 and 90834 for 38 to 52 minutes.", (short, long)), knowledge) == set()


@pytest.mark.parametrize(("text", "problem"), [("The pair has indicator 0.", None), ("It has indicator 1.", "name")])
def test_an_indicator_is_not_any_number(text: str, problem: str | None, knowledge: Knowledge) -> None:
    row = next(row for row in knowledge.edits if row.modifier_indicator == "0")
    evidence = from_row(knowledge, row, ("column1", "column2", "modifier_indicator"))
    found = kinds(Claim(text, (evidence,)), knowledge)
    assert problem in found if problem else not found


def test_a_fixed_text_supports_only_itself(knowledge: Knowledge) -> None:
    row = knowledge.fixed_texts["unknown-code"]
    evidence = from_row(knowledge, row, ("text",))
    assert kinds(Claim(row.text.replace("{code}", "99999"), (evidence,)), knowledge) == set()
    assert kinds(Claim("It is always paid.", (evidence,)), knowledge) == {"no_evidence"}


def test_the_horizon_is_evidence_of_its_own(knowledge: Knowledge) -> None:
    evidence = Evidence(kind="table", ref="coverage:knowledge", title="", quote="horizon: 2026-12-31")
    assert kinds(Claim("The knowledge ends on December 31, 2026.", (evidence,)), knowledge) == set()
    assert kinds(Claim("The knowledge ends on December 31, 2027.", (evidence,)), knowledge) == {"date"}


def test_a_draft_keeps_what_holds_and_names_what_does_not(knowledge: Knowledge) -> None:
    good = Claim("Bill 90834 for 38 to 52 minutes.", (session(knowledge),))
    bad = Claim("Bill 90837 for 38 to 52 minutes.", (session(knowledge),))
    result = verify((good, bad), knowledge, ON)
    assert result.kept == (good,)
    assert [(dropped.claim, dropped.problems[0].token) for dropped in result.dropped] == [(bad, "90837")]


def test_no_statement_quoted_word_for_word_is_refused(knowledge: Knowledge) -> None:
    refused = {
        row.id
        for row in knowledge.statements
        if kinds(Claim(row.text, (from_statement(knowledge, row),)), knowledge, row.effective_from or ON)
    }
    assert refused == set()


def test_no_row_of_the_code_table_told_in_full_is_refused(knowledge: Knowledge) -> None:
    refused = set()
    for row in knowledge.codes:
        evidence = from_row(knowledge, row, type(row).model_fields)
        if kinds(Claim(evidence.quote, (evidence,)), knowledge):
            refused.add(row.code)
    assert refused == set()


STATEMENTS = [row for row in Knowledge().statements if re.search(r"\d", row.text)]


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(data=st.data())
def test_one_wrong_digit_is_caught(data: st.DataObject, knowledge: Knowledge) -> None:
    """The changed figure must be foreign to the evidence: neither in it, nor a code within a range of codes there."""
    row = data.draw(st.sampled_from(STATEMENTS))
    at = data.draw(st.sampled_from([match.start() for match in re.finditer(r"\d", row.text)]))
    digit = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != row.text[at]]))
    text = row.text[:at] + digit + row.text[at + 1 :]
    changed = next(run for run in re.finditer(r"[A-Z]?\d[\d.,]*[A-Z]?", text) if run.start() <= at < run.end())
    figure = changed[0].rstrip(".,")
    known = {value.lstrip("0").rstrip(".,") for value in re.findall(r"[A-Z]?\d[\d.,]*[A-Z]?", row.text)}
    assume(figure.lstrip("0") not in known)
    assume(not (len(figure) == 5 and figure in knowledge.known_codes and "-" in row.text))
    assume(
        not re.search(r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|second|third|twice|hour)", row.text, re.I)
    )
    assume(str(row.effective_from)[:4] not in text or str(row.effective_from)[:4] in row.text)
    assert kinds(Claim(text, (from_statement(knowledge, row),)), knowledge, row.effective_from or ON)
