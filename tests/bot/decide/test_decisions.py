"""What a biller is told: the code, the units, the verdict and the warning, rule by rule."""

from __future__ import annotations

import pytest

from bot.answer import Answer
from bot.engine import Bot
from tests.bot.conftest import DAY


def ask(bot: Bot, message: str) -> Answer:
    return bot.ask(message, date=DAY)


def billed(answer: Answer) -> list[tuple[str, int | None]]:
    return [(row.code, row.units) for row in answer.codes if row.role == "recommended"]


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("What code for 45 minutes of individual psychotherapy?", [("90834", 1)]),
        ("couples therapy, 60 minutes", [("90847", 1)]),
        ("family therapy without the patient, 50 minutes", [("90846", 1)]),
        ("group therapy with 8 patients", [("90853", 1)]),
        ("crisis psychotherapy 90 minutes", [("90839", 1), ("90840", 1)]),
        ("20 minutes of therapy plus med management", [("90833", 1)]),
        ("99213 with 20 minutes psychotherapy", [("90833", 1)]),
        ("neuropsych testing by a technician, 140 minutes", [("96138", 1), ("96139", 4)]),
        ("health coaching follow-up, 40 minutes", [("0592T", 1)]),
        ("initial health coaching assessment", [("0591T", 1)]),
        ("group health coaching, 45 minutes", [("0593T", 1)]),
        ("tobacco cessation counseling for 8 minutes", [("99406", 1)]),
        ("tobacco cessation counseling for 15 minutes", [("99407", 1)]),
        ("collaborative care, first month, 70 minutes", [("99492", 1)]),
        ("peer support, Oregon Medicaid, 2 hours", [("H0038", 8)]),
        ("How many units of 97153 for 100 minutes?", [("97153", 7)]),
        ("How many units of 0592T for 75 minutes?", [("0592T", 1)]),
        ("45 minutes of H0004", [("H0004", 3)]),
    ],
)
def test_code_and_units_of_what_was_done(bot: Bot, message: str, expected: list[tuple[str, int]]) -> None:
    answer = ask(bot, message)
    assert billed(answer) == expected
    kinds = {citation.kind for citation in answer.citations}
    assert "table" in kinds
    assert all(row.descriptor for row in answer.codes)


def boundaries() -> list[tuple[int, str | None]]:
    """Minutes at and beside every boundary of the psychotherapy ladder, written out by hand from its ranges."""
    ladder = ((0, 15, None), (16, 37, "90832"), (38, 52, "90834"), (53, 480, "90837"))
    return [(minutes, code) for first, last, code in ladder for minutes in sorted({first, first + 1, last - 1, last})]


@pytest.mark.parametrize(("minutes", "code"), boundaries())
def test_every_boundary_of_psychotherapy_is_exact(bot: Bot, minutes: int, code: str | None) -> None:
    answer = ask(bot, f"{minutes} minutes of individual psychotherapy, which code?")
    assert billed(answer) == ([(code, 1)] if code else [])
    if code is None:
        assert [warning.kind for warning in answer.warnings] == ["time_not_met"]
        assert [row.role for row in answer.codes] == ["rejected"]
    rows = [
        row
        for row in bot.knowledge.time_units
        if (row.family, row.convention) == ("psychotherapy", "cpt")
        and row.minutes_from <= minutes <= (row.minutes_to or minutes)
    ]
    for row in rows:
        assert billed(answer) == [(held, units) for held, units in row.units]


def test_units_of_a_named_code_agree_with_the_table_at_their_boundaries(bot: Bot) -> None:
    wrong = []
    rows = [row for row in bot.knowledge.time_units if row.convention == "cpt" and row.measure == "minutes"][::8]
    for row in rows:
        codes = {code for code, _ in row.units}
        if len(codes) != 1 or row.minutes_from == 0 or bot.knowledge.rules.families_of(*codes) != (row.family,):
            continue
        code = codes.pop()
        answer = ask(bot, f"How many units of {code} for {row.minutes_from} minutes?")
        if billed(answer) and billed(answer) != list(row.units):
            wrong.append(f"{code} {row.minutes_from}: {billed(answer)}, not {row.units}")
    assert wrong == []


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("10 minutes of psychotherapy, code?", "90832"),
        ("20 minutes of 0592T", "0592T"),
        ("2 minutes of 99406", "99406"),
    ],
)
def test_too_little_time_is_never_billed(bot: Bot, message: str, code: str) -> None:
    answer = ask(bot, message)
    assert [(row.code, row.role) for row in answer.codes] == [(code, "rejected")]
    assert "time_not_met" in {warning.kind for warning in answer.warnings}


