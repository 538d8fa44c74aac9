"""Findings become one answer: strongest first, every piece of evidence numbered once, seven sentences at a glance."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answer import Answer, AnswerWarning, Assumption, Clarify, CodeAdvice, CodeRole, Sentence, Verdict
from bot.compose import SHOWN_SENTENCES, Notes, answer, compose, markdown, marked, shown_facts
from bot.evidence import Claim, Evidence, Finding, from_row
from bot.findings.advice import advice
from bot.question import CodeMention, Facts, Question
from bot.respond import ask_subject, nothing, past_horizon
from bot.turn import Draft, Turn
from corpus.knowledge import Knowledge
from tests.bot.conftest import DAY

KNOWLEDGE = Knowledge()


def row(code: str) -> Evidence:
    return from_row(KNOWLEDGE, KNOWLEDGE.codes.get(code), ("code", "label"))


def claim(text: str, *codes: str) -> Claim:
    return Claim(text, tuple(row(code) for code in codes or ("90834",)))


def advised(code: str, role: CodeRole = "mentioned") -> CodeAdvice:
    return advice(KNOWLEDGE, code, role, DAY)


def turn(*findings: Finding, polar: bool = False) -> Turn:
    question = Question(text="", facts=Facts(), stated=Facts(), polar=polar)
    return Turn(message="", today=DAY, item_id="t", question=question, findings=list(findings))


def composed(*findings: Finding, polar: bool = False) -> Draft:
    return compose(KNOWLEDGE, turn(*findings, polar=polar))


def answered(draft: Draft) -> Answer:
    held = turn()
    held.draft = draft
    return answer(KNOWLEDGE, held, {})


def test_the_first_finding_gives_verdict_bottom_line_and_question_back() -> None:
    ask, later = Clarify(slot="payer", question="Which payer?"), Clarify(slot="time", question="How long?")
    draft = composed(
        Finding((claim("One."),), rule="a"),
        Finding((claim("Two."),), verdict="no", clarify=ask, rule="b"),
        Finding((claim("Three."),), verdict="yes", clarify=later, rule="c"),
        polar=True,
    )
    assert [held.text for held in draft.claims] == ["One.", "Two.", "Three."]
    assert (draft.verdict, draft.clarify, draft.status) == ("no", ask, "answered")


def test_what_two_findings_say_is_shown_once() -> None:
    warning = AnswerWarning(kind="bundling", text="Bundled.", codes=("90834",))
    assumed = Assumption(slot="payer", value="medicare")
    finding = Finding((claim("Same."),), (advised("90834"),), (warning,), assumptions=(assumed,), rule="a")
    other = Finding((claim("Same."),), (advised("90834", "rejected"),), (warning,), assumptions=(assumed,), rule="b")
    draft = composed(finding, other)
    assert len(draft.claims) == len(draft.codes) == len(draft.warnings) == len(draft.assumptions) == 1
    assert draft.codes[0].role == "mentioned"


def test_codes_to_bill_come_before_codes_to_avoid() -> None:
    roles: tuple[CodeRole, ...] = ("mentioned", "rejected", "alternative", "recommended")
    codes = ("90791", "90832", "90834", "90837")
    draft = composed(Finding((claim("One."),), tuple(map(advised, codes, roles)), rule="a"))
    assert [held.role for held in draft.codes] == list(reversed(roles))


@pytest.mark.parametrize("polar", [True, False])
def test_only_a_polar_question_gets_the_verdict(polar: bool) -> None:
    draft = composed(Finding((claim("One."),), verdict="yes", rule="a"), polar=polar)
    assert draft.verdict == ("yes" if polar else None)


@pytest.mark.parametrize(
    ("findings", "status"),
    [
        ((), "no_evidence"),
        ((nothing(KNOWLEDGE),), "no_evidence"),
        ((past_horizon(KNOWLEDGE, dt.date(2030, 1, 1)),), "no_evidence"),
        ((ask_subject(KNOWLEDGE),), "needs_clarification"),
        ((Finding((claim("One."),), rule="a"),), "answered"),
    ],
)
def test_status_follows_from_what_was_found(findings: tuple[Finding, ...], status: str) -> None:
    assert composed(*findings).status == status


@pytest.mark.parametrize(
    ("verdict", "text", "shown"),
    [
        ("yes", "They go together.", "Yes. They go together."),
        ("no", "They do not.", "No. They do not."),
        ("depends", "Payers differ.", "It depends. Payers differ."),
        ("no", "No rule allows it.", "No rule allows it."),
        (None, "They go together.", "They go together."),
    ],
)
def test_the_bottom_line_begins_with_the_verdict(verdict: Verdict | None, text: str, shown: str) -> None:
    made = answered(Draft(verdict=verdict, claims=(claim(text), claim("More."))))
    assert [sentence.text for sentence in made.sentences] == [shown, "More."]


@given(st.lists(st.lists(st.sampled_from(["90791", "90832", "90834", "90837"]), max_size=3), min_size=1, max_size=12))
def test_evidence_is_numbered_in_order_of_use_and_once(cited: list[list[str]]) -> None:
    claims = tuple(Claim(f"Sentence {n}.", tuple(map(row, codes))) for n, codes in enumerate(cited))
    made = answered(Draft(claims=claims))
    assert [citation.n for citation in made.citations] == list(range(1, len(made.citations) + 1))
    assert len({(citation.ref, citation.quote) for citation in made.citations}) == len(made.citations)
    numbers = [n for sentence in (*made.sentences, *made.more) for n in sentence.citations]
    assert list(dict.fromkeys(numbers)) == list(range(1, len(made.citations) + 1))
    held = {citation.n: citation.ref for citation in made.citations}
    for sentence, codes in zip((*made.sentences, *made.more), cited, strict=True):
        assert [held[n] for n in sentence.citations] == [f"codes:{code}" for code in dict.fromkeys(codes)]


@pytest.mark.parametrize("number", [1, SHOWN_SENTENCES, SHOWN_SENTENCES + 1, 20])
def test_the_rest_goes_behind_more(number: int) -> None:
    made = answered(Draft(claims=tuple(claim(f"Sentence {n}.") for n in range(number))))
    assert len(made.sentences) == min(number, SHOWN_SENTENCES)
    assert len(made.sentences) + len(made.more) == number


def test_a_citation_carries_its_sources() -> None:
    statement = KNOWLEDGE.statements.get("psychotherapy-002")
    notes = Notes(KNOWLEDGE)
    evidence = Evidence("statement", statement.id, statement.topic_title, statement.text, sources=statement.sources)
    assert notes.number(evidence) == notes.number(evidence) == 1
    shown = notes.citations[0]
    assert shown.quote == statement.text
    assert [source.title for source in shown.sources] == [KNOWLEDGE.sources.get(s).title for s in statement.sources]


def test_markdown_is_the_bottom_line_then_a_list_then_the_question_back() -> None:
    sentences = [Sentence(text="First.", citations=(1, 2)), Sentence(text="Second.", citations=(2,))]
    ask = Clarify(slot="payer", question="Which payer?", options=("Medicare", "Aetna"))
    assert markdown(sentences, ask).split("\n\n") == [
        "First. [1] [2]",
        "- Second. [2]",
        "Which payer? (Medicare / Aetna)",
    ]
    assert markdown([], ask) == "Which payer?"
    assert markdown([], None) == ""
    assert marked(Sentence(text="Bare.")) == "Bare."


def test_facts_are_shown_as_short_texts() -> None:
    facts = Facts(codes=(CodeMention(code="90834", units=2),), services=("a", "b"), minutes=45, date=DAY)
    assert shown_facts(facts) == {"codes": "90834", "services": "a, b", "minutes": "45", "date": "2026-03-02"}
    assert shown_facts(Facts()) == {}
