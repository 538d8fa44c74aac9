"""Talks of several turns: ellipsis, pronouns, corrections, parts of the same matter, and turns that only take in."""

from __future__ import annotations

import pytest

from bot.answer import Answer
from bot.engine import Bot
from corpus.codes import codes_in
from tests.bot.conftest import Talk


def recommended(answer: Answer) -> list[tuple[str, int | None]]:
    return [(row.code, row.units) for row in answer.codes if row.role == "recommended"]


def statements(answer: Answer) -> list[str]:
    return [cited.ref for cited in answer.citations if cited.kind == "statement"]


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        (
            ("tech gave the neuropsych tests, 95 min", "the neuropsychologist then spent 100 min on the report"),
            [("96132", 1), ("96133", 1)],
        ),
        (("psychologist gave tests for 60 min", "and 90 min on interpretation and the report?"), [("96130", 1)]),
        (("97153 by our RBT for 2 hours", "and the bcba did parent training for 45 min"), [("97156", 3)]),
        (
            (
                "ABA 97153 by our RBT, 50 min. units?",
                "sorry it was the BCBA with the kid and she changed the program",
            ),
            [("97155", 3)],
        ),
    ],
)
def test_another_part_of_the_same_matter_is_read_as_such(
    talk: Talk, turns: tuple[str, ...], expected: list[tuple[str, int]]
) -> None:
    assert recommended(talk(*turns)) == expected


@pytest.mark.parametrize(
    ("turns", "verdict"),
    [
        (("90785 was denied with 90847", "can I add it to group 90853?"), "yes"),
        (("can G0444 go with an annual wellness visit?", "it's her first AWV, G0438"), "no"),
        (("psychiatrist, 99214 with 90836", "can i tack on 99417 when we run over?"), "no"),
        (("psych NP doing 99214 with 90836", "does the 99214 need a 25 on it?"), "no"),
        (("medicare denied a session with CO-29", "can i appeal it"), "no"),
        (("medicare denied a session with CO-29", "can i appeal it", "ok then can i just bill the patient"), "no"),
    ],
)
def test_a_verdict_is_about_the_whole_talk(talk: Talk, turns: tuple[str, ...], verdict: str) -> None:
    assert talk(*turns).verdict == verdict


@pytest.mark.parametrize(
    ("turns", "wanted"),
    [
        (
            ("medicaid client missed her appt. no show fee ok?", "what about my medicare ones"),
            "psychotherapy-153",
        ),
        (("how long do i have to appeal a medicare denial", "and the next level after that one?"), "claims-224"),
        (
            ("high complexity pt seen day 6 after psych discharge, code?", "no he came in on day 10"),
            "caremgmt-111",
        ),
        (("quit smoking counseling 15 min, which code", "how many of those will medicare pay a year"), "coaching-101"),
    ],
)
def test_a_turn_of_few_words_is_looked_up_with_the_matter_of_the_talk(
    talk: Talk, turns: tuple[str, ...], wanted: str
) -> None:
    assert wanted in statements(talk(*turns))


def test_a_fact_alone_asks_the_same_again(talk: Talk) -> None:
    talk("medicare video therapy, pt at home, 90834. pos and modifier?")
    assert "modifier 93" in talk("her wifi died so the whole thing was by phone instead").answer


def test_the_place_in_person_is_the_one_named_before(talk: Talk) -> None:
    talk("medicare telehealth, patient at her house. POS?", "she is in a motel this month, still on video")
    assert "POS 16" in talk("and if i drive over and see her there in person?").answer


@pytest.mark.parametrize("closing", ["ok", "got it, thanks", "great", "ok cool", "makes sense, thank you so much"])
def test_taking_an_answer_in_neither_asks_nor_loses_anything(talk: Talk, closing: str) -> None:
    first = talk("individual therapy for 40 minutes, Aetna")
    assert talk(closing).codes == ()
    assert talk("are you sure?").sentences[1:] == first.sentences
    later = talk("and 60 minutes?")
    assert recommended(later) == [("90837", 1)]
    assert later.facts["payer"] == "aetna"


@pytest.mark.parametrize("message", ["ok", "great"])
def test_a_closing_word_alone_is_no_question(bot: Bot, message: str) -> None:
    assert bot.ask(message).codes == ()


def test_the_matter_of_a_talk_holds_no_payer_and_no_word_of_the_message_alone(bot: Bot, talk: Talk) -> None:
    talk("dear quibblefrost, can i charge my medicaid client a no show fee")
    from langchain_core.runnables import RunnableConfig

    config: RunnableConfig = {"configurable": {"thread_id": talk.id}}
    held = bot.conversations.saver.get(config)
    assert held is not None
    about = held["channel_values"]["about"]
    assert "fee" in about
    assert not {"quibblefrost", "dear", "medicaid"} & set(about)


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        (("health coach 1:1 45 min", "first visit actually"), [("0591T", 1)]),
        (("what is 0593T", "one on one, 45 minutes, later session"), [("0592T", 1)]),
    ],
)
def test_what_only_says_the_form_of_a_service_is_no_new_service(
    talk: Talk, turns: tuple[str, ...], expected: list[tuple[str, int]]
) -> None:
    assert recommended(talk(*turns)) == expected


