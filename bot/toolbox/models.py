"""What the tools hand back: plain frozen models that a page, a program or another assistant can read."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.answer import CodeState, EvidenceKind, SourceRef
from bot.rules.answers import Applies
from bot.rules.claim import IssueKind, Severity
from bot.rules.pairs import Together
from bot.rules.price import PriceState, Setting

CODE = r"^[A-Za-z0-9]{5}$"
MODIFIER = r"^[A-Za-z0-9]{2}$"
PLACE = r"^\d{2}$"
MOST_LINES, MOST_UNITS, MOST_MINUTES = 50, 999, 1440


class Result(BaseModel):
    """Base of the results: frozen, no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Proof(Result):
    """Evidence behind a finding: `quote` is copied from the record that `ref` names; `links` are its sources."""

    kind: EvidenceKind
    ref: str
    title: str
    section: str = ""
    quote: str
    tier: str
    sources: tuple[str, ...] = ()
    links: tuple[SourceRef, ...] = ()
    effective_from: dt.date | None = None
    effective_to: dt.date | None = None
    caveat: str = ""


class CodeMatch(Result):
    """A code that may have been meant, best first."""

    code: str
    status: CodeState
    descriptor: str
    descriptor_source: str
    family: str


class LineIn(Result):
    """One claim line as typed. `minutes` is the documented time of the whole service that the code belongs to."""

    code: str = Field(pattern=CODE)
    units: int = Field(default=1, ge=1, le=MOST_UNITS)
    modifiers: tuple[str, ...] = Field(default=(), max_length=4)
    minutes: int | None = Field(default=None, ge=0, le=MOST_MINUTES)
    pos: str | None = Field(default=None, pattern=PLACE)


class LineOut(Result):
    """One claim line as it was checked, with its number from 1."""

    line: int
    code: str
    units: int
    modifiers: tuple[str, ...]
    pos: str | None
    minutes: int | None


class IssueOut(Result):
    """One finding: `deny` would not be paid, `warn` check before sending, `info` know this. `lines` count from 1."""

    severity: Severity
    kind: IssueKind
    lines: tuple[int, ...]
    codes: tuple[str, ...]
    text: str
    fix: str
    evidence: tuple[Proof, ...]


class ClaimReport(Result):
    """A claim and every finding, most severe first. No finding means that no rule held stands against it."""

    date: dt.date
    payer: str | None
    performer: str | None
    denies: bool
    summary: str
    lines: tuple[LineOut, ...]
    issues: tuple[IssueOut, ...]


class PairReport(Result):
    """Two codes on one day. `state` no_data means that we hold nothing about them, which is not permission."""

    codes: tuple[str, str]
    date: dt.date
    state: Applies
    verdict: Together
    summary: tuple[str, ...]
    vintage: str
    evidence: tuple[Proof, ...]


class PriceReport(Result):
    """What Medicare allows. `amount` is for one unit, `total` for all; both are null unless `state` is priced."""

    code: str
    date: dt.date
    state: PriceState
    setting: Setting
    locality: str
    performer: str | None
    units: int
    amount: Decimal | None
    total: Decimal | None
    formula: str
    reason: str
    evidence: tuple[Proof, ...]


class Place(Result):
    """A Medicare locality: `key` is its contractor and number."""

    key: str
    name: str
    state: str


class Rung(Result):
    """A span of minutes (inclusive; no `last`: open end) and what it bills; empty `bills`: nothing billable."""

    first: int
    last: int | None
    bills: str


class TimeReport(Result):
    """What some minutes (or days) bill, with the spans around them and the worked count."""

    family: str
    label: str
    measure: str
    minutes: int
    convention: str
    bills: str
    arithmetic: str
    boundaries: str
    rungs: tuple[Rung, ...]
    over_limit: tuple[str, ...]
    readings: tuple[str, ...]
    evidence: tuple[Proof, ...]


class ChangeOut(Result):
    """One change: `subject` is a code or a statement's id, `first_day` the first day on which it holds."""

    group: Literal["code", "amount", "rule"]
    kind: str
    first_day: dt.date
    subject: str
    text: str
    scope: str


class ChangesReport(Result):
    """What is different on `end` from `start`. Nothing is known beyond `horizon`."""

    start: dt.date
    end: dt.date
    horizon: dt.date
    changes: tuple[ChangeOut, ...]


class Found(Result):
    """One passage of the knowledge, in its exact words."""

    id: str
    kind: str
    title: str
    section: str
    text: str
    codes: tuple[str, ...]
    payer: str
    tier: str
    effective_from: dt.date | None
    effective_to: dt.date | None
    score: float
    links: tuple[SourceRef, ...]


class SourceRow(Result):
    """A source of the library: `months` is its age (null when undated), `statements` how many rest on it.

    `code` is the code that those statements speak of most, empty when they name none.
    """

    id: str
    title: str
    publisher: str
    url: str
    tier: str
    as_of: str
    months: int | None
    statements: int
    code: str
