"""Dollars, RVUs and worked arithmetic."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from corpus.consistency.text import Reading, Sentence, Tables
from corpus.rows import Locality, Rate

CENT = Decimal("0.01")
_DOLLARS = re.compile(r"\$((?:\d{1,3}(?:,\d{3})+|\d+)\.\d{2})(?!\d)")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_RESULT = re.compile(r"=\s*\$?(\d+(?:\.\d+)?)(?![\d.]*\s*x\s)")
_EXPRESSION = re.compile(r"[\d.$x×+\-/() ]+$")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?) percent|x 0\.(\d+)")
_OFFICE = re.compile(r"non-?facility|\boffice\b", re.IGNORECASE)
_FACILITY = re.compile(r"(?<!non-)(?<!non)\bfacility\b", re.IGNORECASE)
_OTHER_SCHEDULE = re.compile(r"OPPS|outpatient rate|belong(?:s)? to", re.IGNORECASE)


def compare(reading: Reading, tables: Tables) -> Iterator[str]:
    """Arithmetic adds up; amounts and RVUs of a year that the fee schedule covers are those of the code."""
    for sentence in reading.sentences:
        yield from _arithmetic(sentence.text)
    factor = next((row.conversion_factor for row in tables.rates), None)
    if not reading.for_medicare or factor is None or _OTHER_SCHEDULE.search(reading.text):
        return
    if not _in_rate_year(reading):
        return
    allowed = _explained(reading, tables)
    for sentence in reading.sentences:
        if {int(year) for year in re.findall(r"\b20\d\d\b", sentence.text)} - {RATE_YEAR}:
            continue
        yield from _bound_amounts(sentence, reading, tables)
        for match in _DOLLARS.finditer(sentence.text):
            amount = _money(match.group(1))
            if reading.rows and amount not in allowed:
                yield f"${amount} is no amount of {', '.join(reading.codes[:4])} in rates_2026.csv"
    yield from _rvus(reading, tables)


RATE_YEAR = 2026
"""The year of rates_2026.csv and gpci_2026.csv."""


def _in_rate_year(reading: Reading) -> bool:
    """Whether the statement is in force in the year of the fee schedule and in no other."""
    first, last = reading.statement.effective_from, reading.statement.effective_to
    return first is not None and last is not None and (first.year, last.year) == (RATE_YEAR, RATE_YEAR)


def _money(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def _rates(code: str, tables: Tables) -> list[Rate]:
    found = tables.rates.find(code)
    return [found] if found is not None and found.amount_basis == "priced" else []


def _bound_amounts(sentence: Sentence, reading: Reading, tables: Tables) -> Iterator[str]:
    """Amounts that follow their codes directly: "90834 $113.90", "G0539 and G0541 $53.11"."""
    office, facility = bool(_OFFICE.search(sentence.text)), bool(_FACILITY.search(sentence.text))
    for group in sentence.groups:
        match = re.match(r"(?: is| at|:| \([a-z -]+\))? \$(\d[\d,]*\.\d{2})(?!\d)", sentence.text[group.end :])
        if match is None or re.search(r"(?:x|\d) $", sentence.text[: group.start]):
            continue
        if _PERCENT.search(reading.text):
            continue
        amount = _money(match.group(1))
        for code in group.codes:
            rows = _rates(code, tables)
            wanted = {row.nonfac_amount for row in rows if office or not facility}
            wanted |= {row.fac_amount for row in rows if facility or not office}
            if rows and amount not in wanted:
                held = " or ".join(f"${value}" for value in sorted(value for value in wanted if value is not None))
                yield f"{code} at ${amount}, rates_2026.csv has {held or 'no such amount'}"


def _explained(reading: Reading, tables: Tables) -> set[Decimal]:
    """Every amount that the tables, the localities or the statement's own arithmetic explain."""
    rows = [row for code in reading.codes for row in _rates(code, tables)]
    base = {value for row in rows for value in (row.nonfac_amount, row.fac_amount) if value is not None}
    factor = next(row.conversion_factor for row in tables.rates)
    if "locality" in reading.text or "localities" in reading.text or _names_a_place(reading.text, tables):
        base |= {amount for row in rows for place in tables.localities for amount in local(row, place, factor)}
    base |= {_money(match.group(1)) for match in _RESULT.finditer(reading.text) if "." in match.group(1)}
    whole = {Decimal(found) for found in re.findall(r"\$(\d+)(?![\d.,])", reading.text)}
    shares = {Decimal(a or f"{b}") / 100 for a, b in _PERCENT.findall(reading.text)}
    shares |= {1 - share for share in shares}
    shares |= {Decimal(count) for count in re.findall(r"(?<![\d.$-])\d{1,2}(?= [a-z]+)", reading.text)}
    known = base | whole
    for _ in range(3):
        products = {_cents(value * share) for value in known for share in shares}
        shown = {_money(found) for found in _DOLLARS.findall(reading.text)} & (known | products)
        known = base | whole | products | shown
        known |= {_cents(abs(a - b)) for a in shown | whole for b in shown | whole}
        known |= {_cents(a + b) for a in shown for b in shown}
    return known


