"""The tools beside the chat: codes, claims, pairs, time, amounts, changes, statements, sources.

    tools = Toolbox(knowledge, index)
    tools.check([LineIn(code=...)], on=date(2026, 3, 2), payer="medicare").issues

Pages, the API and the MCP server all call these; they compute nothing themselves. Pure but for reading tables;
safe to share between threads.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import islice

from bot.answer import SourceRef
from bot.codepage import CodePage, code_page
from bot.errors import UsageError
from bot.evidence import Evidence
from bot.findings.advice import descriptor
from bot.findings.pairs import pairs_finding
from bot.inputs import parse_modifiers, parse_payer, parse_performer
from bot.lookup import find_codes, normalized
from bot.rules import time as time_rules
from bot.rules.check import check as run_check
from bot.rules.claim import Claim, Line, Report
from bot.rules.ladder import steps
from bot.rules.pairs import Combination, pair
from bot.rules.price import Setting, price
from bot.toolbox.models import (
    ChangeOut,
    ChangesReport,
    ClaimReport,
    CodeMatch,
    Found,
    IssueOut,
    LineIn,
    LineOut,
    PairReport,
    Place,
    PriceReport,
    Proof,
    Rung,
    SourceRow,
    TimeReport,
)
from corpus.changes import Change, changes
from corpus.knowledge import Knowledge
from corpus.review import as_of
from corpus.rows import Locality
from index.filters import Filters
from index.search import Index

__all__ = ["Toolbox", "claim_report"]

_RUNGS_BEFORE, _RUNGS_AFTER = 3, 2
"""Spans of the time line shown before and after the one that was hit."""


class Toolbox:
    """Read-only tools over one knowledge and its index."""

    def __init__(self, knowledge: Knowledge, index: Index | None = None) -> None:
        self.knowledge = knowledge
        self.index = index

    def code(self, code: str, on: dt.date | None = None) -> CodePage:
        """The page of one code for a date of service; raises UnknownCodeError with what may have been meant."""
        return code_page(self.knowledge, code, on or dt.date.today())

    def find_codes(self, text: str, on: dt.date | None = None, limit: int = 12) -> tuple[CodeMatch, ...]:
        """Codes that `text` may mean (a code, its beginning, a slip of typing, words), best first; may be empty."""
        day = on or dt.date.today()
        return tuple(self._match(code, day) for code in find_codes(self.knowledge, text, day, limit))

    def _match(self, code: str, on: dt.date) -> CodeMatch:
        words, source = descriptor(self.knowledge, code, on)
        return CodeMatch(
            code=code,
            status=self.knowledge.codes.status(code, on),
            descriptor=words,
            descriptor_source=source,
            family=self.knowledge.codes.get(code).family,
        )

    def check(
        self,
        lines: Sequence[LineIn],
        *,
        on: dt.date | None = None,
        payer: str | None = None,
        performer: str | None = None,
    ) -> ClaimReport:
        """Every finding about a claim of one patient, practitioner and date.

        Raises:
            OptionError: payer or performer is unknown; suggests the nearest.
            UsageError: there is no line.
        """
        if not lines:
            raise UsageError("a claim needs at least one line", hint="Give a code for each line.")
        held = tuple(
            Line(line.code.upper(), line.units, parse_modifiers(line.modifiers), line.minutes, line.pos)
            for line in lines
        )
        today = dt.date.today()
        claim = Claim(
            held,
            on or today,
            parse_payer(payer or None, self.knowledge),
            parse_performer(performer or None, self.knowledge),
            received=today,
        )
        return claim_report(self.knowledge, run_check(self.knowledge, claim))

    def pair(self, first: str, second: str, on: dt.date | None = None, payer: str | None = None) -> PairReport:
        """What is held about two codes on one day by one practitioner for one patient.

        Raises:
            UsageError: the two are the same code.
        """
        day = on or dt.date.today()
        one, two = normalized(self.knowledge, first), normalized(self.knowledge, second)
        if one == two:
            raise UsageError("a pair needs two different codes", hint="Give two codes.")
        who = parse_payer(payer or None, self.knowledge)
        found = pair(self.knowledge, one, two, day, who)
        told = pairs_finding(self.knowledge, Combination((one, two), (found,), ()), day)
        return PairReport(
            codes=(found.first, found.second),
            date=day,
            state=found.state,
            verdict=found.verdict,
            summary=tuple(claim.text for claim in told.claims),
            vintage=found.vintage,
            evidence=self.proofs(found.evidence),
        )

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Medicare localities in order of state and name."""
        rows = sorted(self.knowledge.localities, key=lambda row: (row.state, row.locality_name))
        return tuple(
            Place(key=f"{row.mac}-{row.locality}", name=row.locality_name.title(), state=row.state) for row in rows
        )

    def price(
        self,
        code: str,
        *,
        on: dt.date | None = None,
        locality: str = "",
        setting: Setting = "nonfacility",
        performer: str | None = None,
        units: int = 1,
    ) -> PriceReport:
        """What Medicare allows for a code, nationally or in a locality (the `key` of one of `places`).

        Raises:
            UsageError: there is no such locality.
            OptionError: the performer is unknown.
        """
        where = self._locality(locality)
        who = parse_performer(performer or None, self.knowledge)
        name = normalized(self.knowledge, code)
        day = on or dt.date.today()
        found = price(self.knowledge, name, day, setting=setting, locality=where, performer=who, units=units)
        return PriceReport(
            code=found.code,
            date=found.on,
            state=found.state,
            setting=found.setting,
            locality=f"{where.locality_name.title()}, {where.state}" if where else "National",
            performer=who,
            units=units,
            amount=found.amount,
            total=found.total,
            formula=found.formula,
            reason=found.reason,
            evidence=self.proofs(found.evidence),
        )

    def _locality(self, key: str) -> Locality | None:
        if not key:
            return None
        mac, _, number = key.partition("-")
        found = self.knowledge.localities.find(mac, number)
        if found is None:
            raise UsageError("that is no Medicare locality", hint="Use a contractor and number from the list.")
        return found

    @cached_property
    def families(self) -> dict[str, str]:
        """Services that minutes or days decide: key to label with its codes, in order of label."""
        labels: dict[str, str] = {}
        for row in self.knowledge.services:
            if row.time_family:
                labels.setdefault(row.time_family, row.label)
        found: dict[str, str] = {}
        for rule in self.knowledge.rules.time_rules:
            name = labels.get(rule.family) or rule.family.replace("-", " ")
            codes = ", ".join(dict.fromkeys((*rule.codes, *((rule.addon,) if rule.addon else ()))))
            found.setdefault(rule.family, f"{name[:1].upper()}{name[1:]} ({codes})")
        return dict(sorted(found.items(), key=lambda item: item[1].lower()))

    def time(self, family: str, minutes: int, *, on: dt.date | None = None, payer: str | None = None) -> TimeReport:
        """What `minutes` (or days) of a service of `families` bill on a date of service.

        Raises:
            UsageError: no such service, none on that date, or a negative number.
        """
        if family not in self.families:
            raise UsageError("that service is not counted by time", hint="Choose a service from the list.")
        day = on or dt.date.today()
        who = parse_payer(payer or None, self.knowledge)
        try:
            found = time_rules.units_for(self.knowledge, family, minutes, payer=who, on=day)
        except ValueError as error:
            raise UsageError(str(error), hint="Check the date of service and the minutes.") from error
        others = time_rules.alternatives(self.knowledge, family, minutes, found.convention.convention, who)
        return TimeReport(
            family=family,
            label=self.families[family],
            measure=found.rule.measure,
            minutes=minutes,
            convention=found.convention.name,
            bills=time_rules.shown(found.units),
            arithmetic=found.arithmetic,
            boundaries=found.boundaries,
            rungs=self._rungs(found, day),
            over_limit=tuple(
                f"{row.code}: {row.units} units are over Medicare's limit of {row.limit} a day."
                for row in found.over_limits
            ),
            readings=tuple(f"{row.convention.name}: {time_rules.shown(row.units)}." for row in others),
            evidence=self.proofs(found.evidence),
        )

    def _rungs(self, found: time_rules.TimeResult, on: dt.date) -> tuple[Rung, ...]:
        kept: list[Rung] = []
        hit = None
        for step in islice(steps(self.knowledge, found.rule, on), MOST_RUNGS_READ):
            bills = time_rules.shown(step.units) if step.units else ""
            kept.append(Rung(first=step.first, last=step.last, bills=bills))
            if step == found.step:
                hit = len(kept) - 1
            if hit is not None and len(kept) > hit + _RUNGS_AFTER and len(kept) > _RUNGS_BEFORE + _RUNGS_AFTER:
                break
        first = max(0, (hit or 0) - _RUNGS_BEFORE)
        return tuple(kept[first:])

    def changes(self, start: dt.date, end: dt.date, *, everything: bool = False) -> ChangesReport:
        """What is different on `end` from `start`; without `everything` only what is of the field.

        Raises:
            UsageError: start is not before end.
        """
        if start >= end:
            raise UsageError(f"{start} is not before {end}", hint="Swap the two dates.")
        found = changes(self.knowledge, start, end)
        shown = found if everything else found.core()
        groups: tuple[tuple[str, tuple[Change, ...]], ...] = (
            ("code", shown.codes),
            ("amount", shown.rates),
            ("rule", shown.rules),
        )
        rows = tuple(
            ChangeOut.model_validate(
                {
                    "group": group,
                    "kind": row.kind,
                    "first_day": row.first_day,
                    "subject": row.subject,
                    "text": row.text,
                    "scope": row.scope,
                }
            )
            for group, held in groups
            for row in held
        )
        return ChangesReport(start=start, end=end, horizon=found.horizon, changes=rows)

    def search(
        self, query: str, *, limit: int = 10, on: dt.date | None = None, payer: str | None = None
    ) -> tuple[Found, ...]:
        """Passages that speak of `query`, best first, those in force on `on` only; empty means that none does."""
        if self.index is None:
            return ()
        who = parse_payer(payer or None, self.knowledge)
        wanted = Filters(on=on, payers=(who,) if who else ())
        return tuple(
            Found(
                id=hit.passage.id,
                kind=hit.passage.kind,
                title=hit.passage.title,
                section=hit.passage.section,
                text=hit.passage.text,
                codes=hit.passage.codes,
                payer=hit.passage.payer,
                tier=hit.passage.tier,
                effective_from=hit.passage.effective_from,
                effective_to=hit.passage.effective_to,
                score=round(hit.score, 4),
                links=self.links(hit.passage.sources),
            )
            for hit in self.index.search(query, k=limit, filters=wanted)
        )

    @cached_property
    def _used(self) -> dict[str, Counter[str]]:
        """By source: how often its statements name each code; the empty word counts the statements."""
        found: dict[str, Counter[str]] = {}
        for row in self.knowledge.statements:
            for item in row.sources:
                found.setdefault(item, Counter()).update(("", *row.codes))
        return found

    def sources(self, word: str = "", tier: str = "", today: dt.date | None = None) -> tuple[SourceRow, ...]:
        """The library: sources with `word` in id, title or publisher, of one tier or all; most used first."""
        day = today or dt.date.today()
        wanted = word.lower().strip()
        found = []
        for row in self.knowledge.sources:
            if (tier and row.tier != tier) or wanted not in f"{row.id} {row.title} {row.publisher}".lower():
                continue
            known = as_of(row)
            used = self._used.get(row.id, Counter())
            months = None if known is None else max(0, (day.year - known.year) * 12 + day.month - known.month)
            found.append(
                SourceRow(
                    id=row.id,
                    title=row.title,
                    publisher=row.publisher,
                    url=row.url,
                    tier=row.tier,
                    as_of=row.as_of or "",
                    months=months,
                    statements=used[""],
                    code=next((code for code, _ in used.most_common() if code), ""),
                )
            )
        return tuple(sorted(found, key=lambda row: (-row.statements, row.title)))

    def proofs(self, evidence: Iterable[Evidence]) -> tuple[Proof, ...]:
        """Evidence with the titles and addresses of its sources."""
        return proofs(self.knowledge, evidence)

    def links(self, ids: Iterable[str]) -> tuple[SourceRef, ...]:
        """Sources by id, those that the bibliography holds."""
        return _links(self.knowledge, ids)