@pytest.mark.parametrize(
    ("message", "codes"),
    [
        ("therapy session, which code?", {"90832", "90834", "90837"}),
        ("30 to 60 minutes of therapy, code?", {"90832", "90834", "90837"}),
    ],
)
def test_what_depends_on_a_missing_fact_is_told_for_every_case(bot: Bot, message: str, codes: set[str]) -> None:
    answer = ask(bot, message)
    assert answer.status == "answered"
    assert codes <= {row.code for row in answer.codes if row.role == "alternative"}
    assert billed(answer) == []


@pytest.mark.parametrize(
    ("message", "verdict", "warning"),
    [
        ("Can I bill 90837 and 90785 together?", "yes", None),
        ("Can 90847 and 90837 be billed on the same day?", "depends", "bundling"),
        ("Can I bill 90791 and 90834 together?", "no", "bundling"),
        ("Can 90832 and 90834 be billed on the same day?", "no", "bundling"),
        ("Can 90785 be billed with 90846?", "no", "bundling"),
        ("Is 96127 x 2 ok with 90837?", None, None),
        ("Can I bill 90791 and 90792 on different days?", "yes", None),
        ("Can I bill 90837 for 45 minutes?", "no", None),
        ("Is 53 minutes enough for 90837?", "yes", None),
        ("Is 60 minutes 0592T x 2?", "no", None),
        ("Can 99213 and 90833 be billed together?", "yes", None),
        ("Can an LCSW bill 90792?", "no", "not_covered"),
        ("Can a health coach bill 90837?", "no", "not_covered"),
        ("Can a physician bill 90837?", "yes", None),
        ("Can a health coach bill Medicare?", "no", None),
        ("Is 90834 on the telehealth list?", "yes", None),
        ("modifier 95 and 93 on 90834, ok?", "no", "conflict"),
        ("Is G2012 still valid?", "no", "deleted_code"),
        ("Is T1015 still active?", "yes", None),
    ],
)
def test_verdicts(bot: Bot, message: str, verdict: str | None, warning: str | None) -> None:
    answer = ask(bot, message)
    assert verdict is None or answer.verdict == verdict
    assert warning is None or warning in {held.kind for held in answer.warnings}
    assert verdict != "no" or billed(answer) == [] or "minutes" in message


def test_a_verdict_on_two_codes_names_the_edition_it_rests_on(bot: Bot) -> None:
    answer = ask(bot, "Can I bill 90791 and 90834 together?")
    edits = [citation for citation in answer.citations if citation.ref == "edits:90791/90834"]
    assert len(edits) == 1
    assert {row.code: row.role for row in answer.codes}["90834"] == "rejected"


def test_a_modifier_is_shown_on_the_code_that_carries_it(bot: Bot) -> None:
    answer = ask(bot, "Can 90847 and 90837 be billed on the same day?")
    assert {row.code: "59" in row.modifiers for row in answer.codes} == {"90837": True, "90847": False}


@pytest.mark.parametrize(
    ("message", "ref"),
    [
        ("What is modifier HQ?", "modifiers:HQ"),
        ("what does CO-97 mean", "denial:97"),
        ("N362 remark code", "denial:N362"),
        ("How much does Medicare pay for 90834?", "rates_2026:90834"),
        ("Which place of service is a community mental health center?", "places:53"),
        ("Does Aetna cover 0591T?", "payers:Aetna/commercial/health coaching"),
    ],
)
def test_the_row_that_decides_is_cited(bot: Bot, message: str, ref: str) -> None:
    assert ref in [citation.ref for citation in ask(bot, message).citations]


def test_medicare_amounts_show_their_arithmetic(bot: Bot) -> None:
    answer = ask(bot, "How much does Medicare pay for 90834?")
    rate = bot.knowledge.rates.find("90834")
    assert rate is not None
    assert f"${rate.nonfac_amount}" in answer.answer
    assert "computation" in {citation.kind for citation in answer.citations}


def test_no_published_position_is_neither_yes_nor_no_rule(bot: Bot) -> None:
    answer = ask(bot, "Does Aetna cover 0591T?")
    assert answer.verdict != "yes"
    assert "payer_varies" in {warning.kind for warning in answer.warnings}


