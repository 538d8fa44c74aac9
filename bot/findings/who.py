"""Who may report a code as sentences: yes or no with the reason, the codes to use instead, who may."""

from __future__ import annotations

from datetime import date

from bot.answer import AnswerWarning, CodeRole, Verdict
from bot.evidence import Claim, Finding
from bot.findings.advice import advice
from bot.rules.who import WhoResult
from corpus.knowledge import Knowledge


def who_finding(knowledge: Knowledge, found: WhoResult, on: date) -> Finding:
    """Whether the performer may report the code; without a performer, who may. First sentence is the bottom line."""
    if found.performer is None:
        return _listed(knowledge, found, on)
    claims = [Claim(found.reason, found.evidence)]
    if found.state == "not_applicable" and found.listed:
        claims.append(_who_may(found))
    if found.supervision:
        claims.append(Claim(f"Supervision for {found.code}: {found.supervision}.", found.evidence))
    verdict = _verdict(found)
    warnings: tuple[AnswerWarning, ...] = ()
    if found.state == "not_applicable":
        warnings = (AnswerWarning(kind="not_covered", text=found.reason, codes=(found.code,)),)
    elif found.state == "no_data":
        warnings = (AnswerWarning(kind="payer_varies", text=found.reason, codes=(found.code,)),)
    role: CodeRole = "rejected" if found.state == "not_applicable" else "mentioned"
    codes = [advice(knowledge, found.code, role, on)]
    codes += [advice(knowledge, code, "alternative", on) for code in found.instead]
    return Finding(tuple(claims), tuple(codes), warnings, verdict=verdict, rule="who")


def _verdict(found: WhoResult) -> Verdict:
    if found.state == "no_data":
        return "depends"
    return "yes" if found.role == "reports" else "no"


def _listed(knowledge: Knowledge, found: WhoResult, on: date) -> Finding:
    if not found.listed:
        return Finding(rule="who")
    return Finding((_who_may(found),), (advice(knowledge, found.code, "mentioned", on),), rule="who")


def _who_may(found: WhoResult) -> Claim:
    names = ", ".join(person.label for person in found.listed)
    return Claim(f"{found.code} is reported by: {names}.", found.evidence)
