"""Looking up imported official files: the edition in force on a date of service, and its rows.

    official = Official(settings.official_url)
    official.edition("ncci-ptp", on)          # None when none was imported
    official.edit("90837", "96127", on)

Nothing is opened before the first look-up, and nothing at all while no database file exists. Editions never change
once they are imported, so rows are kept in memory; the list of editions is read anew every few seconds, for imports
that another process makes.
"""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from corpus.errors import DatabaseError
from corpus.official_rows import (
    EDITION_KEY,
    HeldAddon,
    HeldCode,
    HeldDescriptor,
    HeldEdit,
    HeldEdition,
    HeldLimit,
    HeldLocality,
    HeldNumber,
    HeldRate,
)
from corpus.rows import Row

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from corpus.importers.kinds import Edition

PFS, GPCI, HCPCS, CPT = "pfs-rvu", "gpci", "hcpcs", "ama-cpt"
PTP, MUE, ADDON = "ncci-ptp", "ncci-mue", "ncci-addon"
NUMBERS = "hcpcs-codes"
CITED = frozenset((PFS, GPCI, HCPCS, NUMBERS, CPT, PTP, MUE, ADDON))
"""Kinds whose rows answers cite: a reference `kind:...` of these is looked up here."""
_SQLITE = "sqlite:///"
_FRESH = 3.0
"""Seconds for which the list of editions is believed."""
_KEPT = 20_000
"""Rows kept in memory."""
_CENT = Decimal("0.01")
_PRICED = frozenset("ART")
"""Status letters under which relative values are an amount (record layout, attachment A)."""
_BY_CONTRACTOR = "CCCCC"
_NEVER = "9"
T = TypeVar("T")


