"""Guidance is found for our field, for the payer and the date asked about, and never for anything else."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.engine import Bot
from bot.find import Found
from bot.question import Before, Facts
from bot.rank import payer_fit
from tests.bot.conftest import DAY

OTHER_FIELDS = (
    "How do I change the oil of my car?",
    "How long is a marathon",
    "recommend a good laptop for my nephew",
    "Which wine goes with grilled salmon?",
    "When does the next train to Boston leave?",
    "How tall is Mount Everest?",
    "Translate good morning into French",
    "What is the boiling point of water at high altitude",
    "Write a poem about autumn leaves",
    "How do I reset my wifi router?",
    "Best fertilizer for tomato plants",
    "zxqv blorp fnord",
)
OUR_FIELD = (
    "What must a psychotherapy note contain?",
    "How is interactive complexity documented?",
    "What supervision does Medicare want for incident-to therapy?",
    "Do coaches need an NPI?",
    "How long must records be kept for Medicare?",
    "When is audio-only psychotherapy paid by Medicare?",
    "Which consent does chronic care management need?",
    "Why was 90837 denied as not medically necessary?",
    "How are group notes written for 90853?",
    "What is a taxonomy code for a health coach?",
)


def found(bot: Bot, message: str, on: dt.date = DAY) -> tuple[Found, ...]:
    finder = bot._steps.finder
    question = finder.reader.read(message, Before(), on)
    return finder.find(question, tuple(mention.code for mention in question.facts.codes), on, limit=5)


@pytest.mark.parametrize("message", OTHER_FIELDS)
def test_nothing_is_found_for_another_field(bot: Bot, message: str) -> None:
    assert found(bot, message) == ()


@pytest.mark.parametrize("message", OUR_FIELD)
def test_something_is_found_for_ours(bot: Bot, message: str) -> None:
    hits = found(bot, message)
    assert 0 < len(hits) <= 5
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len({hit.statement.id for hit in hits}) == len(hits)
    assert all(0 <= hit.coverage <= 1 for hit in hits)


@pytest.mark.parametrize("on", [dt.date(2015, 6, 1), dt.date(2019, 12, 31), dt.date(2025, 6, 1), dt.date(2026, 12, 31)])
@pytest.mark.parametrize("message", OUR_FIELD[:4])
def test_only_statements_in_force_on_the_date_are_found(bot: Bot, message: str, on: dt.date) -> None:
    assert all(hit.statement.applies_on(on) for hit in found(bot, message, on))


@pytest.mark.parametrize("code", ["90837", "0591T", "96127", "99492", "H0038"])
def test_a_named_code_is_what_the_statements_are_about(bot: Bot, code: str) -> None:
    assert code in found(bot, f"What must be documented for {code}?")[0].statement.codes


def test_the_asked_payer_fits_best_and_another_one_worst(bot: Bot) -> None:
    rules = bot.knowledge.rules
    asked = Facts(payer="aetna")
    fits = [payer_fit(rules, asked, payer) for payer in ("aetna", "any", "cigna")]
    assert fits == sorted(fits, reverse=True)
    assert fits[0] > fits[1] > 0 > fits[2]
    assert payer_fit(rules, Facts(), "medicare") > 0 > payer_fit(rules, Facts(), "aetna")


def test_a_state_program_is_for_its_state(bot: Bot) -> None:
    rules = bot.knowledge.rules
    oregon = Facts(payer="medicaid", state="OR")
    fits = [payer_fit(rules, oregon, payer) for payer in ("medicaid-or", "medicaid", "any", "medicaid-tx")]
    assert fits[0] > fits[1] > fits[2] > fits[3]
    assert fits[3] < 0


@pytest.mark.parametrize(("payer", "others"), [("Aetna", {"cigna", "uhc", "tricare"}), ("Cigna", {"aetna", "uhc"})])
def test_guidance_of_another_plan_never_leads(bot: Bot, payer: str, others: set[str]) -> None:
    for asked in ("Is psychotherapy by phone covered by {}?", "Does {} need prior authorization for testing?"):
        hits = found(bot, asked.format(payer))
        assert hits == () or hits[0].statement.payer not in others