@pytest.mark.parametrize(
    ("message", "modifier", "pos"),
    [
        ("audio only therapy at home for Medicare, 45 minutes, which modifier?", "93", "10"),
        ("90834 by phone at home for Medicare, which modifier and POS?", "93", "10"),
    ],
)
def test_audio_only_at_home_for_medicare_is_marked(bot: Bot, message: str, modifier: str, pos: str) -> None:
    answer = ask(bot, message)
    assert modifier in answer.answer
    assert f"POS {pos}" in answer.answer


def test_a_coach_is_told_first_that_medicare_is_not_billed_and_staff_time_is_still_the_practices(bot: Bot) -> None:
    coach = ask(bot, "I am a health coach, 45 minute follow-up with a Medicare patient, what do I bill?")
    assert coach.answer.startswith("A health coach does not report 0592T to Medicare.")
    assert billed(coach) == []
    staff = ask(bot, "A community health worker did 125 minutes of community health integration, Medicare")
    assert ("G0019", 1) in billed(staff)


@pytest.mark.parametrize(
    ("message", "verdict"),
    [
        ("Can a medical assistant do CCM calls for a Medicare patient?", "yes"),
        ("Can a medical assistant bill Medicare for CCM?", "no"),
        ("Can our community health worker furnish G0019?", "yes"),
        ("Can our community health worker bill Medicare for G0019?", "no"),
        ("Can a psychology intern do 90837 for Medicare?", "no"),
        ("Can a psychologist bill Medicare 99490 when her nurse does 20 minutes?", "no"),
        ("I am a health coach. Can I bill Medicare for coaching by video?", "no"),
    ],
)
def test_staff_may_do_what_only_the_practice_bills(bot: Bot, message: str, verdict: str) -> None:
    assert ask(bot, message).verdict == verdict


@pytest.mark.parametrize(
    ("message", "verdict"),
    [
        ("Can I bill 96158 for a client with depression only?", "no"),
        ("Client has no medical diagnosis. Is 96158 ok?", "no"),
        ("Can I bill 96158 for a client with COPD?", "depends"),
        ("Can I bill 96158 for a client with COPD and anxiety?", "depends"),
    ],
)
def test_health_behavior_codes_ask_for_a_physical_diagnosis(bot: Bot, message: str, verdict: str) -> None:
    answer = ask(bot, message)
    assert answer.verdict == verdict
    assert "physical-health diagnosis" in answer.answer


def test_the_right_diagnosis_does_not_outweigh_a_time_that_is_too_short(bot: Bot) -> None:
    answer = ask(bot, "Can I bill 96158 for 10 minutes with a COPD patient?")
    assert answer.verdict == "no"
    assert "time_not_met" in {warning.kind for warning in answer.warnings}


def test_one_who_may_not_report_is_told_so_before_the_telehealth_list(bot: Bot) -> None:
    answer = ask(bot, "Can a health coach bill 90832 for a Medicare telehealth visit?")
    assert answer.verdict == "no"
    assert answer.answer.startswith("No. A health coach does not report 90832")


def test_medicares_enrollment_is_not_told_of_another_payer(bot: Bot) -> None:
    assert not ask(bot, "Can an intern bill under my NPI for Aetna?").answer.startswith("No. Medicare")


def test_an_error_known_of_the_case_described_outweighs_codes_that_go_together(bot: Bot) -> None:
    answer = ask(bot, "Can I bill 90785 with 90837 when an interpreter is used?")
    assert answer.verdict == "no"
    assert ask(bot, "Can I bill 90785 with 90837?").verdict == "yes"


def test_a_statement_that_shares_no_word_with_the_question_gives_no_verdict(bot: Bot) -> None:
    assert ask(bot, "Do I need a diagnosis for 0591T?").verdict is None


@pytest.mark.parametrize(
    ("message", "verdict"),
    [
        ("medicare client at home on zoom, 90837 POS 10 correct?", "yes"),
        ("medicare client at home on zoom, 90837 POS 02 correct?", "no"),
        ("we see the kids at their school, is POS 11 ok?", "no"),
        ("we see the kids at their school, is POS 03 ok?", "yes"),
        ("do I need modifier 95 for a medicare video 90834", "no"),
        ("medicare phone session at home, 90834, is modifier 93 required?", "yes"),
        ("medicare phone session at home, 90834, is modifier 95 right?", "no"),
        ("UHC commercial 90791 by video at home, is modifier 95 required?", "no"),
    ],
)
def test_a_place_or_modifier_that_was_named_is_right_or_wrong(bot: Bot, message: str, verdict: str) -> None:
    assert ask(bot, message).verdict == verdict