class Official:
    """What was imported into one database. Safe to share between threads."""

    def __init__(self, url: str | None = None, sources: Callable[[str, str], tuple[str, ...]] | None = None) -> None:
        """`url` None holds nothing; `sources` gives the bibliography's ids for a kind and an edition."""
        self._url = url
        self._sources_of = sources or (lambda _kind, _edition: ())
        self._engine: Engine | None = None
        self._editions: tuple[Edition, ...] = ()
        self._read_at = -_FRESH
        self._rows: dict[tuple[object, ...], Any] = {}

    @property
    def editions(self) -> tuple[Edition, ...]:
        """Everything imported, oldest first by kind."""
        if self._url is None or (self._engine is None and not self._exists()):
            return ()
        if time.monotonic() - self._read_at >= _FRESH:
            from corpus.importers.store import read_editions

            with self._open().connect() as connection:
                self._editions = read_editions(connection)
            self._read_at = time.monotonic()
        return self._editions

    def _exists(self) -> bool:
        """Whether a SQLite file is there; a server is asked."""
        url = self._url or ""
        return not url.startswith(_SQLITE) or Path(url.removeprefix(_SQLITE)).is_file()

    def _open(self) -> Engine:
        if self._engine is None:
            from corpus.database import open_database

            assert self._url is not None, "only with a database"
            self._engine = open_database(self._url)
            weakref.finalize(self, self._engine.dispose)
        return self._engine

    def close(self) -> None:
        """Close the database; the next look-up opens it again."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None
        self._read_at = -_FRESH

    def edition(self, kind: str, on: date) -> Edition | None:
        """The edition of a kind that counts for a date of service, or None.

        It is the newest one that begins no later. A yearly table counts for its own year only, and its first release
        also for the days of that year before it.
        """
        held = [each for each in self.editions if each.kind == kind]
        begun = [each for each in held if each.effective_from <= on]
        if begun and begun[-1].covers(on):
            return begun[-1]
        return next((each for each in held if each.effective_to and each.effective_from.year == on.year), None)

    def named(self, kind: str, name: str) -> Edition | None:
        """The edition of a kind with this name."""
        return next((each for each in self.editions if (each.kind, each.edition) == (kind, name)), None)

    def _kept(self, key: tuple[object, ...], look_up: Callable[[], T]) -> T:
        if key not in self._rows:
            if len(self._rows) >= _KEPT:
                self._rows.clear()
            self._rows[key] = look_up()
        found: T = self._rows[key]
        return found

    def _select(self, edition: Edition, **wanted: str) -> tuple[dict[str, Any], ...]:
        """The rows of an edition with these values; none when it was removed meanwhile."""
        return self._kept((edition.id, *wanted.items()), lambda: self._query(edition, wanted))

    def _query(self, edition: Edition, wanted: Mapping[str, str]) -> tuple[dict[str, Any], ...]:
        from sqlalchemy import select
        from sqlalchemy.exc import SQLAlchemyError

        from corpus.importers import KINDS
        from corpus.importers.store import LINE, data_table

        table = data_table(edition.table, (*KINDS[edition.kind].columns, LINE))
        query = select(table).where(*(table.c[name] == value for name, value in wanted.items())).order_by(table.c.line)
        try:
            with self._open().connect() as connection:
                return tuple(dict(row) for row in connection.execute(query).mappings())
        except SQLAlchemyError as error:
            self._read_at = -_FRESH
            if edition not in self.editions:
                return ()
            raise DatabaseError(f"edition {edition.edition} of {edition.kind} cannot be read") from error

    def rows_with(self, edition: Edition, column: str, value: str) -> tuple[dict[str, Any], ...]:
        """The stored rows of an edition that have a value in a column."""
        return self._select(edition, **{column: value})

    def rate(self, code: str, mod: str | None, on: date) -> HeldRate | None:
        """The relative values of (code, modifier) that count on a date, with the national amounts."""
        edition = self.edition(PFS, on)
        return None if edition is None else self.rate_in(edition, code, mod)

    def rate_in(self, edition: Edition, code: str, mod: str | None) -> HeldRate | None:
        """The relative values of (code, modifier) in an edition."""
        rows = self._select(edition, code=code, modifier=mod or "")
        return held_rate(rows[0], edition.edition, self._source(PFS, edition.edition)) if rows else None

    def localities(self, on: date) -> tuple[HeldLocality, ...]:
        """All localities with their indices of the year of a date of service; none when it is not held."""
        edition = self.edition(GPCI, on)
        if edition is None:
            return ()
        return self._kept(
            (edition.id,), lambda: tuple(self._locality(row, edition.edition) for row in self._query(edition, {}))
        )

    def _locality(self, row: Mapping[str, Any], edition: str) -> HeldLocality:
        columns = ("mac", "state", "locality", "locality_name", "pw_gpci", "pe_gpci", "mp_gpci")
        return HeldLocality(
            **{name: row[name] for name in columns},  # checked by the model
            source=self._source(GPCI, edition),
            edition=edition,
        )

    def _source(self, kind: str, edition: str) -> str:
        return next(iter(self._sources_of(kind, edition)), "")

    def edit(self, first: str, second: str, on: date) -> HeldEdit | None:
        """The NCCI pair of two codes, in either order, that is in force on a date of service, or None."""
        edition = self.edition(PTP, on)
        if edition is None:
            return None
        rows = [
            row
            for one, two in ((first, second), (second, first))
            for row in self._select(edition, column1=one, column2=two)
            if _in_force(row, on)
        ]
        return self._edit(rows[0], edition.edition) if rows else None

    def _edit(self, row: Mapping[str, Any], edition: str) -> HeldEdit:
        columns = ("column1", "column2", "modifier_indicator", "rationale")
        return HeldEdit(
            **{name: row[name] for name in columns},
            effective_from=row["effective_from"] or None,
            effective_to=row["effective_to"] or None,
            edition=edition,
            sources=self._sources_of(PTP, edition),
        )

    def limit(self, code: str, on: date) -> HeldLimit | None:
        """The unit limit of a code that counts on a date of service, or None."""
        edition = self.edition(MUE, on)
        rows = self._select(edition, code=code) if edition is not None else ()
        return self._limit(rows[0], edition.edition) if rows and edition is not None else None

    def _limit(self, row: Mapping[str, Any], edition: str) -> HeldLimit:
        return HeldLimit(
            code=row["code"],
            mue=row["units"],
            mai=row["mai"],
            rationale=row["rationale"],
            mue_edition=edition,
            sources=self._sources_of(MUE, edition),
        )

    def addon(self, code: str, on: date) -> HeldAddon | None:
        """The primary codes of an add-on code on a date of service; None when it is none, or nothing is held."""
        edition = self.edition(ADDON, on)
        return None if edition is None else self._addon(edition, code)

    def _addon(self, edition: Edition, code: str) -> HeldAddon | None:
        rows = self._select(edition, code=code)
        if not rows:
            return None
        primary = tuple(dict.fromkeys(row["primary_code"] for row in rows))
        return HeldAddon(
            code=code,
            addon_to=tuple(each for each in primary if each != _BY_CONTRACTOR),
            by_contractor=_BY_CONTRACTOR in primary,
            edition=edition.edition,
            sources=self._sources_of(ADDON, edition.edition),
        )

    def code(self, code: str, on: date) -> HeldCode | None:
        """The HCPCS Level II code with its official descriptor in the edition that counts on a date, or None."""
        edition = self.edition(HCPCS, on)
        rows = self._select(edition, code=code) if edition is not None else ()
        return self._code(rows[0], edition.edition) if rows and edition is not None else None

    def _code(self, row: Mapping[str, Any], edition: str) -> HeldCode:
        return HeldCode(
            code=row["code"],
            official_descriptor=row["description"],
            short_description=row["short_description"] or None,
            coverage=row["coverage"] or None,
            added=row["added"] or None,
            effective_to=row["effective_to"] or None,
            edition=edition,
            sources=self._sources_of(HCPCS, edition),
        )

    def number(self, code: str, on: date) -> HeldNumber | None:
        """The code in the imported list of code numbers that counts on a date, or None."""
        edition = self.edition(NUMBERS, on)
        rows = self._select(edition, code=code) if edition is not None else ()
        return self._number(rows[0], edition.edition) if rows and edition is not None else None

    def _number(self, row: Mapping[str, Any], edition: str) -> HeldNumber:
        return HeldNumber(code=row["code"], edition=edition, sources=self._sources_of(NUMBERS, edition))

    def cpt(self, code: str, on: date) -> HeldDescriptor | None:
        """The licensed long descriptor of a CPT code on a date of service, or None."""
        edition = self.edition(CPT, on)
        rows = self._select(edition, code=code, length="long") if edition is not None else ()
        return self._cpt(rows[0], edition.edition) if rows and edition is not None else None

    def _cpt(self, row: Mapping[str, Any], edition: str) -> HeldDescriptor:
        return HeldDescriptor(
            code=row["code"],
            official_descriptor=row["description"],
            edition=edition,
            sources=self._sources_of(CPT, edition),
        )

    def knows(self, code: str, on: date) -> bool:
        """Whether an imported file describes, prices or limits a code on a date of service."""
        return any(look_up(code, on) for look_up in (self.code, self.cpt, self.limit, self.number)) or bool(
            self.rate(code, None, on)
        )

    def descriptors(self, on: date) -> Iterable[HeldCode | HeldDescriptor]:
        """Every official descriptor of the editions that count on a date of service."""
        if (edition := self.edition(HCPCS, on)) is not None:
            yield from (self._code(row, edition.edition) for row in self._query(edition, {}))
        if (edition := self.edition(CPT, on)) is not None:
            yield from (self._cpt(row, edition.edition) for row in self._query(edition, {"length": "long"}))

    @staticmethod
    def edition_row(edition: Edition) -> HeldEdition:
        """An edition as evidence of what it holds and lacks."""
        return HeldEdition(
            kind=edition.kind,
            edition=edition.edition,
            effective_from=edition.effective_from,
            rows=edition.rows,
            files=edition.files,
            sha256=edition.sha256,
        )

    def rows_of(self, ref: str) -> tuple[Row, ...]:
        """The rows that an `official_ref` names, looked up again in the store; none when there are none."""
        kind, _, rest = ref.partition(":")
        name, _, key = rest.partition("/")
        edition = self.named(kind, name)
        if edition is None or not key:
            return ()
        return self._again(kind, edition, key)

    def _again(self, kind: str, edition: Edition, key: str) -> tuple[Row, ...]:
        name = edition.edition
        if key == EDITION_KEY:
            return (self.edition_row(edition),)
        if kind == PFS:
            code, _, mod = key.partition("-")
            rate = self.rate_in(edition, code, mod or None)
            return (rate,) if rate is not None else ()
        if kind == PTP:
            one, _, two = key.partition("/")
            return tuple(self._edit(row, name) for row in self._select(edition, column1=one, column2=two))
        if kind == GPCI:
            mac, _, locality = key.partition("-")
            return tuple(self._locality(row, name) for row in self._select(edition, mac=mac, locality=locality))
        if kind == ADDON:
            addon = self._addon(edition, key)
            return (addon,) if addon is not None else ()
        if kind == CPT:
            return tuple(self._cpt(row, name) for row in self._select(edition, code=key, length="long"))
        make: dict[str, Callable[[Mapping[str, Any], str], Row]] = {
            MUE: self._limit,
            HCPCS: self._code,
            NUMBERS: self._number,
        }
        return tuple(make[kind](row, name) for row in self._select(edition, code=key)) if kind in make else ()


def _in_force(row: Mapping[str, Any], on: date) -> bool:
    """Whether an edit holds on a date: deleted edits stay in the file, and one deleted on its first day never held."""
    start, end, day = row["effective_from"], row["effective_to"], on.isoformat()
    if row["modifier_indicator"] == _NEVER or (start and start == end):
        return False
    return (not start or start <= day) and (not end or day <= end)


def held_rate(row: Mapping[str, Any], edition: str, source: str) -> HeldRate:
    """A stored row of relative values as a rate: national amounts where the status and the setting have one."""
    factor, status = Decimal(row["conversion_factor"]), row["status"]
    totals = {setting: Decimal(row[f"{setting}_total"]) for setting in ("nonfac", "fac")}
    amounts = {
        setting: (total * factor).quantize(_CENT, ROUND_HALF_UP)
        if status in _PRICED and total and not row[f"{setting}_na"]
        else None
        for setting, total in totals.items()
    }
    return HeldRate(
        code=row["code"],
        mod=row["modifier"] or None,
        status=status,
        work_rvu=row["work_rvu"],
        nonfac_pe_rvu=row["nonfac_pe_rvu"],
        fac_pe_rvu=row["fac_pe_rvu"],
        mp_rvu=row["mp_rvu"],
        nonfac_total=totals["nonfac"],
        fac_total=totals["fac"],
        nonfac_amount=amounts["nonfac"],
        fac_amount=amounts["fac"],
        nonfac_na=row["nonfac_na"] or None,
        fac_na=row["fac_na"] or None,
        amount_basis=_basis(status, any(amounts.values()), any(totals.values())),
        conversion_factor=factor,
        global_days=row["global_days"] or None,
        pctc=row["pctc"] or None,
        source=source,
        edition=edition,
    )


def _basis(status: str, priced: bool, values: bool) -> str:
    """The word that the shipped rates use for what an amount rests on."""
    if priced:
        return "priced"
    if status == _CONTRACTOR or (status in _PRICED and not values):
        return "contractor-priced"
    return "rvu-shown-but-not-paid" if values else "no-rvu"


_CONTRACTOR = "C"
