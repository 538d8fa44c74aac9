"""Place of service: which code a place means, in person or by telehealth, and which Medicare rate follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.evidence import Evidence, from_row
from bot.rules.answers import Applies
from bot.rules.cite import cited
from bot.rules.price import Setting, setting_of
from corpus.knowledge import Knowledge
from corpus.rows import Place
from corpus.rule_rows import TelehealthRule
from corpus.statements import ANY_PAYER


@dataclass(frozen=True, slots=True)
class PlaceResult:
    """The place of service to report.

    `state`: `applies` when `pos` is known, `no_data` when the payer's rule is not held. `remote` means telehealth.
    `setting` is the Medicare rate that follows; `note` says what the payer states beside it.
    """

    state: Applies
    pos: str
    place: Place | None
    remote: bool
    location: str
    setting: Setting | None
    rule: TelehealthRule | None
    note: str
    evidence: tuple[Evidence, ...]


def place_row(knowledge: Knowledge, pos: str) -> Place | None:
    """The row of a place-of-service code, or None."""
    return next((row for row in knowledge.places if row.pos == pos), None)


def location_of(knowledge: Knowledge, pos: str | None) -> str | None:
    """Where the patient is for telehealth (`home` or `elsewhere`), read off a place of service; None when not said."""
    if pos is None or place_row(knowledge, pos) is None:
        return None
    row = knowledge.rules.telehealth_places.get(pos)
    return row.location if row is not None else "elsewhere"


def telehealth_rule(
    knowledge: Knowledge, payer: str | None, modality: str, location: str | None, on: date, code: str | None = None
) -> TelehealthRule | None:
    """The rule row of the payer for telehealth of this kind on a date.

    The payer's own row wins, then one for its kind of payer, then the general one; among equals one about the
    family of `code` wins. Rows about some families do not speak of other codes, nor when no code is given.
    """
    billed = knowledge.codes.find(code, on) if code else None
    family = billed.family if billed is not None else None
    fitting = [
        row
        for row in knowledge.rules.telehealth_rules
        if row.modality == modality
        and (location is None or row.location in (location, _ANYWHERE))
        and (not row.families or family in row.families)
        and (row.effective_from is None or row.effective_from <= on)
        and (row.effective_to is None or on <= row.effective_to)
        and knowledge.rules.fits(payer, row.payers)
    ]
    return min(fitting, key=lambda row: (_rank(row, payer), not row.families), default=None)


_ANYWHERE = "any"
_UNKNOWN = "unknown"


def _rank(row: TelehealthRule, payer: str | None) -> int:
    if payer is not None and payer in row.payers:
        return 0
    return 2 if ANY_PAYER in row.payers else 1


def place_of_service(
    knowledge: Knowledge, pos: str, modality: str | None, payer: str | None, on: date, code: str | None = None
) -> PlaceResult:
    """The place of service for a patient at `pos` (where the patient is, in person or not).

    Without telehealth the place is its own code. With it, the place decides between home and elsewhere, and the
    payer's rule, which may depend on the `code`, may replace the usual place.
    """
    if modality is None or not is_telehealth(knowledge, modality):
        return _in_person(knowledge, pos)
    known = knowledge.rules.telehealth_places.get(pos)
    location = location_of(knowledge, pos) or ""
    rule = telehealth_rule(knowledge, payer, modality, location or None, on, code)
    usual = known.telehealth_pos if known is not None else _elsewhere(knowledge)
    chosen = rule.pos if rule is not None and rule.pos else usual
    evidence = [
        from_row(knowledge, row, ("pos", "name", "setting"), f"Place of service {chosen}")
        for row in knowledge.places
        if row.pos == chosen
    ]
    refs = (*(rule.statements if rule else ()), *(known.statements if known else ()))
    evidence += cited(knowledge, refs, on)
    return PlaceResult(
        state="applies" if rule is not None and (rule.pos or rule.need != _UNKNOWN) else "no_data",
        pos=chosen,
        place=place_row(knowledge, chosen),
        remote=True,
        location=location,
        setting=setting_of(knowledge, chosen),
        rule=rule,
        note=(rule.note or "") if rule is not None else "",
        evidence=tuple(evidence),
    )


def is_telehealth(knowledge: Knowledge, modality: str) -> bool:
    """Whether a modality is telehealth: some payer has a rule for it."""
    return any(row.modality == modality for row in knowledge.rules.telehealth_rules)


def telehealth_codes(knowledge: Knowledge) -> frozenset[str]:
    """The places of service that mean telehealth."""
    return frozenset(row.telehealth_pos for row in knowledge.rules.telehealth_places.values())


def _elsewhere(knowledge: Knowledge) -> str:
    rows = knowledge.rules.telehealth_places.values()
    return next(row.telehealth_pos for row in rows if row.location == "elsewhere")


def _in_person(knowledge: Knowledge, pos: str) -> PlaceResult:
    row = place_row(knowledge, pos)
    if row is None:
        return PlaceResult("no_data", pos, None, False, "", None, None, "No such place of service is held.", ())
    columns = ("pos", "name", "setting", "behavioral_health_use")
    evidence = (from_row(knowledge, row, columns, f"Place of service {pos}"),)
    return PlaceResult("applies", pos, row, False, "", setting_of(knowledge, pos), None, "", evidence)
