"""Every code of the table can be looked up by its number alone, today and while it lived, with proof."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.answer import Answer
from bot.engine import Bot
from bot.findings.advice import descriptor
from bot.verify import check_answer
from corpus.knowledge import Knowledge
from corpus.rows import Code
from tests.bot.conftest import DAY

CHUNKS = 12
ROWS = tuple(Knowledge().codes)
GONE = tuple(row for row in ROWS if row.effective_to is not None and row.effective_to < DAY)


def problems(bot: Bot, answer: Answer, row: Code, on: dt.date) -> list[str]:
    """What is wrong with the look-up of one code."""
    codes = bot.knowledge.codes
    shown = next((held for held in answer.codes if held.code == row.code), None)
    if answer.status != "answered" or shown is None:
        return [f"{row.code}: not shown"]
    status = codes.status(row.code, on)
    found = [f"{row.code}: {problem}" for problem in check_answer(answer, bot.knowledge)]
    if (shown.status, shown.descriptor, shown.descriptor_source) != (status, *descriptor(bot.knowledge, row.code, on)):
        found.append(f"{row.code}: {shown.status} {shown.descriptor!r}")
    if (shown.role == "rejected") != (status != "active"):
        found.append(f"{row.code}: {shown.role} though {status}")
    if status == "deleted":
        beside = {held.code for held in answer.codes if held.role == "alternative"}
        missing = {after.code for after in codes.successors(row.code, on)} - beside
        found += [f"{row.code}: replacement {code} not shown" for code in missing]
        if "deleted_code" not in {warning.kind for warning in answer.warnings}:
            found.append(f"{row.code}: no warning")
        if row.effective_to and row.effective_to.isoformat() not in answer.answer:
            found.append(f"{row.code}: last day not told")
    return found


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_every_code_is_told_with_descriptor_status_and_replacement(bot: Bot, chunk: int) -> None:
    wrong = [text for row in ROWS[chunk::CHUNKS] for text in problems(bot, bot.ask(row.code, date=DAY), row, DAY)]
    assert wrong == []


def test_the_table_holds_active_and_deleted_codes() -> None:
    assert len(ROWS) > 700
    assert len(GONE) > 50


@pytest.mark.parametrize("chunk", range(2))
def test_a_deleted_code_is_active_on_its_last_day_and_gone_on_the_next(bot: Bot, chunk: int) -> None:
    wrong = []
    for row in GONE[chunk::6]:
        assert row.effective_to is not None
        for on in (row.effective_to, row.effective_to + dt.timedelta(days=1)):
            wrong += problems(bot, bot.ask(row.code, date=on), row, on)
    assert wrong == []


def test_codes_are_found_however_they_are_typed(bot: Bot) -> None:
    for typed in ("h0038", "CPT 90834", "HCPCS G0444", "what's 90834?", "G2012s"):
        found = [row.code for row in bot.ask(typed, date=DAY).codes]
        assert any(code in typed.upper() for code in found), typed


@pytest.mark.parametrize("code", [row.code for row in Knowledge().neighbours.values()][::3])
def test_a_code_of_a_neighboring_field_is_named_as_such(bot: Bot, code: str) -> None:
    row = bot.knowledge.neighbours[code]
    answer = bot.ask(f"Can I bill {code}?", date=DAY)
    assert answer.verdict == "no"
    assert row.field in answer.sentences[0].text
    assert code not in [held.code for held in answer.codes]
    assert f"neighbourcode:{code}" in [citation.ref for citation in answer.citations]
    assert [(warning.kind, warning.codes) for warning in answer.warnings] == [("unknown_code", (code,))]
    assert check_answer(answer, bot.knowledge) == ()


@pytest.mark.parametrize(("typed", "near"), [("90873", "90837"), ("0529T", "0592T"), ("H9999", None)])
def test_an_unknown_code_is_never_explained_but_near_ones_are_offered(bot: Bot, typed: str, near: str | None) -> None:
    answer = bot.ask(f"What is {typed}?", date=DAY)
    assert answer.codes == ()
    assert answer.verdict is None
    told = answer.sentences[0].text if answer.sentences else ""
    assert near is None or near in told
    if near is not None:
        assert [(warning.kind, warning.codes) for warning in answer.warnings] == [("unknown_code", (typed,))]


@pytest.mark.parametrize("asked", ["Can I bill 99999?", "Is 90873 covered?", "Does Medicare pay 0529T?"])
def test_an_unknown_code_gets_no_yes_or_no(bot: Bot, asked: str) -> None:
    answer = bot.ask(asked, date=DAY)
    assert answer.verdict is None
    assert answer.codes == ()
