"""Medicare's daily unit limits (medically unlikely edits): the limit, what its indicator means, what may be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from bot.evidence import Evidence, from_row
from bot.rules.answers import Applies
from bot.rules.cite import cited
from corpus.knowledge import Knowledge
from corpus.official_rows import HeldLimit
from corpus.rows import Code
from corpus.rule_rows import MueIndicator

Standing = Literal["within", "above", "never_paid", "unknown"]


@dataclass(frozen=True, slots=True)
class Limit:
    """The unit limit of a code against the units billed.

    `state`: `applies` (a limit is held and this payer uses it), `not_applicable` (another payer's own limit decides;
    Medicare's is shown) or `no_data`. `standing` compares the units with the limit; a limit of zero means that
    Medicare pays none.
    """

    code: str
    units: int
    state: Applies
    standing: Standing
    limit: int | None
    indicator: MueIndicator | None
    edition: str
    evidence: tuple[Evidence, ...]


def limit(knowledge: Knowledge, code: str, units: int, on: date, payer: str | None = None) -> Limit:
    """How `units` of `code` on one date stand against Medicare's limit."""
    row = limit_row(knowledge, code, on)
    if row is None or row.mue is None:
        return Limit(code, units, "no_data", "unknown", None, None, "", ())
    indicator = knowledge.rules.mue_indicators.get(row.mai or "")
    standing: Standing = "never_paid" if row.mue == 0 else "above" if units > row.mue else "within"
    state: Applies = "applies" if payer is None or knowledge.rules.medicare_rules(payer) else "not_applicable"
    evidence = [from_row(knowledge, row, ("code", "mue", "mai", "mue_edition"), f"Unit limit of {code}")]
    if indicator is not None:
        columns = ("mai", "name", "meaning", "above")
        evidence.append(from_row(knowledge, indicator, columns, "Adjudication indicator"))
        evidence += cited(knowledge, indicator.statements, on)
    return Limit(code, units, state, standing, row.mue, indicator, row.mue_edition or "", tuple(evidence))


def limit_row(knowledge: Knowledge, code: str, on: date) -> Code | HeldLimit | None:
    """The limit of an imported edition, unless the shipped one is newer; editions are written like `2024Q3`."""
    shipped, imported = knowledge.codes.find(code, on), knowledge.official.limit(code, on)
    if imported is None or (shipped is not None and (shipped.mue_edition or "") > imported.mue_edition):
        return shipped
    return imported
