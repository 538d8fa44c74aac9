"""The fee schedule and the localities: sums, products and agreement with the code table."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from corpus.lint.finding import LintFinding
from corpus.lint.held import Held
from corpus.rows import Code, Locality, Rate

CENT = Decimal("0.01")


def check(held: Held) -> Iterator[LintFinding]:
    """Totals are the sums of their parts, amounts are total RVUs times conversion factor, codes.csv agrees."""
    path = held.path("rates_2026")
    factors = {row.conversion_factor for _, row in held.table("rates_2026", Rate)}
    for line, row in held.table("rates_2026", Rate):
        name = f"{row.code} {row.mod or ''}".strip()
        for message, hint in [*_sums(row), *_agreement(row, held)]:
            yield LintFinding(path, line, "rate", f"{name}: {message}", hint)
        if len(factors) > 1:
            message, hint = f"{name}: {len(factors)} conversion factors in one table", "One edition has one factor."
            yield LintFinding(path, line, "rate", message, hint)
    for line, code in held.table("codes", Code):
        listed = held.rates.find(code.code) is not None
        if listed != (code.medicare_status_2026 is not None):
            message = f"{code.code}: {'no ' if listed else ''}status letter, {'' if listed else 'no '}fee schedule row"
            yield LintFinding(held.path("codes"), line, "rate", message, "Make codes.csv and rates_2026.csv agree.")
    for line, place in held.table("gpci_2026", Locality):
        if not (len(place.mac) == 5 and len(place.locality) == 2 and len(place.state) == 2):
            message = f"{place.mac} {place.locality} {place.state}: leading zeros lost?"
            hint = "Five digits of contractor, two of locality, two letters of state."
            yield LintFinding(held.path("gpci_2026"), line, "locality", message, hint)


def _sums(row: Rate) -> Iterator[tuple[str, str]]:
    settings = (
        ("nonfac", row.nonfac_pe_rvu, row.nonfac_total, row.nonfac_amount, row.nonfac_na),
        ("fac", row.fac_pe_rvu, row.fac_total, row.fac_amount, row.fac_na),
    )
    for setting, expense, total, amount, not_available in settings:
        if expense is not None and total is not None and row.work_rvu + expense + row.mp_rvu != total:
            yield f"{setting}_total {total} is not {row.work_rvu} + {expense} + {row.mp_rvu}", "Restore the CMS values."
        if amount is None:
            continue
        if not_available:
            yield f"{setting}_amount in a setting that is not available", "Clear the amount."
        elif total is not None and amount != (want := product(total, row.conversion_factor)):
            yield f"{setting}_amount {amount} is not {total} x {row.conversion_factor} = {want}", "Compute it again."
    if (row.amount_basis == "priced") != (row.nonfac_amount is not None or row.fac_amount is not None):
        yield f"amount basis {row.amount_basis!r} and the amounts disagree", "Only priced rows carry amounts."


def product(rvus: Decimal, factor: Decimal) -> Decimal:
    """RVUs times conversion factor in dollars and cents, half cents up (CMS rounding)."""
    return (rvus * factor).quantize(CENT, ROUND_HALF_UP)


def _agreement(row: Rate, held: Held) -> Iterator[tuple[str, str]]:
    code = held.codes.find(row.code)
    if code is None or row.mod is not None:
        return
    if code.medicare_status_2026 != row.status:
        yield f"status {row.status}, codes.csv says {code.medicare_status_2026}", "Make the two tables agree."
    if (row.amount_basis == "priced") != (code.medicare_payable_2026 == "priced"):
        yield f"{row.amount_basis}, codes.csv says {code.medicare_payable_2026}", "Make the two tables agree."
