"""Whether codes go together on a date or in a month, for one practitioner and one patient.

Three kinds of knowledge, strictest first: NCCI pairs (one edition is held), rule rows with their statements, and
add-on codes with their bases. Nothing held is not permission.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Literal

from bot.evidence import Evidence, from_row, from_statement
from bot.rules.answers import Applies
from bot.rules.cite import cited
from corpus.knowledge import Knowledge
from corpus.official_rows import HeldAddon
from corpus.rows import Code, Edit, Row
from corpus.rule_rows import CombinationRule, ModifierGroup
from corpus.statements import ANY_PAYER, Statement

Together = Literal["never", "with_modifier", "separate", "allowed", "base_and_addon", "unknown"]

_STRICTNESS: tuple[Together, ...] = ("never", "with_modifier", "separate", "base_and_addon", "allowed", "unknown")
_RELATIONS: dict[str, Together] = {
    "never": "never",
    "em-modifier": "with_modifier",
    "separate": "separate",
    "allowed": "allowed",
}
_INDICATORS: dict[str, Together] = {"0": "never", "1": "with_modifier"}
_TOLD = 2


@dataclass(frozen=True, slots=True)
class Pair:
    """What is held about two codes together.

    `state`: `applies` (a rule decides), `not_applicable` (a rule says that nothing stands against it) or `no_data`.
    `verdict` is the strictest rule. With an NCCI edit, `paid` and `denied` are its column one and two. `modifier` is
    the group that may separate the pair and `carrier` the code that carries it. `condition` is what a rule row asks.
    `vintage` says how far the knowledge reaches.
    """

    first: str
    second: str
    state: Applies
    verdict: Together
    period: str
    edit: Edit | None
    rules: tuple[CombinationRule, ...]
    paid: str
    denied: str
    modifier: ModifierGroup | None
    carrier: str
    condition: str
    vintage: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class AddonCheck:
    """Whether an add-on code has one of its bases among the codes: `applies` when it lacks one."""

    code: str
    state: Applies
    bases: tuple[str, ...]
    present: tuple[str, ...]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Combination:
    """All pairs and add-ons among some codes."""

    codes: tuple[str, ...]
    pairs: tuple[Pair, ...]
    addons: tuple[AddonCheck, ...]

    @property
    def verdict(self) -> Together:
        """The strictest verdict of all pairs."""
        return min((pair.verdict for pair in self.pairs), key=_STRICTNESS.index, default="unknown")


def combine(knowledge: Knowledge, codes: Iterable[str], on: date, payer: str | None = None) -> Combination:
    """What is held about `codes` together; the order in which they are given does not matter."""
    distinct = tuple(sorted(set(codes)))
    pairs = tuple(pair(knowledge, first, second, on, payer) for first, second in combinations(distinct, 2))
    addons = tuple(found for code in distinct if (found := addon(knowledge, code, distinct, on)) is not None)
    return Combination(distinct, pairs, addons)


def pair(knowledge: Knowledge, first: str, second: str, on: date, payer: str | None = None) -> Pair:
    """What is held about two codes by one practitioner for one patient; symmetric in its codes."""
    first, second = sorted((first, second))
    edit = edit_of(knowledge, first, second, on)
    rules = _rules(knowledge, first, second, on, payer)
    linked = _linked(knowledge, first, second, on)
    verdicts: list[Together] = [_RELATIONS[rule.relation] for rule in rules]
    if edit is not None and edit.modifier_indicator in _INDICATORS:
        verdicts.append(_INDICATORS[edit.modifier_indicator])
    if linked:
        verdicts.append("base_and_addon")
    verdict: Together = min(verdicts, key=_STRICTNESS.index) if verdicts else "unknown"
    group, carrier = _separator(knowledge, first, second, edit, on) if verdict == "with_modifier" else (None, "")
    decisive = [rule for rule in rules if _RELATIONS[rule.relation] == verdict]
    deciding = decisive or list(rules)
    return Pair(
        first=first,
        second=second,
        state=_state(verdict),
        verdict=verdict,
        period=_period(decisive if edit is not None else deciding),
        edit=edit,
        rules=rules,
        paid=edit.column1 if edit else "",
        denied=edit.column2 if edit and verdict in ("never", "with_modifier") else "",
        modifier=group,
        carrier=carrier,
        condition=next((rule.condition for rule in deciding if rule.condition), ""),
        vintage=_vintage(knowledge, first, second, edit, on, payer),
        evidence=_evidence(knowledge, first, second, edit, rules, group, linked, on, payer),
    )


def edit_of(knowledge: Knowledge, first: str, second: str, on: date) -> Edit | None:
    """The NCCI pair of two codes on a date: from the imported edition, unless the shipped one is newer."""
    edition = knowledge.official.edition("ncci-ptp", on)
    shipped = next(iter(knowledge.edits), None)
    if edition is None or (shipped is not None and edition.edition < shipped.edition):
        return knowledge.edits.find(first, second)
    return knowledge.official.edit(first, second, on)


def edition_row(knowledge: Knowledge, on: date) -> Row:
    """A row that names the NCCI edition that counts on a date: what is not in it rests on this."""
    edition = knowledge.official.edition("ncci-ptp", on)
    if edition is not None and edition.edition == held_edition(knowledge, on):
        return knowledge.official.edition_row(edition)
    return next(iter(knowledge.edits))


def held_edition(knowledge: Knowledge, on: date) -> str:
    """The NCCI edition that counts on a date, like `2024Q3`; empty when none is held."""
    edition = knowledge.official.edition("ncci-ptp", on)
    shipped = next(iter(knowledge.edits), None)
    return max(edition.edition if edition else "", shipped.edition if shipped else "")


def _period(rules: list[CombinationRule]) -> str:
    """The longest period of the rules that decide: an edit holds for the day, a rule may hold for the month."""
    return next((rule.period for rule in rules if rule.period != _DAY), _DAY)


_DAY = "day"


def _state(verdict: Together) -> Applies:
    if verdict == "unknown":
        return "no_data"
    return "not_applicable" if verdict in ("allowed", "base_and_addon") else "applies"


def _rules(knowledge: Knowledge, first: str, second: str, on: date, payer: str | None) -> tuple[CombinationRule, ...]:
    """Rule rows about the pair in force on the date: the payer's own, else those for Medicare and for everyone.

    Medicare's rows are shown to a payer without rows of its own because plans follow them unless they say otherwise;
    the evidence names the payer.
    """
    held = [
        row
        for row in knowledge.rules.combinations_of(first, second)
        if (row.effective_from is None or row.effective_from <= on)
        and (row.effective_to is None or on <= row.effective_to)
    ]
    own = [row for row in held if payer is not None and payer in row.payers]
    general = [row for row in held if ANY_PAYER in row.payers or any(map(knowledge.rules.medicare_rules, row.payers))]
    return tuple(own or general)


def _linked(knowledge: Knowledge, first: str, second: str, on: date) -> Code | None:
    """The add-on of the two when the other is one of its bases."""
    for one, other in ((first, second), (second, first)):
        row = knowledge.codes.find(one, on)
        if row is not None and row.addon and other in row.addon_to:
            return row
    return None


def addon(knowledge: Knowledge, code: str, codes: Iterable[str], on: date) -> AddonCheck | None:
    """Whether an add-on has a base among `codes`; None when the code is no add-on or names no bases."""
    row = knowledge.codes.find(code, on)
    if row is None and (imported := knowledge.official.addon(code, on)) is not None:
        return _imported_addon(knowledge, imported, codes)
    if row is None or not row.addon or not row.addon_to:
        return None
    present = tuple(base for base in sorted(codes) if base in row.addon_to)
    state: Applies = "not_applicable" if present else "applies"
    evidence = from_row(knowledge, row, ("code", "addon", "addon_to"), f"Add-on code {code}")
    return AddonCheck(code, state, row.addon_to, present, (evidence,))


def _imported_addon(knowledge: Knowledge, row: HeldAddon, codes: Iterable[str]) -> AddonCheck | None:
    """For an add-on beyond the code table; one whose primary codes the contractor defines settles nothing."""
    if row.by_contractor or not row.addon_to:
        return None
    present = tuple(base for base in sorted(codes) if base in row.addon_to)
    evidence = from_row(knowledge, row, ("code", "addon_to", "edition"), f"NCCI add-on code {row.code}")
    return AddonCheck(row.code, "not_applicable" if present else "applies", row.addon_to, present, (evidence,))


def _is_em(group: ModifierGroup, row: Code | None) -> bool:
    return row is not None and not row.addon and (row.family in group.put_on or row.service in group.put_on)


def _separator(
    knowledge: Knowledge, first: str, second: str, edit: Edit | None, on: date
) -> tuple[ModifierGroup | None, str]:
    """Which modifiers may separate the pair and which code carries them: the E/M when one is there, else column two."""
    order = (edit.column2, edit.column1) if edit is not None else (second, first)
    groups = knowledge.rules.modifier_groups.values()
    visit = next(group for group in groups if group.carried_by == "em")
    for code in order:
        if _is_em(visit, knowledge.codes.find(code, on)):
            return visit, code
    return next(group for group in groups if group.carried_by == "column2"), order[0]


def edition_start(edition: str) -> date:
    """First day of a quarterly edition written like `2024Q3`."""
    year, _, quarter = edition.partition("Q")
    return date(int(year), 3 * int(quarter) - 2, 1)


def came_later(knowledge: Knowledge, codes: Iterable[str], edition: str, on: date) -> tuple[str, ...]:
    """Those of `codes` that came after an NCCI edition began, so that it cannot show them."""
    rows = {code: knowledge.codes.find(code, on) for code in codes}
    start = edition_start(edition)
    dated = {code: row.effective_from for code, row in rows.items() if row is not None and row.effective_from}
    return tuple(code for code, since in dated.items() if since > start)


def _vintage(knowledge: Knowledge, first: str, second: str, edit: Edit | None, on: date, payer: str | None) -> str:
    own = payer is None or knowledge.rules.medicare_rules(payer)
    return _edition(knowledge, first, second, edit, on) + ("" if own else f" {_FOREIGN}")


_FOREIGN = "It is Medicare's table; this payer may use its own."


def _edition(knowledge: Knowledge, first: str, second: str, edit: Edit | None, on: date) -> str:
    held = edit.edition if edit is not None else held_edition(knowledge, on)
    if not held:
        return "No NCCI edition is held."
    later = came_later(knowledge, (first, second), held, on)
    if edit is None and later:
        return f"NCCI {held}; {' and '.join(later)} came later, so that edition cannot show the pair."
    if edit is None:
        return f"NCCI {held} shows no pair; that is not permission. Check the edition of the date."
    return f"NCCI {held}; check the edition in force on the date of service."


def _evidence(
    knowledge: Knowledge,
    first: str,
    second: str,
    edit: Edit | None,
    rules: tuple[CombinationRule, ...],
    group: ModifierGroup | None,
    linked: Code | None,
    on: date,
    payer: str | None,
) -> tuple[Evidence, ...]:
    found: list[Evidence] = []
    if edit is not None:
        columns = ("column1", "column2", "modifier_indicator", "rationale", "edition")
        found.append(from_row(knowledge, edit, columns, f"NCCI pair {edit.column1} / {edit.column2}"))
    if linked is not None:
        found.append(from_row(knowledge, linked, ("code", "addon", "addon_to"), f"Add-on code {linked.code}"))
    named = [knowledge.statements.get(rule.statement) for rule in rules]
    for rule, row in zip(rules, named, strict=True):
        if first not in row.text or second not in row.text:
            found.append(from_row(knowledge, rule, ("codes_a", "codes_b"), "Codes that a rule joins"))
    if not named and linked is None:
        named += about_both(knowledge, first, second, on, payer)[:_TOLD]
    found += [from_statement(knowledge, row) for row in named]
    if group is not None:
        told = ("group", "modifiers", "meaning", "documentation")
        found.append(from_row(knowledge, group, told, "Modifiers that separate"))
        found += cited(knowledge, group.statements, on)
    return tuple(found)


def about_both(
    knowledge: Knowledge, first: str, second: str, on: date, payer: str | None = None
) -> tuple[Statement, ...]:
    """Bundling statements in force on the date that name both codes, the fewest codes (most particular) first."""
    both = [
        row
        for row in knowledge.statements.about(first, on)
        if second in row.codes and row.kind == _BUNDLING and _about_payer(knowledge, row, payer)
    ]
    return tuple(sorted(both, key=lambda row: len(row.codes)))


_BUNDLING = "bundling"


def _about_payer(knowledge: Knowledge, row: Statement, payer: str | None) -> bool:
    if row.payer == ANY_PAYER or knowledge.rules.medicare_rules(row.payer):
        return True
    return payer is not None and knowledge.rules.fits(payer, (row.payer,))
