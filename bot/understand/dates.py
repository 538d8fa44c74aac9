"""Dates of service as people write them: "6/2/2025", "Nov 15 2021", "in March 2019", "last year", "for 2025"."""

from __future__ import annotations

import datetime as dt
import re

from bot.understand.tokens import fold

_MONTHS = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"  # noqa: E501 - one alternation
_YEAR = r"(?:19|20)\d{2}"
_DATES = re.compile(
    rf"\b{_YEAR}-\d{{2}}-\d{{2}}\b|\b\d{{1,2}}/\d{{1,2}}/(?:{_YEAR}|\d{{2}})\b"
    rf"|\b{_MONTHS}\.? \d{{1,2}}(?:st|nd|rd|th)?,? {_YEAR}\b|\b\d{{1,2}} {_MONTHS}\.?,? {_YEAR}\b"
    rf"|\b{_MONTHS}\.?,? (?:of )?{_YEAR}\b"
)
_YEAR_OF_SERVICE = re.compile(
    rf"\b(?:in|for|during|back in|dos|in year|on)\s+({_YEAR})\b|\b({_YEAR})\s+(?:dos|dates? of service|descriptor|"
    rf"amounts?|fee schedule|claim|price|(?:medicare |part b )?(?:rates?|conversion factor|deductible|premium))\b"
    rf"|\bofficial ({_YEAR})\b"
)
_DAY = r"(?:today|tonight|this (?:morning|afternoon|evening))"
_SERVICE = r"(?:session|visit|intake|eval|evaluation|appointment|appt|assessment|group|service)s?"
_GIVEN_TODAY = re.compile(
    rf"\b(?:did|saw|seen|had|gave|ran|held|met|finished)\b[^.?!,;]{{0,40}}\b{_DAY}\b"
    rf"|\b{_SERVICE} (?:from |of )?{_DAY}\b|\btodays? (?:\w+ )?{_SERVICE}\b"
)
"""A service given today: it outweighs a year that is only spoken of ("in 2011 it was fine")."""
_RELATIVE = {
    re.compile(r"\blast year\b"): -1,
    re.compile(r"\bnext year\b"): 1,
}
_NOT_OF_SERVICE = re.compile(
    r"(?:since|after|before|until|till|by|as of|effective|started|began|starting|deleted|dob|born|birth"
    r"|(?:ended|expired?|expires|ran out|lapsed|went away|over|stopped|end|ends)(?: on| in| as of| at| back)?"
    r"|(?<!chart )(?<!claim )(?<!claims )(?<!note )(?<!notes )(?<!visit )(?<!session )(?<!bill )(?<!remit )from)\W*$"
)


def date_of_service(message: str, today: dt.date) -> dt.date | None:
    """The date of service that the message states, or None.

    A month alone means its first day; a year alone, or "last year", means its first of July (today, when it is this
    year). A service given today is of today, whatever year is spoken of besides. Dates behind "since", "until",
    "effective", "dob" and the like are not dates of service.
    """
    text = fold(message)
    for match in _DATES.finditer(text):
        if not _NOT_OF_SERVICE.search(text[: match.start()]):
            found = _parse(match.group(0), today)
            if found is not None:
                return found
    if _GIVEN_TODAY.search(text):
        return today
    year = _YEAR_OF_SERVICE.search(text)
    if year is not None:
        return _in_year(int(next(group for group in year.groups() if group)), today)
    shift = next((years for pattern, years in _RELATIVE.items() if pattern.search(text)), None)
    return None if shift is None else _in_year(today.year + shift, today)


def _in_year(year: int, today: dt.date) -> dt.date:
    return today if year == today.year else dt.date(year, 7, 1)


def _parse(text: str, today: dt.date) -> dt.date | None:
    import dateparser  # costs 80 ms: only when a message holds a date

    parsed = dateparser.parse(
        text,
        languages=["en"],
        settings={
            "PREFER_DAY_OF_MONTH": "first",
            "DATE_ORDER": "MDY",
            "RELATIVE_BASE": dt.datetime(today.year, today.month, today.day),
        },
    )
    return None if parsed is None else parsed.date()
