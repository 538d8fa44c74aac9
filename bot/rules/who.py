"""Who may report a code, in which role and under which supervision, and what share Medicare allows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from bot.evidence import Evidence, from_row
from bot.rules.answers import Applies
from bot.rules.cite import cited
from corpus.knowledge import Knowledge
from corpus.rows import Code, VocabularyWord
from corpus.rule_rows import Performer, WhoRule
from corpus.statements import ANY_PAYER

Role = Literal["reports", "furnishes", "none", "unknown"]

_OPEN = "open"


@dataclass(frozen=True, slots=True)
class WhoResult:
    """Whether a performer may report a code to a payer.

    `state`: `applies` may report or furnish, `not_applicable` may not, `no_data` nothing held (the payer, state or
    license decides). `role`: `reports` in their own name, `furnishes` as staff of the practitioner who bills.
    `instead` are codes that the performer reports for such work; `listed` are the performers that the code table
    names and no rule bars on the date; `supervision` is the meaning of the code's supervision word; `reason` is one or
    two plain sentences.
    """

    code: str
    performer: Performer | None
    payer: str | None
    state: Applies
    role: Role
    reason: str
    instead: tuple[str, ...]
    listed: tuple[Performer, ...]
    supervision: str
    share: int | None
    evidence: tuple[Evidence, ...]


def who(
    knowledge: Knowledge, code: str, performer: str | None, payer: str | None, on: date, pos: str | None = None
) -> WhoResult:
    """Whether `performer` (a key or credential of `performers.csv`) may report `code` to `payer` on a date.

    A rule about a place of service applies when `pos` is one of its places, a dated one on its dates. Without a
    performer the result lists who may. A rule row with a statement decides first (a refusal before a permission, the
    payer's own before the general one), then the code table's list, which describes Medicare where Medicare pays.
    """
    row = knowledge.codes.find(code, on)
    person = knowledge.rules.performer(performer) if performer else None
    listed = tuple(knowledge.rules.performers[key] for key in row.performed_by) if row else ()
    rule = _rule(knowledge, code, person, payer, on, pos) if person is not None else None
    medicare = knowledge.rules.medicare_rules(payer)
    state, role, reason = _decide(row, person, medicare, on, listed, rule)
    return WhoResult(
        code=code,
        performer=person,
        payer=payer,
        state=state,
        role=role,
        reason=reason,
        instead=rule.instead if rule and state == "not_applicable" else (),
        listed=tuple(one for one in listed if _bills_then(knowledge, code, one, payer, on)),
        supervision=_supervision(knowledge, row),
        share=person.medicare_share if person and medicare else None,
        evidence=_evidence(knowledge, row, person, medicare, rule, on),
    )


def _bills_then(knowledge: Knowledge, code: str, person: Performer, payer: str | None, on: date) -> bool:
    """Whether nothing dated keeps a listed performer from the code: a rule row, or Medicare's first day for them."""
    if knowledge.rules.medicare_rules(payer) and person.medicare_from is not None and on < person.medicare_from:
        return False
    rule = _rule(knowledge, code, person, payer, on, None)
    return rule is None or rule.allowed


def _rule(
    knowledge: Knowledge, code: str, person: Performer, payer: str | None, on: date, pos: str | None
) -> WhoRule | None:
    fitting = [
        rule
        for rule in knowledge.rules.who_rules
        if person.performer in rule.performers
        and (not rule.codes or code in rule.codes)
        and (not rule.at_pos or pos in rule.at_pos)
        and (rule.effective_from is None or rule.effective_from <= on)
        and (rule.effective_to is None or on <= rule.effective_to)
    ]
    fitting = [rule for rule in fitting if knowledge.rules.fits(payer, rule.payers)]
    return min(fitting, key=lambda rule: (rule.allowed, ANY_PAYER in rule.payers), default=None)


def _decide(
    row: Code | None,
    person: Performer | None,
    medicare: bool,
    on: date,
    listed: tuple[Performer, ...],
    rule: WhoRule | None,
) -> tuple[Applies, Role, str]:
    if row is None:
        return "no_data", "unknown", "The code is not in the code table."
    if person is None:
        return "no_data", "unknown", "The performer is not named."
    if rule is not None and not rule.allowed:
        to = " to Medicare" if medicare and ANY_PAYER not in rule.payers else ""
        where = f" at POS {' or '.join(rule.at_pos)}" if rule.at_pos else ""
        until = f" on dates of service through {rule.effective_to}" if rule.effective_to else ""
        return (
            "not_applicable",
            "none",
            f"A {person.label} does not report {row.code}{to}{where}{until}.{_besides(rule)}",
        )
    if medicare and person.medicare_from is not None and on < person.medicare_from:
        reason = f"Medicare enrolls a {person.label} only from {person.medicare_from}."
        return "not_applicable", "none", reason
    named = person in listed
    if medicare and person.medicare_bills == "no":
        if named or (rule is not None and rule.allowed):
            text = f"A {person.label} may do the work; the practitioner who supervises bills.{_besides(rule)}"
            return "applies", "furnishes", text
        return "not_applicable", "none", person.not_billing_why or f"Medicare does not enroll a {person.label}."
    if named or (rule is not None and rule.allowed):
        return "applies", "reports", f"A {person.label} is among those who report {row.code}.{_besides(rule)}"
    if any(other.kind == _OPEN for other in listed):
        return "no_data", "unknown", "The payer or the state program decides who reports this code."
    if medicare:
        return "not_applicable", "none", f"A {person.label} is not among those who report {row.code} to Medicare."
    return "no_data", "unknown", f"A {person.label} is not listed for {row.code}; ask the plan before billing."


def _besides(rule: WhoRule | None) -> str:
    return f" {rule.condition}" if rule is not None and rule.condition else ""


def _supervision(knowledge: Knowledge, row: Code | None) -> str:
    word = _supervision_word(knowledge, row)
    return (word.meaning or "") if word is not None else ""


def _supervision_word(knowledge: Knowledge, row: Code | None) -> VocabularyWord | None:
    if row is None or row.supervision is None:
        return None
    words = knowledge.vocabulary
    return next((word for word in words if (word.column, word.value) == ("supervision", row.supervision)), None)


def _evidence(
    knowledge: Knowledge, row: Code | None, person: Performer | None, medicare: bool, rule: WhoRule | None, on: date
) -> tuple[Evidence, ...]:
    found: list[Evidence] = []
    if rule is not None:
        found += cited(knowledge, (rule.statement,), on)
        told = (
            "rule",
            "performers",
            "codes",
            "at_pos",
            "payers",
            "allowed",
            "instead",
            "effective_from",
            "effective_to",
        )
        found.append(from_row(knowledge, rule, told, "Who may report"))
    if row is not None:
        columns = ("code", "label", "performed_by", "supervision")
        found.append(from_row(knowledge, row, columns, f"Code table, {row.code}"))
    if person is not None:
        cells = ("label", "medicare_bills", "medicare_from", "medicare_share", "share_note", "not_billing_why")
        found.append(from_row(knowledge, person, cells, "Who may bill"))
        if medicare:
            found += cited(knowledge, person.statements, on)
    return tuple(found)
