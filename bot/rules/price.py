"""The Medicare amount of a code for the one year whose fee schedule is held, with the formula to the cent.

National amount = total RVUs x conversion factor. Locality amount = (work x work index + practice expense x its index
+ malpractice x its index) x conversion factor, full precision, rounded once (statements payers-072 and payers-515 of
the guidance). A practitioner's percentage applies to the rounded amount.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from bot.evidence import Evidence, computed, from_row
from bot.rules import held
from bot.rules.cite import cited
from corpus.knowledge import Knowledge
from corpus.official_rows import HeldRate
from corpus.rows import Locality, Rate
from corpus.rule_rows import Performer, StatusLetter

Setting = Literal["nonfacility", "facility"]
PriceState = Literal["priced", "contractor-priced", "not-paid", "no-data"]

RATES = "rates_2026"
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Price:
    """What Medicare allows for a code.

    `amount` is for one unit after the practitioner's share, `total` for all units; both None unless `state` is
    `priced`. `reason` says in plain words why there is no amount. `full` is the amount before the share. `formula`
    shows every step.
    """

    code: str
    on: date
    state: PriceState
    setting: Setting
    units: int
    rate: Rate | None
    letter: StatusLetter | None
    locality: Locality | None
    performer: Performer | None
    full: Decimal | None
    amount: Decimal | None
    total: Decimal | None
    formula: str
    reason: str
    evidence: tuple[Evidence, ...]


def rates_year() -> int:
    """The calendar year whose amounts are held."""
    return int(RATES.rpartition("_")[2])


def cents(value: Decimal) -> Decimal:
    """`value` rounded half up to the cent."""
    return value.quantize(CENT, ROUND_HALF_UP)


def dollars(value: Decimal) -> str:
    """`value` as text: `$1,234.50`."""
    return f"${value:,.2f}"


def setting_of(knowledge: Knowledge, pos: str | None) -> Setting | None:
    """Whether Medicare pays the facility or the nonfacility rate at a place of service; None when not known."""
    row = next((place for place in knowledge.places if place.pos == pos), None)
    if row is None or row.setting not in ("facility", "nonfacility"):
        return None
    return "facility" if row.setting == "facility" else "nonfacility"


def price(
    knowledge: Knowledge,
    code: str,
    on: date,
    *,
    setting: Setting = "nonfacility",
    locality: Locality | None = None,
    performer: str | None = None,
    units: int = 1,
    modifier: str | None = None,
) -> Price:
    """What Medicare allows for `units` of `code` on a date of service.

    Args:
        knowledge: the tables.
        code: billing code.
        on: date of service; outside the years held (shipped and imported) there is no amount.
        setting: which practice expense counts (`setting_of` reads it off the place of service).
        locality: a row of `gpci_2026.csv`, or None for the national amount.
        performer: a key or credential of `performers.csv`; its share applies, none is assumed when not given.
        units: units billed.
        modifier: a modifier with an amount of its own in the fee schedule (26, TC); ignored when there is none.
    """
    rate = (modifier and held.rate(knowledge, code, modifier, on)) or held.rate(knowledge, code, None, on)
    if locality is not None:
        found = held.locality(knowledge, locality, on)
        locality = found if held.indices_held(knowledge, on, rates_year()) else None
    letter = knowledge.rules.status_letters.get(rate.status) if rate else None
    who = knowledge.rules.performer(performer) if performer else None
    state, reason = _state(rate, letter, on, setting)
    full = _full(rate, setting, locality) if state == "priced" and rate else None
    share = who.medicare_share if who and who.medicare_share is not None else 100
    amount = None if full is None else cents(full * share / 100)
    total = None if amount is None else amount * units
    formula = "" if rate is None or full is None else _formula(rate, setting, locality, full, share, amount, units)
    return Price(
        code=code,
        on=on,
        state=state,
        setting=setting,
        units=units,
        rate=rate,
        letter=letter,
        locality=locality,
        performer=who,
        full=full,
        amount=amount,
        total=total,
        formula=formula,
        reason=reason,
        evidence=_evidence(knowledge, rate, letter, locality, who, setting, formula, on),
    )


def _state(rate: Rate | None, letter: StatusLetter | None, on: date, setting: Setting) -> tuple[PriceState, str]:
    if on.year != rates_year() and not isinstance(rate, HeldRate):
        return "no-data", f"Only the {rates_year()} fee schedule is held; no amount is given for {on.year}."
    if rate is None or letter is None:
        return "no-data", "The code is not in the fee schedule file that we hold."
    if not letter.separately_payable:
        return "not-paid", f"{letter.meaning} {letter.consequence}"
    if (rate.nonfac_amount or rate.fac_amount) is None:
        return "contractor-priced", f"{letter.meaning} {letter.consequence}"
    if (rate.fac_amount if setting == "facility" else rate.nonfac_amount) is None:
        return "no-data", f"The fee schedule gives no {setting} amount: the service is rarely or never done there."
    return "priced", ""


def _pe(rate: Rate, setting: Setting) -> Decimal:
    return (rate.fac_pe_rvu if setting == "facility" else rate.nonfac_pe_rvu) or Decimal(0)


def _full(rate: Rate, setting: Setting, locality: Locality | None) -> Decimal:
    practice = _pe(rate, setting)
    if locality is None:
        return cents((rate.work_rvu + practice + rate.mp_rvu) * rate.conversion_factor)
    return cents(_locality_rvus(rate, practice, locality) * rate.conversion_factor)


def _locality_rvus(rate: Rate, practice: Decimal, locality: Locality) -> Decimal:
    return rate.work_rvu * locality.pw_gpci + practice * locality.pe_gpci + rate.mp_rvu * locality.mp_gpci


def _formula(
    rate: Rate,
    setting: Setting,
    locality: Locality | None,
    full: Decimal,
    share: int,
    amount: Decimal | None,
    units: int,
) -> str:
    practice = _pe(rate, setting)
    if locality is None:
        total = rate.work_rvu + practice + rate.mp_rvu
        text = f"{rate.code}: {rate.work_rvu} + {practice} + {rate.mp_rvu} = {total} RVUs"
    else:
        parts = (
            f"({rate.work_rvu} x {locality.pw_gpci})",
            f"({practice} x {locality.pe_gpci})",
            f"({rate.mp_rvu} x {locality.mp_gpci})",
        )
        total = _locality_rvus(rate, practice, locality).normalize()
        text = f"{rate.code}: {' + '.join(parts)} = {total:f} RVUs"
    text += f"; {total:f} x {rate.conversion_factor} = {dollars(full)}"
    if amount is not None and share != 100:
        text += f"; {dollars(full)} x {Decimal(share) / 100} = {dollars(amount)}"
    if amount is not None and units != 1:
        text += f"; {units} x {dollars(amount)} = {dollars(amount * units)}"
    return text


def _evidence(
    knowledge: Knowledge,
    rate: Rate | None,
    letter: StatusLetter | None,
    locality: Locality | None,
    who: Performer | None,
    setting: Setting,
    formula: str,
    on: date,
) -> tuple[Evidence, ...]:
    found: list[Evidence] = []
    if formula:
        found.append(computed("price:medicare", f"Medicare amount, {on.year}", formula))
    if rate is not None:
        practice = "fac_pe_rvu" if setting == "facility" else "nonfac_pe_rvu"
        money = "fac_amount" if setting == "facility" else "nonfac_amount"
        columns = ("code", "mod", "status", "work_rvu", practice, "mp_rvu", "conversion_factor", money, "amount_basis")
        found.append(from_row(knowledge, rate, columns, f"Medicare fee schedule, {rate.code}"))
    if locality is not None:
        indices = ("mac", "state", "locality", "locality_name", "pw_gpci", "pe_gpci", "mp_gpci")
        found.append(from_row(knowledge, locality, indices, "Medicare locality"))
    if letter is not None and not formula:
        found.append(from_row(knowledge, letter, ("status", "name", "meaning", "consequence"), "Status letter"))
        found += cited(knowledge, letter.statements, on)
    if who is not None and who.medicare_share is not None:
        found.append(from_row(knowledge, who, ("label", "medicare_share", "share_note"), "Practitioner percentage"))
        found += cited(knowledge, who.statements, on)
    return tuple(found)


_WORD = re.compile(r"[a-z0-9]+")


def find_localities(knowledge: Knowledge, text: str, state: str | None = None) -> tuple[Locality, ...]:
    """Localities that `text` may mean: MAC and number (`13202 01`), a state, or words of a locality's name.

    One result is an answer; several mean that a city or county must be asked for; none that nothing matched. `state`
    (two letters) narrows the search; a state code or name inside `text` does the same.
    """
    words = _WORD.findall(text.lower())
    numbers = [word for word in words if word.isdigit()]
    if len(numbers) == 2 and (exact := knowledge.localities.find(numbers[0], numbers[1])):
        return (exact,)
    where = state or _state_code_in(knowledge, text)
    rows = knowledge.localities.in_state(where) if where else tuple(knowledge.localities)
    scored = [(_score(row, words), row) for row in rows]
    best = max((score for score, _ in scored), default=0)
    if best:
        return tuple(row for score, row in scored if score == best)
    where = where or _state_in(knowledge, text)
    return knowledge.localities.in_state(where) if where else ()


def _score(row: Locality, words: list[str]) -> int:
    """How many words of the longest part of a locality's name stand in `words`; a county in parentheses counts more."""
    said = f" {' '.join(words)} "
    name, _, counties = row.locality_name.lower().partition("(")
    score = 0
    for text, weight in ((name, 0), (counties, 1)):
        for part in re.split(r"[-/+)]", text):
            core = [word for word in _WORD.findall(part) if word not in _FILLERS]
            if core and f" {' '.join(core)} " in said:
                score = max(score, 2 * len(core) + weight)
    return score


_FILLERS = frozenset(("metropolitan", "cnty", "cntys", "surr"))


def _state_code_in(knowledge: Knowledge, text: str) -> str | None:
    states = {row.state for row in knowledge.localities}
    return next((word for word in re.findall(r"\b[A-Z]{2}\b", text) if word in states), None)


def _state_in(knowledge: Knowledge, text: str) -> str | None:
    lowered = f" {' '.join(_WORD.findall(text.lower()))} "
    named = [row for row in knowledge.phrases if row.slot == _STATE and f" {row.phrase.lower()} " in lowered]
    return max(named, key=lambda row: len(row.phrase)).value.upper() if named else None


_STATE = "state"
