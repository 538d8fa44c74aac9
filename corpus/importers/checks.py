"""Completeness checks that several kinds share: known rows must be there, values must lie where they can lie."""

from __future__ import annotations

import re
from collections.abc import Collection
from decimal import Decimal, InvalidOperation

from corpus.importers.files import Document
from corpus.importers.store import Staged

CODE = re.compile(r"\d{4}[0-9A-Z]|[A-Z]\d{4}")
KNOWN_SHARE = 0.95
"""Least share of the rows known to us that a complete file holds; publishers do drop a few."""
_SHOWN = 5


def number(document: Document, line: int, column: str, text: str) -> Decimal:
    """A cell that must hold a number.

    Raises:
        OfficialFileError: it holds none; line and column are named.
    """
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        raise document.refuse(f"{text.strip()!r} is not a number", line=line, column=column) from None
    if not value.is_finite():
        raise document.refuse(f"{text.strip()!r} is not a number", line=line, column=column)
    return value


def code(document: Document, line: int, column: str, text: str) -> str:
    """A cell that must hold a billing code.

    Raises:
        OfficialFileError: it holds none; a code whose leading zeros a spreadsheet removed is named as such.
    """
    value = text.strip()
    if CODE.fullmatch(value):
        return value
    problem = f"{value!r} is no billing code"
    if value.isdigit() and len(value) < len("00000"):
        problem += ": a spreadsheet removed its leading zeros"
    raise document.refuse(problem, line=line, column=column, hint="Import the original file, not one saved by Excel.")


def day(document: Document, line: int, column: str, text: str) -> str | None:
    """A date written as YYYYMMDD or ISO, as ISO; None when blank.

    Raises:
        OfficialFileError: it is no date.
    """
    import datetime as dt

    value = text.strip()
    if not value:
        return None
    try:
        if len(value) == len("YYYYMMDD"):
            return dt.date(int(value[:4]), int(value[4:6]), int(value[6:])).isoformat()
        return dt.date.fromisoformat(value).isoformat()
    except ValueError:
        raise document.refuse(f"{value!r} is not a date", line=line, column=column) from None


class Once:
    """Refuses a key that comes twice within one document, naming both lines."""

    def __init__(self, document: Document, column: str) -> None:
        self._document = document
        self._column = column
        self._lines: dict[tuple[str, ...], int] = {}

    def __call__(self, line: int, *key: str) -> None:
        """Take a key in.

        Raises:
            OfficialFileError: it was there before.
        """
        first = self._lines.setdefault(key, line)
        if first != line:
            named = " ".join(part for part in key if part)
            raise self._document.refuse(f"{named} twice, first on line {first}", line=line, column=self._column)


def must_hold(
    staged: Staged, held: Collection[str], known: Collection[str], what: str, share: float = KNOWN_SHARE
) -> None:
    """A complete file holds nearly all that we know to exist.

    Raises:
        OfficialFileError: too much of it is missing.
    """
    missing = sorted(set(known) - set(held))
    if not known or len(missing) <= (1 - share) * len(known) or staged.allow_smaller:
        return
    shown = ", ".join(missing[:_SHOWN]) + (" ..." if len(missing) > _SHOWN else "")
    raise staged.refuse(
        f"{len(missing)} of {len(known)} {what} that we know are missing ({shown}): the file is not complete",
        hint="Import the complete file as published, all of its parts in one command.",
    )
