"""A reference names exactly one record of the knowledge, and its text can be read again."""

from __future__ import annotations

import pytest

from bot.evidence import Evidence, from_row, from_statement, row_key
from bot.records import record_text
from corpus.knowledge import Knowledge


def test_statements_are_found_by_id(knowledge: Knowledge) -> None:
    for row in list(knowledge.statements)[:50]:
        evidence = from_statement(knowledge, row)
        assert evidence.quote in (record_text(knowledge, "statement", evidence.ref) or "")


@pytest.mark.parametrize(
    "table",
    ["codes", "rates", "localities", "time_units", "edits", "modifiers", "places", "payers", "denials", "taxonomies"],
)
def test_rows_are_found_by_the_key_that_evidence_gives_them(table: str, knowledge: Knowledge) -> None:
    for row in list(getattr(knowledge, table))[:20]:
        evidence: Evidence = from_row(knowledge, row, type(row).model_fields)
        assert evidence.quote in (record_text(knowledge, "table", evidence.ref) or "")


def test_rule_tables_are_found_by_the_class_of_their_rows(knowledge: Knowledge) -> None:
    for row in (*knowledge.rules.time_rules, *knowledge.rules.conventions.values(), *knowledge.declines):
        assert record_text(knowledge, "table", row_key(row))


def test_unknown_references_have_no_text(knowledge: Knowledge) -> None:
    assert record_text(knowledge, "table", "codes:00000") is None
    assert record_text(knowledge, "table", "nothing:1") is None
    assert record_text(knowledge, "statement", "nothing-001") is None
    assert record_text(knowledge, "computation", "time:x") is None