def _names_a_place(text: str, tables: Tables) -> bool:
    words = {word.lower() for word in re.findall(r"[A-Z][a-z]{3,}", text)}
    return any(words & set(re.findall(r"[a-z]{4,}", place.locality_name.lower())) for place in tables.localities)


def local(rate: Rate, place: Locality, factor: Decimal) -> Iterator[Decimal]:
    """Office and facility amount of a rate in a locality, where the setting is priced."""
    for expense, amount in ((rate.nonfac_pe_rvu, rate.nonfac_amount), (rate.fac_pe_rvu, rate.fac_amount)):
        if expense is not None and amount is not None:
            adjusted = rate.work_rvu * place.pw_gpci + expense * place.pe_gpci + rate.mp_rvu * place.mp_gpci
            yield _cents(adjusted * factor)


def _cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


def _rvus(reading: Reading, tables: Tables) -> Iterator[str]:
    if len(reading.codes) != 1:
        return
    rows = _rates(reading.codes[0], tables)
    if match := re.search(r"work RVU (\d+\.\d+)", reading.text):
        held = {row.work_rvu for row in rows}
        if held and Decimal(match.group(1)) not in held:
            yield f"work RVU {match.group(1)}, rates_2026.csv has {', '.join(map(str, sorted(held)))}"
    if match := re.search(r"total RVUs (\d+\.\d+) and (\d+\.\d+)", reading.text):
        totals = {(row.nonfac_total, row.fac_total) for row in rows}
        if totals and (Decimal(match.group(1)), Decimal(match.group(2))) not in totals:
            yield f"total RVUs {match.group(1)} and {match.group(2)} are not those of rates_2026.csv"


def _arithmetic(sentence: str) -> Iterator[str]:
    """Every "expression = result" whose expression can be read."""
    for match in _RESULT.finditer(sentence):
        left = re.sub(r"\b(?:RVUs|allowed)\b", "", sentence[: match.start()])
        expression = _EXPRESSION.search(left)
        value = _value(expression.group(0)) if expression else None
        if expression is None or value is None:
            continue
        shown = Decimal(match.group(1))
        places = Decimal(1).scaleb(int(shown.as_tuple().exponent))
        if abs(value - shown) > places / 2:
            yield f"{expression.group(0).strip()} is {value.quantize(places, ROUND_HALF_UP)}, not {shown}"


def _value(expression: str) -> Decimal | None:
    """The value of sums and products with parentheses; None when it is no such expression."""
    tokens = re.findall(r"\d+(?:\.\d+)?|[x×+/()]|(?<= )-(?= )", expression.replace("$", ""))
    if len(tokens) < 3 or not any(token in "x×+-/" for token in tokens):
        return None
    try:
        value, rest = _sum(tokens)
    except (IndexError, ArithmeticError):
        return None
    return value if not rest else None


def _sum(tokens: list[str]) -> tuple[Decimal, list[str]]:
    value, tokens = _product(tokens)
    while tokens and tokens[0] in "+-":
        right, rest = _product(tokens[1:])
        value, tokens = (value + right if tokens[0] == "+" else value - right), rest
    return value, tokens


def _product(tokens: list[str]) -> tuple[Decimal, list[str]]:
    value, tokens = _atom(tokens)
    while tokens and tokens[0] in "x×/":
        right, rest = _atom(tokens[1:])
        value, tokens = (value / right if tokens[0] == "/" else value * right), rest
    return value, tokens


def _atom(tokens: list[str]) -> tuple[Decimal, list[str]]:
    if tokens[0] == "(":
        value, rest = _sum(tokens[1:])
        return value, rest[1:]
    return Decimal(tokens[0]), tokens[1:]
