"""Which edition a file is: read from its own title and its name, or told by the user."""

from __future__ import annotations

import datetime as dt
import re

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = "|".join(_MONTHS)
_YEAR = r"(20\d\d)"
_QUARTER = re.compile(rf"{_YEAR}[\s_-]?q([1-4])(?!\d)|q([1-4])[\s_-]?{_YEAR}", re.I)
_US_DAY = re.compile(r"(?<!\d)(\d{1,2})[-_./](\d{1,2})[-_./](20\d\d)(?!\d)")
_ISO = re.compile(r"(?<!\d)(20\d\d)-(\d{2})(?:-(\d{2}))?(?!\d)")
_YEAR_MONTH = re.compile(rf"(?<!\d){_YEAR}[^\dA-Za-z]*(?:[^\d]*?[\s_-])?({_MONTH})[a-z]*", re.I)
_MONTH_YEAR = re.compile(rf"({_MONTH})[a-z]*[\s_,-]*{_YEAR}(?!\d)", re.I)
_NCCI_VERSION = re.compile(r"v(\d{2})(\d)r\d", re.I)
_NCCI_FIRST = 1994
"""NCCI versions count years from here: version 32.2 is the third quarter of 2026."""
_RVU_RELEASE = re.compile(r"rvu(\d{2})([a-d])(?![a-z])", re.I)
_TAXONOMY = re.compile(r"taxonomy[\s_-]*v?(\d{2})[._]?([01])(?!\d)", re.I)
"""NUCC's versions: 25.0 takes effect in January 2025, 25.1 in July."""
_ONLY_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_SHORT_YEAR = re.compile(r"^(\d{2})locco", re.I)


def edition_date(text: str) -> dt.date | None:
    """First day of the edition that a title or a file name tells, or None.

    Understood: `2024q3`, `Eff_07-01-2026`, `v322r0`, `RVU26C`, `OCT2025`, `2026 ... July Release`, `2026-02`, and a
    bare year, which means January.
    """
    try:
        return _told(text)
    except ValueError:
        return None


def _told(text: str) -> dt.date | None:
    if match := _QUARTER.search(text):
        year, quarter = (match[1], match[2]) if match[1] else (match[4], match[3])
        return dt.date(int(year), 3 * int(quarter) - 2, 1)
    if match := _NCCI_VERSION.search(text):
        quarter = int(match[2])
        return dt.date(_NCCI_FIRST + int(match[1]), 3 * quarter + 1, 1) if quarter < 4 else None
    if match := _RVU_RELEASE.search(text):
        return dt.date(2000 + int(match[1]), 3 * "abcd".index(match[2].lower()) + 1, 1)
    if match := _US_DAY.search(text):
        return dt.date(int(match[3]), int(match[1]), int(match[2]))
    if match := _ISO.search(text):
        return dt.date(int(match[1]), int(match[2]), int(match[3] or 1))
    if match := _MONTH_YEAR.search(text):
        return dt.date(int(match[2]), _MONTHS.index(match[1].lower()[:3]) + 1, 1)
    if match := _YEAR_MONTH.search(text):
        return dt.date(int(match[1]), _MONTHS.index(match[2].lower()[:3]) + 1, 1)
    if match := _TAXONOMY.search(text):
        return dt.date(2000 + int(match[1]), 1 + 6 * int(match[2]), 1)
    if match := _ONLY_YEAR.search(text) or _SHORT_YEAR.search(text):
        year_only = int(match[1])
        return dt.date(year_only if year_only > 99 else 2000 + year_only, 1, 1)
    return None


def label(span: str, kind: str, start: dt.date) -> str:
    """The edition as people write it: `2024Q3` for NCCI, `2026` for a yearly table, `2026-07` for the rest."""
    if kind.startswith("ncci"):
        return f"{start.year}Q{(start.month + 2) // 3}"
    return str(start.year) if span == "year" and start.month == 1 and start.day == 1 else f"{start:%Y-%m}"


def last_day(span: str, start: dt.date) -> dt.date | None:
    """The last day on which an edition can be in force; None when it holds until the next one."""
    return dt.date(start.year, 12, 31) if span == "year" else None