MOST_RUNGS_READ = 400
"""Spans of a ladder that are looked through: a day of 15-minute units has 96."""


def claim_report(knowledge: Knowledge, report: Report) -> ClaimReport:
    """A checked claim as a model."""
    claim = report.claim
    return ClaimReport(
        date=claim.on,
        payer=claim.payer,
        performer=claim.performer,
        denies=report.denies,
        summary=_summary(report),
        lines=tuple(
            LineOut(
                line=number,
                code=line.code,
                units=line.units,
                modifiers=line.modifiers,
                pos=line.pos,
                minutes=line.minutes,
            )
            for number, line in enumerate(claim.lines, start=1)
        ),
        issues=tuple(
            IssueOut(
                severity=issue.severity,
                kind=issue.kind,
                lines=issue.lines,
                codes=issue.codes,
                text=issue.text,
                fix=issue.fix,
                evidence=proofs(knowledge, issue.evidence),
            )
            for issue in report.issues
        ),
    )


def _summary(report: Report) -> str:
    lines = {number for issue in report.of("deny") for number in issue.lines}
    if report.denies:
        return f"{len(lines)} of {len(report.claim.lines)} lines would deny." if lines else "The claim would deny."
    if report.of("warn"):
        return "Nothing denies by the rules held; read what to check before sending."
    return "No rule that is held stands against this claim. That is not a promise of payment."


def proofs(knowledge: Knowledge, evidence: Iterable[Evidence]) -> tuple[Proof, ...]:
    """Evidence as models, each piece once."""
    return tuple(
        Proof(
            kind=row.kind,
            ref=row.ref,
            title=row.title,
            section=row.section,
            quote=row.quote,
            tier=row.tier,
            sources=row.sources,
            links=_links(knowledge, row.sources),
            effective_from=row.effective_from,
            effective_to=row.effective_to,
            caveat=row.caveat,
        )
        for row in dict.fromkeys(evidence)
    )


def _links(knowledge: Knowledge, ids: Iterable[str]) -> tuple[SourceRef, ...]:
    rows = (knowledge.sources.get(item) for item in ids if item in knowledge.sources)
    return tuple(
        SourceRef(title=row.title, publisher=row.publisher, url=row.url, as_of=row.as_of or "", tier=row.tier)
        for row in rows
    )
