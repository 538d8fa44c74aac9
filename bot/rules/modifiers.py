"""Which modifiers a telehealth line needs for a payer, and which modifiers do not go together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from bot.evidence import Evidence, from_row
from bot.rules.answers import Applies
from bot.rules.cite import cited
from bot.rules.places import is_telehealth, location_of, telehealth_codes, telehealth_rule
from corpus.knowledge import Knowledge
from corpus.rows import Code, PayerPosition
from corpus.rule_rows import ModifierConflict, TelehealthRule

Listed = Literal["yes", "no", "unknown"]


@dataclass(frozen=True, slots=True)
class TelehealthMarking:
    """How a telehealth service is marked for a payer.

    `state`: `applies` (a rule for this payer), `not_applicable` (the payer does not pay it this way, or the modality
    is in person and takes no telehealth modifier) or `no_data`. `modifiers` are those that the rule names, `required`
    whether one of them must be on the line. `listed` says whether Medicare's telehealth list has the code and
    `audio_only` whether Medicare allows it by audio. `positions` are the payer's own words.
    """

    state: Applies
    rule: TelehealthRule | None
    modifiers: tuple[str, ...]
    required: bool
    listed: Listed
    audio_only: Listed
    positions: tuple[PayerPosition, ...]
    reason: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """A modifier problem on one line, with its rule row."""

    rule: ModifierConflict
    modifiers: tuple[str, ...]
    evidence: tuple[Evidence, ...]


def marking(
    knowledge: Knowledge, code: str | None, modality: str, payer: str | None, pos: str | None, on: date
) -> TelehealthMarking:
    """How a service by `modality` is marked for `payer` when the patient is at `pos` (any place-of-service code)."""
    row = knowledge.codes.find(code, on) if code else None
    if not is_telehealth(knowledge, modality):
        reason = "In person: no telehealth modifier and no telehealth place of service."
        return TelehealthMarking("not_applicable", None, (), False, _listed(row), _audio(row), (), reason, ())
    rule = telehealth_rule(knowledge, payer, modality, location_of(knowledge, pos), on, code)
    positions = payer_positions(knowledge, payer)
    state: Applies = "no_data"
    reason = "No telehealth rule of this payer is held; ask the plan."
    if rule is not None:
        state = _STATES.get(rule.need, "applies")
        reason = rule.note or ""
    if _barred(knowledge, row, payer, modality):
        state, reason = "not_applicable", "Medicare does not list the code as a telehealth service."
    return TelehealthMarking(
        state=state,
        rule=rule,
        modifiers=rule.modifiers if rule is not None else (),
        required=rule is not None and rule.need == "required",
        listed=_listed(row),
        audio_only=_audio(row),
        positions=positions,
        reason=reason,
        evidence=_marking_evidence(knowledge, row, rule, positions, on),
    )


_STATES: dict[str, Applies] = {"not-paid": "not_applicable", "unknown": "no_data", "varies": "no_data"}


def _barred(knowledge: Knowledge, row: Code | None, payer: str | None, modality: str) -> bool:
    if row is None or not knowledge.rules.medicare_rules(payer):
        return False
    return row.telehealth_2026 == "no"


def _listed(row: Code | None) -> Listed:
    return row.telehealth_2026 if row is not None else "unknown"


def _audio(row: Code | None) -> Listed:
    return row.audio_only_2026 if row is not None else "unknown"


def payer_positions(knowledge: Knowledge, payer: str | None) -> tuple[PayerPosition, ...]:
    """The payer's own rows in `payers.csv` that say how telehealth is billed."""
    kind = knowledge.rules.payers.get(payer or "")
    if kind is None:
        return ()
    return tuple(
        row
        for row in knowledge.payers
        if row.payer in kind.names and (row.telehealth_modifier or row.telehealth_pos or row.audio_only)
    )


