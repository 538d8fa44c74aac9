"""Who may report a code as sentences: yes or no with the reason, the codes to use instead, who may."""

from __future__ import annotations

from datetime import date

from bot.answer import AnswerWarning, CodeRole, Verdict
from bot.evidence import Claim, Finding, from_row, from_statement
from bot.findings.advice import advice
from bot.rules.who import WhoResult
from corpus.knowledge import Knowledge


def who_finding(knowledge: Knowledge, found: WhoResult, on: date, *, furnishes: bool = False) -> Finding:
    """Whether the performer may report the code; without a performer, who may. First sentence is the bottom line.

    With `furnishes` the question is whether they may do the work, which staff may although another bills.
    """
    if found.performer is None:
        return _listed(knowledge, found, on)
    claims = [Claim(found.reason, found.evidence)]
    if found.state == "not_applicable" and found.listed:
        claims.append(_who_may(found))
    if found.instead:
        claims.append(Claim(f"Used instead: {', '.join(found.instead)}.", found.evidence))
    if found.supervision and found.state != "not_applicable":
        word = found.supervision.partition(" (")[0]
        claims.append(Claim(f"Supervision for {found.code}: {word}.", found.evidence))
    verdict = _verdict(found, furnishes)
    warnings: tuple[AnswerWarning, ...] = ()
    if found.state == "not_applicable":
        warnings = (AnswerWarning(kind="not_covered", text=found.reason, codes=(found.code,)),)
    elif found.state == "no_data":
        warnings = (AnswerWarning(kind="payer_varies", text=found.reason, codes=(found.code,)),)
    role: CodeRole = "rejected" if found.state == "not_applicable" else "mentioned"
    codes = [advice(knowledge, found.code, role, on)]
    codes += [advice(knowledge, code, "alternative", on) for code in found.instead]
    return Finding(tuple(claims), tuple(codes), warnings, verdict=verdict, rule="who")


_CLINICIAN = "clinician"


def enrolled_finding(knowledge: Knowledge, performer: str | None, on: date, *, whole: bool) -> Finding | None:
    """Whether Medicare enrolls this clinician on the date, when no code is named; None for an unknown clinician.

    A yes is said only with `whole`: nothing besides the enrollment is asked.
    """
    person = knowledge.rules.performer(performer) if performer else None
    if person is None:
        return None
    columns = ("performer", "label", "medicare_bills", "medicare_from", "not_billing_why")
    told = (from_statement(knowledge, knowledge.statements.get(ref)) for ref in person.statements)
    evidence = (from_row(knowledge, person, columns, "Who may bill"), *told)
    if person.medicare_bills == "no":
        text = person.not_billing_why or f"Medicare does not enroll a {person.label}."
        return Finding((Claim(text, evidence),), verdict="no", rule="who")
    if person.medicare_from is not None and on < person.medicare_from:
        text = f"Medicare enrolls a {person.label} only from {person.medicare_from}."
        return Finding((Claim(text, evidence),), verdict="no", rule="who")
    if person.medicare_bills != "yes" or person.kind != _CLINICIAN or not whole:
        return None
    since = f" since {person.medicare_from}" if person.medicare_from else ""
    text = f"A {person.label} may enroll in Medicare and bill in their own name{since}."
    return Finding((Claim(text, evidence),), verdict="yes", rule="who")


def _verdict(found: WhoResult, furnishes: bool) -> Verdict:
    if found.state == "no_data":
        return "depends"
    return "yes" if found.role == "reports" or (furnishes and found.role == "furnishes") else "no"


def _listed(knowledge: Knowledge, found: WhoResult, on: date) -> Finding:
    if not found.listed:
        return Finding(rule="who")
    return Finding((_who_may(found),), (advice(knowledge, found.code, "mentioned", on),), rule="who")


def _who_may(found: WhoResult) -> Claim:
    names = ", ".join(person.label for person in found.listed)
    return Claim(f"{found.code} is reported by: {names}.", found.evidence)
