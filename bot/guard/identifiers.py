"""Identifiers that have a shape: e-mail, phone, SSN, record and member numbers, dates of birth, ages, addresses.

Nothing with the shape of a known billing code is taken, nor a date without a birth cue (it is a date of service).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.guard.lexicon import Lexicon
from bot.guard.spans import Span

EARLIEST_SERVICE_YEAR = 2000
"""A full date before this year beside another identifier is a birth date: nobody asks about claims of that age."""

_EMAIL = re.compile(r"[\w.%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_SSN = re.compile(r"(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])")
_MBI = re.compile(
    r"\b[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d-?[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d-?[AC-HJKMNP-RT-Y]{2}\d{2}\b"
)
_PHONE = re.compile(r"(?<![\w.-])(?:\+?1[\s.-]?)?(?:\(\d{3}\)\s?|\d{3}[\s.-])\d{3}[\s.-]\d{4}(?![\w-])")
_LOCAL_PHONE = re.compile(
    r"[\s:#(]*(?:is|was|at|no\.?|number|him|her|them|me)?[\s:#]*(\d{3}[\s.-]\d{4}|\d{10})(?![\w-])", re.I
)
_VALUE = re.compile(
    r"[\s:#.=-]*(?:(?:is|was|no|num|number|id|of|ending|ends|in|last|digits|4|four)\b[\s:#.]*){0,3}"
    r"(?P<value>[A-Za-z]{0,4}-?\d[A-Za-z0-9-]{2,20}|[A-Za-z]{1,4}\d{4,14}|[A-Z0-9]{6,15})(?![A-Za-z0-9])"
)
_MONTHS = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    "|nov(?:ember)?|dec(?:ember)?"
)
_DAY = (
    r"(?:(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})"
    rf"|(?:{_MONTHS})\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}|\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?(?:{_MONTHS})\.?,?\s+\d{{4}}"
    r"|(?<!\d)(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:19|20)\d\d(?!\d))"
)
_ANY_DAY = re.compile(rf"(?<![\w/-]){_DAY}(?![\w/-])", re.I)
_AGE = re.compile(
    r"(?<![\w.])(?:(?:aged?|age:|is)\s*(?P<after>9\d|1[01]\d)(?!\s*(?:min|day|%|\d|-?\s*min))\b"
    r"|(?P<before>9\d|1[01]\d)(?=\s*-?\s*(?:y/?o\b|y\.o\.|yrs?\b|years?[\s-]old|year[\s-]old)))",
    re.I,
)
_AGE_CUE = re.compile(r"\bage", re.I)
_BOX = re.compile(r"\bP\.?\s?O\.?\s+Box\s+\d+", re.I)
_HOUSES = tuple(
    re.compile(
        r"(?<![\w$./-])(?P<house>\d{1,6}[A-Za-z]?)\s+(?P<street>(?:[NSEW]{1,2}\.?\s+)?"
        rf"(?:[A-Za-z0-9'.-]+\s+){{{words}}})(?P<suffix>[A-Za-z]+)\b\.?"
    )
    for words in (1, 2, 3)
)
"""A house number, a street of one, two or three words, and what may be its suffix."""
_UNIT = re.compile(r",?\s*(?:apt|apartment|unit|suite|ste|#)\.?\s*#?\s*\w{1,5}\b", re.I)
_CITY = re.compile(r",?\s+((?:[A-Z][a-z'.-]+)(?:\s+[A-Z][a-z'.-]+)?)")
_LOWER_CITY = re.compile(r",?\s+([a-z]{4,})(?=\s*(?:,|$|\.|\d))")
_ZIP = re.compile(r",?\s+(?:[A-Za-z]{2}\.?,?\s+)?(?P<zip>\d{5}(?:-\d{4})?)(?!\d)")
_ZIP_CUE = re.compile(r"\bzip(?:\s*code)?[\s:]*(?:is\s+)?(?P<zip>\d{5}(?:-\d{4})?)(?!\d)", re.I)


def find_identifiers(message: str, lexicon: Lexicon) -> Iterator[Span]:
    """Spans of every identifier with a shape, those with the surest shape first."""
    for pattern, kind in ((_EMAIL, "EMAIL"), (_SSN, "SSN"), (_MBI, "MEMBER ID")):
        yield from (Span(match.start(), match.end(), kind) for match in pattern.finditer(message))
    yield from _births(message, lexicon)
    yield from (Span(match.start(), match.end(), "PHONE") for match in _PHONE.finditer(message))
    yield from _numbers(message, lexicon)
    yield from _addresses(message, lexicon)
    for match in _AGE.finditer(message):
        group = "after" if match["after"] else "before"
        if group == "before" or _AGE_CUE.match(message, match.start()):
            yield Span(match.start(group), match.end(group), "AGE OVER 89")


def old_dates(message: str) -> Iterator[Span]:
    """Full dates too old to be a date of service."""
    for match in _ANY_DAY.finditer(message):
        year = re.search(r"(?:18|19|20)\d\d", match[0])
        if year is not None and int(year[0]) < EARLIEST_SERVICE_YEAR:
            yield Span(match.start(), match.end(), "DOB")


def _births(message: str, lexicon: Lexicon) -> Iterator[Span]:
    for pattern in (
        rf"{lexicon.dob_cue}[\s:,=(-]*(?:is|was|on|in)?\s*(?P<day>{_DAY})(?![\w/])",
        rf"(?<![\w/-])(?P<day>{_DAY})\s*\(?\s*{lexicon.dob_cue}(?!\s*[:\s]\s*\d)",
    ):
        for match in _compiled(pattern).finditer(message):
            yield Span(match.start("day"), match.end("day"), "DOB")


_patterns: dict[str, re.Pattern[str]] = {}


def _compiled(pattern: str) -> re.Pattern[str]:
    if pattern not in _patterns:
        _patterns[pattern] = re.compile(pattern, re.I)
    return _patterns[pattern]


def _numbers(message: str, lexicon: Lexicon) -> Iterator[Span]:
    if not re.search(r"\d{3}", message):
        return
    for kind, cue in lexicon.id_cues:
        for head in cue.finditer(message):
            if kind == "PHONE":
                local = _LOCAL_PHONE.match(message, head.end())
                if local is not None:
                    yield Span(local.start(1), local.end(1), kind)
                continue
            found = _VALUE.match(message, head.end())
            if found is not None and _identifies(found["value"], head[0], message[found.end() :], lexicon):
                yield Span(found.start("value"), found.end("value"), kind)


_EXPLICIT = re.compile(r"#|\b(?:id|no|number|ssn|mrn|mbi|security|icn|dcn|tcn|hicn|passport)\b|id$", re.I)
_MEASURED = re.compile(r"\s*-?\s*(?:min|hour|hr|day|unit|session|visit|week|month|year|yo\b|y/o|%)", re.I)


def _identifies(value: str, cue: str, after: str, lexicon: Lexicon) -> bool:
    """Whether a value after an id cue is an identifier and not a code, a date, a count or a word."""
    digits = sum(sign.isdigit() for sign in value)
    if value.upper() in lexicon.codes or value.upper().split("-")[0] in lexicon.codes or _MEASURED.match(after):
        return False
    if _ANY_DAY.fullmatch(value) or digits < 3 or re.match(r"[/.]\d", after):
        return False
    if re.fullmatch(r"[A-Z]\d\d(?:\.\w+)?|(?:19|20)\d\d(?:-\d\d)?|\d{4}[A-Z]|[A-Z]\d{4}", value):
        return False
    if _EXPLICIT.search(cue):
        return digits >= 4
    return digits >= 6 and re.fullmatch(r"[A-Za-z]{0,4}-?[\d-]+[A-Za-z]?\d?", value) is not None


def _addresses(message: str, lexicon: Lexicon) -> Iterator[Span]:
    for match in _BOX.finditer(message):
        yield Span(match.start(), _city_end(message, match.end(), lexicon), "ADDRESS")
    for match in (match for pattern in _HOUSES for match in pattern.finditer(message)):
        if _is_street(match, lexicon):
            end = _city_end(message, match.end(), lexicon)
            yield Span(match.start(), end, "ADDRESS")
            zipped = _ZIP.match(message, end)
            if zipped is not None:
                yield Span(zipped.start("zip"), zipped.end("zip"), "ADDRESS")
    for match in _ZIP_CUE.finditer(message):
        yield Span(match.start("zip"), match.end("zip"), "ADDRESS")


def _is_street(match: re.Match[str], lexicon: Lexicon) -> bool:
    suffix = match["suffix"].lower()
    names = [name.strip(".").lower() for name in match["street"].split()]
    if suffix not in lexicon.street_suffixes or match["house"].upper() in lexicon.codes:
        return False
    capitals = (
        all(name[0].isupper() or name[0].isdigit() for name in match["street"].split()) and match["suffix"][0].isupper()
    )
    if capitals and not match["street"].isupper():
        return not _MEASURED.match(f" {names[0]}") and names[0] not in lexicon.never
    return (
        suffix in lexicon.strong_streets
        and not any(_MEASURED.match(f" {name}") for name in names)
        and not (
            all(lexicon.is_word(name) for name in names)
            and suffix not in ("street", "avenue", "ave", "blvd", "boulevard")
        )
    )


def _city_end(message: str, end: int, lexicon: Lexicon) -> int:
    """Where an address ends: past a flat number and a capitalized city, never past the name of a state."""
    flat = _UNIT.match(message, end)
    end = flat.end() if flat else end
    city = _CITY.match(message, end) or _LOWER_CITY.match(message, end)
    if city is None:
        return end
    words = city[1].split()
    if lexicon.is_word(words[0].strip(".").lower()) or words[0].strip(".").lower() in lexicon.person_cues:
        return end
    if len(words) == 2 and (words[1].lower() in lexicon.person_cues or lexicon.is_word(words[1].lower())):
        return city.start(1) + len(words[0])
    return city.end(1)
