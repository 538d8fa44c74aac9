"""The medical visit with which a therapy add-on goes, as the tables of services and codes tell it."""

from __future__ import annotations

from bot.rules.select import codes_of
from corpus.knowledge import Knowledge


def visit_codes(knowledge: Knowledge) -> frozenset[str]:
    """The codes of the medical visit with which a therapy add-on goes."""
    paired = [row for row in knowledge.services if row.with_em == "yes"]
    addons = [knowledge.codes.get(code) for row in paired for code in codes_of(knowledge, row)]
    return frozenset(base for row in addons for base in row.addon_to)


def added_to_visits(knowledge: Knowledge) -> frozenset[str]:
    """The services that have such an add-on."""
    return frozenset(row.service for row in knowledge.services if row.with_em == "yes")