def test_a_code_gives_its_service_when_another_form_is_meant(talk: Talk) -> None:
    later = talk("whats 99492", "and the months after that")
    assert "99493" in {row.code for row in later.codes}


@pytest.mark.parametrize(
    ("turns", "verdict"),
    [
        (("pt was late so only 14 min of therapy. can i bill",), "no"),
        (("pt was late so only 14 min of therapy. can i bill", "and 16?"), "yes"),
        (("is 20 min of therapy enough to bill",), "yes"),
    ],
)
def test_a_time_alone_gets_yes_or_no(talk: Talk, turns: tuple[str, ...], verdict: str) -> None:
    assert talk(*turns).verdict == verdict


def test_the_visit_of_a_pair_is_its_code(talk: Talk) -> None:
    held = talk("96127 with 99213 for aetna", "ok and the office visit, does that need a 25")
    assert {"96127", "99213"} <= set(codes_in(held.facts["codes"]))


def test_what_people_did_is_no_foreign_subject(talk: Talk) -> None:
    talk("can an LPC associate bill medicare incident to")
    assert talk("the supervisor was on vacation that day").status == "answered"


def test_one_of_two_codes_is_no_pair(bot: Bot) -> None:
    assert "together" not in bot.ask("90846 or 90847 if mom came alone").answer


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        (
            ("nurse logged 25 min CCM in november", "she found another 18 she forgot to enter"),
            [("99490", 1), ("99439", 1)],
        ),
        (("RPM time, 14 min this month", "add 12 more from today"), [("99457", 1)]),
        (("therapy 58 min, code?", "minus 10 for the note writing"), [("90834", 1)]),
        (("therapy 45 min, code?", "and another 60 min session?"), [("90837", 1)]),
        (("therapy 45 min, code?", "and 10 minutes more than that?"), [("90837", 1)]),
    ],
)
def test_minutes_are_added_to_those_said_before(
    talk: Talk, turns: tuple[str, ...], expected: list[tuple[str, int]]
) -> None:
    assert recommended(talk(*turns)) == expected


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        (("99213 plus 25 min of therapy by our psych NP, codes?", "no wait, 41 min of therapy"), "90836"),
        (("CO-97 on 90834, it went out with 99214", "same provider, a psych NP. 20 min of it was therapy"), "90833"),
        (("99213 with a half hour of therapy", "what if theres no med part, just therapy", "and it runs 45"), "90834"),
    ],
)
def test_the_visit_said_before_stays_until_it_is_taken_back(talk: Talk, turns: tuple[str, ...], expected: str) -> None:
    assert recommended(talk(*turns))[0] == (expected, 1)


@pytest.mark.parametrize(
    "doubt",
    [
        "are you sure it isn't 90834? that's what the last biller put",
        "isnt it 90834? my supervisor says so",
        "that's wrong, it should be 90834",
        "you sure? I was told it's 90834",
        "shouldn't that be 90834",
    ],
)
def test_another_code_without_another_fact_changes_no_answer(talk: Talk, doubt: str) -> None:
    first = talk("LCSW, individual therapy 55 min, code?")
    again = talk(doubt)
    assert recommended(again) == [("90837", 1)]
    assert again.sentences[1:] == first.sentences
    assert recommended(talk("and 45?")) == [("90834", 1)]


def test_another_fact_beside_another_code_is_heard(talk: Talk) -> None:
    talk("LCSW, individual therapy 55 min, code?")
    assert talk("isnt it 90834? it was 50 minutes").verdict == "yes"


def test_the_amount_is_asked_again_in_another_place(talk: Talk) -> None:
    talk("LCSW here. 55 minute individual session, code?")
    assert "$125.25" in talk("what does medicare pay for it?").sentences[0].text
    later = talk("and if I see her at the hospital outpatient clinic instead of my office?")
    assert "$101.45" in later.sentences[0].text
    assert later.verdict is None


def test_visits_after_the_first_are_no_intake(talk: Talk) -> None:
    talk("I'm an NBC-HWC. code for the very first visit?")
    assert recommended(talk("ok and the ones after that, they run 40 min")) == [("0592T", 1)]


def test_a_service_as_well_is_a_pair_with_the_one_before(talk: Talk) -> None:
    talk("psychologist, 36 min of health behavior intervention with a diabetic, individual. code?")
    assert talk("and if I do psychotherapy for his depression that day as well?").verdict == "no"


def test_one_of_a_group_alone_is_an_individual(talk: Talk) -> None:
    talk("NBC-HWC group coaching, 45 minutes, 8 clients, code?")
    assert recommended(talk("and if just one of them comes back for a solo follow up that long")) == [("0592T", 1)]
