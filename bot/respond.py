"""Replies that state no billing fact: declined, nothing found, past the horizon, a question back, a greeting."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable

from bot.answer import Answer, AnswerWarning, Clarify, Sentence
from bot.evidence import Claim, Evidence, Finding, from_row
from bot.records import COVERAGE
from bot.turn import Turn
from corpus.guard_rows import Decline
from corpus.knowledge import Knowledge

NOTHING, ASK, PAST_HORIZON, SMALL_TALK = "nothing", "ask", "horizon", "small-talk"
"""Rules whose findings are not an answer."""


def fixed(knowledge: Knowledge, key: str, *more: Evidence, **values: str) -> Claim:
    """The fixed text `key` with its placeholders filled; `more` is the evidence for what was filled in."""
    row = knowledge.fixed_texts[key]
    return Claim(row.text.format(**values), (from_row(knowledge, row, ("key", "text")), *more))


def past_horizon(knowledge: Knowledge, on: dt.date) -> Finding:
    """Says that nothing is known for a date of service past the horizon."""
    horizon = knowledge.coverage.horizon.isoformat()
    row = knowledge.fixed_texts["beyond-horizon"]
    text = row.text.format(date=on.isoformat(), horizon=horizon)
    warning = AnswerWarning(kind="vintage", text=text)
    covered = Evidence("table", COVERAGE, "What the knowledge covers", f"horizon: {horizon}")
    claim = Claim(text, (from_row(knowledge, row, ("key", "text")), covered))
    return Finding((claim,), warnings=(warning,), rule=PAST_HORIZON)


def unknown_code(knowledge: Knowledge, code: str, near: tuple[str, ...]) -> Finding:
    """Says that a code is in no table, with near ones when there are any."""
    key, values = ("unknown-code-near", {"near": ", ".join(near)}) if near else ("unknown-code", {})
    row = knowledge.fixed_texts[key]
    text = row.text.format(code=code, **values)
    warning = AnswerWarning(kind="unknown_code", text=text, codes=(code,))
    return Finding((Claim(text, (from_row(knowledge, row, ("key", "text")),)),), warnings=(warning,), rule="unknown")


def nothing(knowledge: Knowledge) -> Finding:
    """Says that no evidence was found, and what would help."""
    return Finding((fixed(knowledge, "no-evidence"), fixed(knowledge, "no-evidence-hint")), rule=NOTHING)


def unheld(knowledge: Knowledge, row: Decline) -> Finding:
    """Says that things of this kind (contacts, statistics, forecasts) are held nowhere, and what can be asked."""
    told = (Claim(row.reply, (from_row(knowledge, row, ("kind", "reply")),)),)
    more = (Claim(row.help, (from_row(knowledge, row, ("kind", "help")),)),) if row.help else ()
    return Finding((*told, *more), rule=NOTHING)


def not_held(knowledge: Knowledge) -> Finding:
    """Says that amounts of other payers than Medicare are not held."""
    return Finding((fixed(knowledge, "other-amounts"),), rule="price")


def no_position(knowledge: Knowledge, payer: str, code: str) -> Finding:
    """Says that nothing is held of a payer on a code, which is neither permission nor refusal."""
    claim = fixed(knowledge, "no-position", payer=payer, code=code)
    warning = AnswerWarning(kind="payer_varies", text=claim.text, codes=(code,))
    return Finding((claim,), warnings=(warning,), verdict="depends", rule="coverage")


def unanswered(findings: Iterable[Finding]) -> bool:
    """Whether nothing was found but the fixed texts that say so or ask back."""
    return {finding.rule for finding in findings if finding.claims} <= {NOTHING, ASK}


def ask_subject(knowledge: Knowledge, basis: str = "ask-subject-basis") -> Finding:
    """Asks which service, code and payer are meant; `basis` is the fixed text that says why."""
    question = knowledge.fixed_texts["ask-subject"].text
    clarify = Clarify(slot="service", question=question)
    return Finding((fixed(knowledge, basis),), clarify=clarify, rule=ASK)


def ask_back(knowledge: Knowledge, about: Collection[str]) -> tuple[Finding, str] | None:
    """Asks what a question turns on, and the value of `about` (`Question.bare`) by which; the table's order ranks."""
    held = (key.removeprefix(_ASK_BACK) for key in knowledge.fixed_texts if key.startswith(_ASK_BACK))
    value = next((value for value in held if value in about), None)
    if value is None:
        return None
    clarify = Clarify(slot="service", question=knowledge.fixed_texts[f"{_ASK_BACK}{value}{_QUESTION}"].text)
    return Finding((fixed(knowledge, f"{_ASK_BACK}{value}"),), clarify=clarify, rule=ASK), value


_ASK_BACK, _QUESTION = "ask-back-", "-question"


def ask_service(knowledge: Knowledge, service: str) -> Finding:
    """Asks whether `service` is meant, which a chat model read into a message that names none."""
    label = next(row.label for row in knowledge.services if row.service == service)
    clarify = Clarify(slot="service", question=knowledge.fixed_texts["ask-service"].text, options=(label,))
    return Finding((fixed(knowledge, "ask-subject-basis"),), clarify=clarify, rule=ASK)


def small_talk(knowledge: Knowledge, key: str) -> Finding:
    """A greeting or what the assistant can do."""
    return Finding((fixed(knowledge, key),), rule=SMALL_TALK)


def declined(knowledge: Knowledge, turn: Turn, versions: dict[str, str]) -> Answer:
    """The reply of `declines.csv` to what the guard declined: short, with what can be asked instead."""
    screened = turn.screened
    assert screened is not None, "guarded first"
    decline = screened.decline
    assert decline is not None, "only what was declined comes here"
    reply = f"{decline.reply} {decline.help}".strip()
    warnings: tuple[AnswerWarning, ...] = ()
    if screened.phi:
        text = knowledge.fixed_texts["phi"].text.format(kinds=", ".join(screened.phi))
        warnings = (AnswerWarning(kind="phi", text=text),)
    return Answer(
        id=turn.item_id,
        question=screened.text,
        status=decline.status,
        verdict=None,
        answer=reply,
        codes=(),
        warnings=warnings,
        clarify=None,
        sentences=(Sentence(text=decline.reply), Sentence(text=decline.help))
        if decline.help
        else (Sentence(text=reply),),
        citations=(),
        assumptions=(),
        as_of=turn.on.isoformat(),
        knowledge=versions,
    )