@pytest.mark.parametrize(
    "message",
    ["front desk adds 25 to my 90837s, is that right", "may we put 59 on 99214", "can i put GT on 90834 for medicare"],
)
def test_a_modifier_on_a_line_that_does_not_take_it_is_a_no(bot: Bot, message: str) -> None:
    answer = ask(bot, message)
    assert answer.verdict == "no"
    assert "conflict" in {warning.kind for warning in answer.warnings}


@pytest.mark.parametrize(
    ("message", "verdict", "first"),
    [
        ("can 96159 go out by itself if we forgot 96158", "no", "96159 is an add-on code"),
        ("is 90840 billable alone", "no", "90840 is an add-on code"),
        ("is 99494 ok without 99492 or 99493", "no", "99494 is an add-on code"),
        ("can 96139 be billed without 96138", "no", "96139 is an add-on code"),
        ("are 90834 and 96158 bundled?", "yes", "bundled"),
        ("can I bill 90834 and 96158 together or are they bundled?", "no", "bundled"),
        ("is there an NCCI edit between 90837 and 99214?", "yes", "NCCI edition"),
        ("does NCCI have an edit between 97153 and 97155", "no", "shows no pair"),
        ("any NCCI edit on 99445 with 99457?", "depends", "came later"),
    ],
)
def test_how_the_question_about_codes_is_put_decides_the_verdict(
    bot: Bot, message: str, verdict: str, first: str
) -> None:
    answer = ask(bot, message)
    assert answer.verdict == verdict
    assert first in answer.sentences[0].text


@pytest.mark.parametrize(
    ("message", "verdict"),
    [
        ("our LCSW did 90837 and the psychiatrist did 99214 the same day, can both be billed?", "yes"),
        ("90837 by the LCSW and 99214 by the NP, same date, will it deny", "no"),
        ("psychologist does 96158 and NP does 99213 on the same date, ok to bill both", "yes"),
        ("can a psychiatrist bill 99213 and a different clinician 90834 the same day", "yes"),
        (
            "client saw her LCSW for 60 min therapy and the psychiatrist for a med check the same day, can both go out",
            "yes",
        ),
        ("can one therapist bill 90834 and a different therapist bill 90853 the same day", "depends"),
        ("can I bill 90837 and 99214 the same day", "no"),
        ("can an NP or PA bill 90837 with 99213", "no"),
        ("psychologist did 96156 and the LCSW 90834 the same day, both payable?", "no"),
    ],
)
def test_pairs_are_about_the_services_of_one_clinician(bot: Bot, message: str, verdict: str) -> None:
    answer = ask(bot, message)
    assert answer.verdict == verdict
    if verdict == "yes":
        assert "same practitioner" in answer.sentences[0].text
        assert not [row for row in answer.codes if row.role == "rejected"]


@pytest.mark.parametrize(
    ("message", "verdict"),
    [
        ("can an LMFT bill medicare directly", "yes"),
        ("can a psychologist bill medicare", "yes"),
        ("are LCSWs allowed to bill Medicare", "yes"),
        ("can I get credentialed with medicare as an LPC", "yes"),
        ("can an RN bill medicare on her own", "no"),
        ("can an LCSW bill Medicare for biofeedback", "no"),
        ("can MFTs bill Medicare for hospital inpatients", "no"),
    ],
)
def test_whether_medicare_enrolls_a_clinician_is_told_when_nothing_else_is_asked(
    bot: Bot, message: str, verdict: str
) -> None:
    assert ask(bot, message).verdict == verdict


@pytest.mark.parametrize(
    ("message", "verdicts"),
    [
        ("does medicare cover therapy", {"yes"}),
        ("does medicare pay for group therapy", {"yes"}),
        ("does medicare pay 90834", {"yes"}),
        ("does medicare cover 90875", {"no"}),
        ("is telehealth still covered by medicare", {"yes", None}),
        ("does UHC want POS 10", {"yes", None}),
        ("do coaches need an NPI", {"yes", "depends", None}),
        ("can I bill 90846 without the patient", {"yes"}),
        ("can I bill 90847 with the patient not there", {"no"}),
        ("can we bill 99490 twice a month", {"no"}),
        ("is 90862 deleted", {"yes"}),
        ("is 90862 still valid", {"no"}),
        ("can I bill for a no show", {"no"}),
    ],
)
def test_a_general_question_is_not_answered_by_what_holds_of_a_particular_case(
    bot: Bot, message: str, verdicts: set[str | None]
) -> None:
    assert ask(bot, message).verdict in verdicts