def _marking_evidence(
    knowledge: Knowledge, row: Code | None, rule: TelehealthRule | None, positions: tuple[PayerPosition, ...], on: date
) -> tuple[Evidence, ...]:
    found: list[Evidence] = []
    if rule is not None:
        told = ("rule", "modality", "location", "need", "modifiers", "pos", "note")
        found.append(from_row(knowledge, rule, told, "Telehealth rule"))
        found += cited(knowledge, rule.statements, on)
    if row is not None:
        columns = ("code", "telehealth_2026", "audio_only_2026", "telehealth_basis")
        found.append(from_row(knowledge, row, columns, f"Medicare telehealth list, {row.code}"))
    words = ("payer", "line_of_business", "topic", "telehealth_modifier", "telehealth_pos", "audio_only", "as_of")
    found += [from_row(knowledge, position, words, f"{position.payer}, {position.topic}") for position in positions[:2]]
    return tuple(found)


def conflicts(
    knowledge: Knowledge, code: str, modifiers: Iterable[str], pos: str | None, payer: str | None, on: date
) -> tuple[Conflict, ...]:
    """Modifier problems of one claim line, each with its rule row, in table order."""
    held = tuple(dict.fromkeys(modifier.upper() for modifier in modifiers))
    row = knowledge.codes.find(code, on)
    found = []
    for rule in knowledge.rules.modifier_conflicts:
        if not _in_force(knowledge, rule, payer, on):
            continue
        named = tuple(modifier for modifier in held if modifier in rule.modifiers)
        others = tuple(modifier for modifier in held if modifier in rule.with_modifiers)
        if (rule.modifiers and not named) or (rule.with_modifiers and not others):
            continue
        if not _at(rule, pos) or not _code_is(knowledge, rule, row, named):
            continue
        evidence = [
            from_row(knowledge, rule, ("rule", "modifiers", "with_modifiers", "problem", "fix"), "Modifier rule")
        ]
        evidence += cited(knowledge, rule.statements, on)
        found.append(Conflict(rule, (*named, *others), tuple(evidence)))
    return tuple(found)


def _in_force(knowledge: Knowledge, rule: ModifierConflict, payer: str | None, on: date) -> bool:
    early = rule.effective_from is not None and on < rule.effective_from
    late = rule.effective_to is not None and on > rule.effective_to
    return not early and not late and knowledge.rules.fits(payer, rule.payers)


def _at(rule: ModifierConflict, pos: str | None) -> bool:
    if rule.at_pos and pos not in rule.at_pos:
        return False
    return pos is None or pos not in rule.not_at_pos


def _code_is(knowledge: Knowledge, rule: ModifierConflict, row: Code | None, named: tuple[str, ...]) -> bool:
    if rule.code_is is None or row is None:
        return rule.code_is is None
    if rule.code_is == "not_split":
        rate = knowledge.rates.find(row.code)
        return rate is not None and rate.pctc == "0"
    return is_em(knowledge, row) == (rule.code_is == "em")


def is_em(knowledge: Knowledge, row: Code) -> bool:
    """Whether the code is a visit on which the modifier for a separate E/M may stand."""
    visit = next(group for group in knowledge.rules.modifier_groups.values() if group.carried_by == "em")
    return not row.addon and (row.family in visit.put_on or row.service in visit.put_on)


def known(knowledge: Knowledge, modifier: str) -> bool:
    """Whether the modifier is in the table."""
    return any(row.modifier == modifier.upper() for row in knowledge.modifiers)


def says_telehealth(knowledge: Knowledge, modifiers: Iterable[str], pos: str | None) -> bool:
    """Whether a line says that it was telehealth, by its place of service or by a modifier of a telehealth rule."""
    marks = telehealth_modifiers(knowledge)
    return pos in telehealth_codes(knowledge) or any(modifier.upper() in marks for modifier in modifiers)


def telehealth_modifiers(knowledge: Knowledge) -> frozenset[str]:
    """The modifiers by which some payer wants telehealth marked."""
    return frozenset(modifier for rule in knowledge.rules.telehealth_rules for modifier in rule.modifiers)
