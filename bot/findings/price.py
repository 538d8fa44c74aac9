"""A Medicare amount as sentences: the dollars, the formula, or why there is no amount."""

from __future__ import annotations

from bot.answer import AnswerWarning, CodeRole, Verdict
from bot.evidence import Claim, Finding, from_row
from bot.findings.advice import advice
from bot.rules.price import Price, dollars
from corpus.knowledge import Knowledge
from corpus.rows import City, Locality


def price_finding(knowledge: Knowledge, found: Price, city: City | None = None) -> Finding:
    """What Medicare allows for one code, in a city when its locality is `found.locality`; first the bottom line."""
    if found.state != "priced" or found.amount is None or found.total is None:
        return _no_amount(knowledge, found)
    where = _where(found.locality, city)
    setting = "in a facility" if found.setting == "facility" else "in an office or other nonfacility setting"
    text = f"Medicare's {found.on.year} amount for {found.code} is {dollars(found.amount)} {where}, {setting}"
    lies = (from_row(knowledge, city, ("city", "state", "localities"), "City and its locality"),) if city else ()
    claims = [Claim(f"{text}{_share(found)}.", (*found.evidence, *lies))]
    claims.append(Claim(f"The formula: {found.formula}.", found.evidence))
    row = advice(knowledge, found.code, "mentioned", found.on)
    return Finding(
        claims=tuple(claims),
        codes=(row.model_copy(update={"amount": dollars(found.total)}),),
        rule="price",
    )


def _where(locality: Locality | None, city: City | None) -> str:
    if locality is None:
        return "nationally"
    name = locality.locality_name.title()
    return f"in {name}" if city is None or city.city == name else f"in {city.key} (Medicare locality {name})"


def _share(found: Price) -> str:
    who = found.performer
    if who is None or who.medicare_share in (None, 100):
        return ""
    return f", at the {who.medicare_share} percent that Medicare allows a {who.label}"


def _no_amount(knowledge: Knowledge, found: Price) -> Finding:
    letter = f" (status {found.letter.status})" if found.letter else ""
    text = f"There is no Medicare amount for {found.code}{letter}: {found.reason}"
    kinds = {"not-paid": "not_covered", "contractor-priced": "payer_varies", "no-data": "vintage"}
    kind = kinds.get(found.state, "vintage")
    warning = AnswerWarning.model_validate({"kind": kind, "text": text, "codes": (found.code,)})
    role: CodeRole = "rejected" if found.state == "not-paid" else "mentioned"
    verdict: Verdict | None = "no" if found.state == "not-paid" else None
    evidence = found.evidence
    return Finding(
        (Claim(text, evidence),),
        (advice(knowledge, found.code, role, found.on),),
        (warning,),
        verdict=verdict,
        rule="price",
    )
