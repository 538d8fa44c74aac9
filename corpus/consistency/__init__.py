"""Do a statement and the tables say the same about the codes that it names?

Each module reads one kind of claim out of a sentence and compares it with the rows of those codes: `amounts` dollars,
RVUs and worked arithmetic, `minutes` time ranges, `facts` unit limits, status letters, dates, replacements, add-ons
and the telehealth list, `pairs` NCCI edits. Only claims whose form is understood are compared; everything else passes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from corpus.consistency import amounts, facts, minutes, pairs
from corpus.consistency.text import Reading, Tables
from corpus.statements import Statement

CHECKS: tuple[Callable[[Reading, Tables], Iterator[str]], ...] = (
    amounts.compare,
    minutes.compare,
    facts.compare,
    pairs.compare,
)


def disagreements(statement: Statement, tables: Tables) -> list[str]:
    """What `statement` says otherwise than the tables; empty when they agree or nothing could be compared.

    `tables` is anything with codes, rates, localities, time units, edits and Medicare's payers.
    """
    reading = Reading(statement, tables)
    return list(dict.fromkeys(message for check in CHECKS for message in check(reading, tables)))
