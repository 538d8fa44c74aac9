"""A claim as the rules see it: lines of one patient by one practitioner on one date. No patient data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from bot.evidence import Evidence

Severity = Literal["deny", "warn", "info"]
SEVERITIES: tuple[Severity, ...] = ("deny", "warn", "info")

IssueKind = Literal[
    "unknown_code",
    "not_active",
    "units",
    "duplicate",
    "add_on",
    "pair",
    "unit_limit",
    "time",
    "minutes",
    "modifier",
    "place",
    "performer",
    "not_payable",
    "telehealth",
    "date",
]

_LINE = re.compile(r"([A-Za-z0-9]{5})(?:[xX*](-?\d+))?((?:-[A-Za-z0-9]{2})*)(?:[xX*](-?\d+))?")


@dataclass(frozen=True, slots=True)
class Line:
    """One claim line. `minutes` is the documented time of the whole service that the code belongs to."""

    code: str
    units: int = 1
    modifiers: tuple[str, ...] = ()
    minutes: int | None = None
    pos: str | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """Lines of one date. `performer` is a key or credential of `performers.csv`, `received` the day of checking."""

    lines: tuple[Line, ...]
    on: date
    payer: str | None = None
    performer: str | None = None
    received: date | None = None

    @property
    def codes(self) -> tuple[str, ...]:
        """Distinct codes in order of first appearance."""
        return tuple(dict.fromkeys(line.code for line in self.lines))


@dataclass(frozen=True, slots=True)
class Issue:
    """One problem: `deny` the line would not be paid, `warn` check before sending, `info` know this.

    `lines` are line numbers from 1; `fix` is the suggested correction, empty when there is none.
    """

    severity: Severity
    kind: IssueKind
    text: str
    lines: tuple[int, ...]
    codes: tuple[str, ...]
    fix: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """All issues of a claim, most severe first."""

    claim: Claim
    issues: tuple[Issue, ...]

    @property
    def denies(self) -> bool:
        """Whether a line would deny."""
        return any(issue.severity == "deny" for issue in self.issues)

    def of(self, severity: Severity) -> tuple[Issue, ...]:
        """Issues of one severity."""
        return tuple(issue for issue in self.issues if issue.severity == severity)


def parse_line(text: str) -> Line:
    """`90837`, `96127x2`, `99213-25` or `96127-59x2` as a line; raises ValueError that quotes the text."""
    match = _LINE.fullmatch(text.strip())
    if match is None or (match[2] and match[4]):
        raise ValueError(f"{text!r} is not a claim line; write a code, units and modifiers such as 96127x2 or 99213-25")
    units = int(match[2] or match[4] or 1)
    modifiers = tuple(part.upper() for part in match[3].split("-") if part)
    return Line(match[1].upper(), units, modifiers)


def with_details(
    lines: Iterable[Line], minutes: Mapping[str, int], modifiers: Iterable[str] = (), pos: str | None = None
) -> tuple[Line, ...]:
    """Lines with the minutes of their codes, and with the modifiers and place that hold for the whole claim."""
    shared = tuple(modifier.upper() for modifier in modifiers)
    return tuple(
        replace(
            line,
            minutes=minutes.get(line.code, line.minutes),
            modifiers=tuple(dict.fromkeys((*line.modifiers, *shared))),
            pos=line.pos or pos,
        )
        for line in lines
    )
