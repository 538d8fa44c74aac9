"""Nothing unsupported reaches the reader: wrong figures planted behind the rules are dropped before display."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from bot.answer import AnswerWarning, CodeAdvice, CodeRole
from bot.decide.case import Case
from bot.engine import Bot
from bot.evidence import Claim, Evidence, Finding, computed, from_row, from_statement
from bot.findings.advice import advice
from bot.question import Facts, Question
from bot.turn import Draft, Turn
from bot.verify import check_answer
from corpus.knowledge import Knowledge
from tests.bot.conftest import DAY

KNOWLEDGE = Knowledge()
ROW = KNOWLEDGE.codes.get("90834")
EVIDENCE = from_row(KNOWLEDGE, ROW, ("code", "label", "min_minutes", "max_minutes", "effective_from"))
STATEMENT = KNOWLEDGE.statements.get("psychotherapy-002")
READ = Question(text="", facts=Facts(), stated=Facts())
GOOD = Claim("90834 is individual therapy, 38 to 52 minutes.", (EVIDENCE,))

# A statement that tells its own time may be shown as history, whatever the date of service.
DATED = re.compile(r"\b(19|20)\d\d\b|\b(until|since|before|after|no longer|was|were|had)\b")


def evidence(quote: str, ref: str = "codes:90834") -> Evidence:
    return Evidence("table", ref, "Code table", quote)


UNSUPPORTED = {
    "number": Claim("90834 needs 45 minutes.", (EVIDENCE,)),
    "number in words": Claim("90834 allows three units a day.", (EVIDENCE,)),
    "range": Claim("90834 lasts 38 to 60 minutes.", (EVIDENCE,)),
    "code": Claim("90837 lasts 38 to 52 minutes.", (EVIDENCE,)),
    "date": Claim("90834 holds since 2014-01-01.", (EVIDENCE,)),
    "modifier": Claim("Add modifier 95 to 90834.", (EVIDENCE,)),
    "amount": Claim("90834 pays $113.90.", (EVIDENCE,)),
    "quote": Claim("90834 lasts 38 to 99 minutes.", (evidence("code: 90834; min_minutes: 38; max_minutes: 99"),)),
    "record": Claim("90834 is individual therapy.", (evidence("code: 90834", "codes:99999"),)),
    "statement": Claim(
        "Coaches may bill 90834.", (Evidence("statement", STATEMENT.id, "", "Coaches may bill 90834."),)
    ),
    "no evidence": Claim("Coaches are always paid.", ()),
    "arithmetic": Claim(
        "60 minutes is 90834 x 3.",
        (computed("time:psychotherapy/cpt", "The count", "60 / 15 = 3: 90834 x 3."), EVIDENCE),
    ),
    "deleted as current": Claim(
        "96150 may be billed today.", (from_row(KNOWLEDGE, KNOWLEDGE.codes.get("90834"), ("code",)),)
    ),
}


def _advised(code: str, role: CodeRole = "recommended", **change: object) -> CodeAdvice:
    return advice(KNOWLEDGE, code, role, DAY).model_copy(update=change)


def planted(bot: Bot, finding: Finding, monkeypatch: pytest.MonkeyPatch, asked: str = "zxqv blorp fnord") -> str:
    """Everything that is displayed when the rules find `finding`; the answer itself is always proven."""

    def rule(case: Case) -> Finding:
        return finding

    monkeypatch.setattr("bot.decide.RULES", (rule,))
    answer = bot.ask(asked, date=DAY)
    assert check_answer(answer, bot.knowledge) == ()
    return answer.model_dump_json()


@pytest.mark.parametrize("wrong", UNSUPPORTED.values(), ids=UNSUPPORTED.keys())
def test_an_unsupported_sentence_is_dropped_and_the_rest_stays(
    bot: Bot, monkeypatch: pytest.MonkeyPatch, wrong: Claim
) -> None:
    shown = planted(bot, Finding((wrong, GOOD), rule="planted"), monkeypatch)
    assert wrong.text not in shown
    assert GOOD.text in shown


def test_a_verdict_falls_with_its_reason(bot: Bot) -> None:
    wrong = UNSUPPORTED["code"]
    for claims, verdict in (((wrong, GOOD), None), ((GOOD, wrong), "yes")):
        turn = Turn(message="", question=READ, today=DAY, item_id="t", draft=Draft(verdict="yes", claims=claims))
        bot._steps.verify(turn, {})
        assert turn.answer is not None
        assert turn.answer.verdict == verdict


@pytest.mark.parametrize("wrong", UNSUPPORTED.values(), ids=UNSUPPORTED.keys())
def test_when_nothing_is_supported_nothing_is_claimed(bot: Bot, wrong: Claim) -> None:
    turn = Turn(message="", question=READ, today=DAY, item_id="t", draft=Draft(verdict="yes", claims=(wrong,)))
    turn.draft.codes = (_advised("90834"),)
    bot._steps.verify(turn, {})
    assert turn.answer is not None
    assert (turn.answer.status, turn.answer.verdict, turn.answer.codes) == ("no_evidence", None, ())
    assert wrong.text not in turn.answer.model_dump_json()
    assert turn.dropped == 1


@pytest.mark.parametrize(
    "wrong",
    [
        _advised("90834", descriptor="Individual therapy, any length."),
        _advised("90834", units=7),
        _advised("90834", modifiers=("HQ",)),
        _advised("90834", pos=("53",)),
        _advised("96150"),
        _advised("96150", status="active"),
        _advised("90834", status="deleted"),
    ],
    ids=["descriptor", "units", "modifier", "place", "deleted recommended", "deleted as active", "active as deleted"],
)
def test_advice_that_the_tables_do_not_bear_out_is_dropped(
    bot: Bot, monkeypatch: pytest.MonkeyPatch, wrong: CodeAdvice
) -> None:
    planted(bot, Finding((GOOD,), (wrong,), rule="planted"), monkeypatch)
    assert bot.ask("zxqv blorp fnord", date=DAY).codes == ()


def test_advice_that_they_bear_out_stays(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    right = _advised("90834", units=1)
    assert right.model_dump_json() in planted(bot, Finding((GOOD,), (right,), rule="planted"), monkeypatch)


def test_a_warning_with_an_unsupported_figure_is_dropped(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = AnswerWarning(kind="units_limit", text="90834 is limited to 77 units a day.", codes=("90834",))
    right = AnswerWarning(kind="payer_varies", text="Payers differ on 90834.", codes=("90834",))
    shown = planted(bot, Finding((GOOD,), warnings=(wrong, right), rule="planted"), monkeypatch)
    assert wrong.text not in shown
    assert right.text in shown


def test_a_statement_out_of_force_on_the_date_is_dropped(bot: Bot) -> None:
    row = next(row for row in KNOWLEDGE.statements if row.effective_from and not DATED.search(row.text))
    assert row.effective_from is not None
    for on, kept in ((row.effective_from, True), (row.effective_from - dt.timedelta(days=1), False)):
        claim = Claim(row.text, (from_statement(KNOWLEDGE, row),))
        turn = Turn(message="", question=READ, today=on, item_id="t", draft=Draft(claims=(claim,)))
        bot._steps.verify(turn, {})
        assert turn.answer is not None
        assert (turn.answer.status == "answered") is kept
