"""Identifiers of people never get past the guard, and nothing that a claim needs is touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.guard import redact
from corpus.knowledge import Knowledge
from eval.phi import measure, messages

QUESTIONS = (Path(__file__).parent / "billing_questions.txt", Path(__file__).parent / "billing_heldout.txt")


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("pt John Q Harmon SSN 219-09-9999, 30 min", "pt [NAME] SSN [SSN], 30 min"),
        ("my client Susan Webb wants a superbill", "my client [NAME] wants a superbill"),
        ("couples w her husband Dan, 50 min, she has F41.1", "couples w her husband [NAME], 50 min, she has F41.1"),
        ("Ava Lindqvist age 9, 14 Birch Ln Duluth, 45 min", "[NAME] age 9, [ADDRESS], 45 min"),
        ("pt jane doe 45 min", "pt [NAME] 45 min"),
        ("PT JOHN SMITH 45 MIN CODE?", "PT [NAME] 45 MIN CODE?"),
        ("Mr. Smith came with mom Jane", "Mr. [NAME] came with mom [NAME]"),
        ("Smith, John dob 1987-03-04", "[NAME] dob [DOB]"),
        ("client Zoë Yamamoto-Okafor, 53 min", "client [NAME], 53 min"),
        ("born March 3, 1987, seen 3/4/2025", "born [DOB], seen 3/4/2025"),
        ("MRN 00482913 and member ID W12345678", "MRN [MRN] and member ID [MEMBER ID]"),
        ("claim number 20260098812, auth # A99123", "claim number [CLAIM ID], auth # [AUTHORIZATION]"),
        ("MBI 1EG4-TE5-MK73", "MBI [MEMBER ID]"),
        ("call 218-555-0147 or (218) 555-0147", "call [PHONE] or [PHONE]"),
        ("mail susan.webb84@gmail.com", "mail [EMAIL]"),
        ("lives at 14 Birch Ln, Duluth, MN 55802", "lives at [ADDRESS], MN [ADDRESS]"),
        ("93 yo pt, CCM 20 min", "[AGE OVER 89] yo pt, CCM 20 min"),
        ("pt Jane Doe came; Jane left after 20 min", "pt [NAME] came; [NAME] left after 20 min"),
        ("pt Jackson Reed, MS needs 90837", "pt [NAME], MS needs 90837"),
        ("2 phq9 forms for leocadia vantongeren, units of 96127?", "2 phq9 forms for [NAME], units of 96127?"),
        ("saw thandiwe mokoena, 45 min, code", "saw [NAME], 45 min, code"),
        ("Jaylen Oduya, 3rd grader at 114 Maple Hollow Rd, 20 min", "[NAME], 3rd grader at [ADDRESS], 20 min"),
        ("Kwabena Asantewaa needs 90847", "[NAME] needs 90847"),
        ("session at 3 Pine Hollow Ct, 25 min", "session at [ADDRESS], 25 min"),
        ("I saw Tyler in Austin, 90837", "I saw [NAME] in Austin, 90837"),
    ],
)
def test_identifiers_are_replaced(message: str, shown: str, knowledge: Knowledge) -> None:
    assert redact(message, knowledge)[0] == shown


@pytest.mark.parametrize(
    "message",
    [
        "90834-95 for Aetna, POS 10, DOS 10/15/2025, $103.43, auth 90837?",
        "NPI 1234567893 for the LCSW, taxonomy 171400000X",
        "Is Oscar or Kaiser Permanente paying 90837 in Georgia?",
        "Client May need 90839, pt will call in April",
        "patient Medicare 45 min",
        "rate for 90834 in St Paul, and 90837 in Ft Worth?",
        "90837 in Alexandria, VA; 90834 in Eugene Oregon; what's 90791 in Carson City",
        "Blue Cross of North Carolina, policy from March 2024",
        "90834 for chula vista, ca; 90837 for rancho cucamonga, ca",
        "bill to tebra kareo, 90834 for behav hlth clinic",
        "Ambetter Sunflower denied 90834 for carelon beacon members",
        "99417 with spravato esketamine, 2 units of 96127 for phq9 scoring",
        "Beck inventory and Hamilton scale, 96127 x2",
        "seen on 1/5/2019 and 2019-01-05, January 5, 2019",
        "Can Dr. Patel bill 99214?",
        "age 9, 14 yo, 65 year old patient",
        "claim 90837 denied CO-97, CARC 16, N115",
        "53 minutes, 3 hours, 16-37 min, 1,000 units",
    ],
)
def test_what_a_claim_needs_is_never_touched(message: str, knowledge: Knowledge) -> None:
    assert redact(message, knowledge) == (message, ())


def test_kinds_are_told_and_values_are_not(knowledge: Knowledge) -> None:
    shown, kinds = redact("pt Jane Doe, SSN 219-09-9999", knowledge)
    assert kinds == ("NAME", "SSN")
    assert "Doe" not in shown
    assert "9999" not in shown


def test_no_billing_question_is_touched(knowledge: Knowledge) -> None:
    asked = [line for path in QUESTIONS for line in path.read_text(encoding="utf-8").splitlines()]
    assert [line for line in asked if redact(line, knowledge)[1]] == []


def test_no_statement_of_the_corpus_is_touched_but_its_addresses(knowledge: Knowledge) -> None:
    touched = {kind for row in knowledge.statements for kind in redact(row.text, knowledge)[1]}
    assert touched <= {"EMAIL"}


@pytest.mark.parametrize("seed", [2026, 7])
def test_recall_and_precision_on_a_thousand_messages(seed: int, knowledge: Knowledge) -> None:
    scores = measure(knowledge, list(messages(1000, seed)))
    assert scores.recall >= 0.97
    assert scores.precision >= 0.99
    assert scores.touched == ()
