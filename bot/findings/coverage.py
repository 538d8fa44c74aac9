"""What a payer says on a service as sentences: its position, its conditions, and since when."""

from __future__ import annotations

from datetime import date

from bot.answer import AnswerWarning, CodeRole, Verdict
from bot.evidence import Claim, Finding, from_row
from bot.findings.advice import advice
from corpus.knowledge import Knowledge
from corpus.rows import PayerPosition

_VERDICTS: dict[str, Verdict] = {
    "covers": "yes",
    "does-not-cover": "no",
    "covers-with-conditions": "yes",
    "varies-by-plan": "depends",
    "no-published-position-found": "depends",
}
_PLAIN = {
    "covers": "covers it",
    "does-not-cover": "does not cover it",
    "covers-with-conditions": "covers it with conditions",
    "varies-by-plan": "decides plan by plan",
    "no-published-position-found": "has no published position that was found",
}


def coverage_finding(
    knowledge: Knowledge, rows: tuple[PayerPosition, ...], codes: tuple[str, ...], on: date, *, by_phone: bool = False
) -> Finding:
    """The payer's positions, the leading one first; its words are those of the table.

    `by_phone` asks about audio-only care: what the payer says on that comes first.
    """
    claims = [claim for row in rows for claim in _told(knowledge, row)]
    position = rows[0].position
    refused = by_phone and (rows[0].audio_only or "").startswith(_NO)
    if by_phone and rows[0].audio_only:
        claims.insert(0, _on_phone(knowledge, rows[0]))
    warnings: tuple[AnswerWarning, ...] = ()
    role: CodeRole = "mentioned"
    if position == "does-not-cover" or refused:
        role = "rejected"
        warnings = (AnswerWarning(kind="not_covered", text=claims[0].text, codes=codes),)
    elif position != "covers":
        warnings = (AnswerWarning(kind="payer_varies", text=claims[0].text, codes=codes),)
    shown = tuple(advice(knowledge, code, role, on) for code in codes)
    return Finding(
        tuple(claims), shown, warnings, verdict="no" if refused else _VERDICTS.get(position), rule="coverage"
    )


_NO = "no"


def _on_phone(knowledge: Knowledge, row: PayerPosition) -> Claim:
    cells = from_row(knowledge, row, ("payer", "line_of_business", "audio_only"), f"{row.payer}, audio-only")
    return Claim(f"{row.payer} ({row.line_of_business}) on audio-only: {row.audio_only}.", (cells,))


def _told(knowledge: Knowledge, row: PayerPosition) -> list[Claim]:
    named = ("payer", "line_of_business", "topic", "codes", "position", "as_of")
    plain = _PLAIN.get(row.position, row.position)
    as_of = f", as of {row.as_of}" if row.as_of else ""
    evidence = from_row(knowledge, row, named, f"{row.payer}, {row.topic}")
    claims = [Claim(f"{row.payer} ({row.line_of_business}), {row.topic}: the payer {plain}{as_of}.", (evidence,))]
    if row.conditions:
        cells = from_row(knowledge, row, ("payer", "topic", "conditions"), f"{row.payer}, {row.topic}")
        claims.append(Claim(row.conditions, (cells,)))
    return claims
