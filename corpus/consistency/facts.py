"""Unit limits, status letters, first and last days, replacements, add-ons and the telehealth list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from corpus.consistency.text import NUMBER_WORDS, Group, Reading, Sentence, Tables, number
from corpus.rows import Code

_N = rf"(?P<n>\d{{1,2}}|{'|'.join(NUMBER_WORDS)})"
_LIMIT = re.compile(r"\bMUE\b|medically unlikely edit|daily unit (?:limit|ceiling)s?|NCCI unit limit", re.IGNORECASE)
_LIMIT_IN = re.compile(rf"(?:MUE|unlikely edit|limit|ceiling)(?: \(MUE\))?(?: [a-z ]+)?? (?:of |is )?{_N}(?![\d-])")
_LIMIT_AFTER = re.compile(
    rf"(?: (?:is|are))?:? {_N}(?: units?)?(?: each)?(?: a (?:day|date))?(?=[,;.)]| and\b| units?\b|$)"
)
_LIMIT_BEFORE = re.compile(rf"(?:^|[:,;] |and |is ){_N}(?: units?)? for $")
_STATUS = re.compile(r"\bstatus ([A-Z])\b(?! codes?\b)(?!, [A-Z]\b| and [A-Z]\b)")
_OTHER_STATUS = re.compile(r"OPPS|Addendum")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DATE = rf"(?P<date>\d{{4}}-\d{{2}}-\d{{2}}|(?:{'|'.join(_MONTHS)}) \d{{1,2}}, \d{{4}})"
_ENDS = re.compile(rf"\b(?:deleted|ended|end)(?: (?P<how>on|after|in))? {_DATE}")
_BEGINS = re.compile(rf"(?: all)?,? (?:took effect|takes effect|began|(?:is )?effective|since)(?: on)? {_DATE}")
_ALL_BEGIN = re.compile(rf"^All took effect {_DATE}")
_REPLACED = re.compile(r"(?: was| were)?(?: deleted and)? replaced(?: on [\w, -]+?)? (?:by|with)(?: [a-z ]+)? ?$")
_ADDON = re.compile(r"\badd-on(?: code)? $", re.IGNORECASE)
_LISTED = re.compile(
    r"(?<!not )\bon (?:the|CMS's) (?:\w+ )?2026 Medicare telehealth list"
    r"|2026 Medicare telehealth list (?:includes|keeps)"
)
_UNLISTED = re.compile(r"not on (?:the|CMS's) 2026 Medicare telehealth list")


def compare(reading: Reading, tables: Tables) -> Iterator[str]:
    """Every claim of these kinds agrees with the row of its code."""
    if not reading.comparable:
        return
    limits = _LIMIT.search(reading.text) is not None
    for sentence in reading.sentences:
        if limits:
            yield from _limits(sentence, reading)
        yield from _statuses(sentence, reading)
        yield from _days(sentence, reading)
        yield from _replacements(sentence, tables)
        yield from _addons(sentence, reading)
        yield from _telehealth(sentence, reading)


def _limits(sentence: Sentence, reading: Reading) -> Iterator[str]:
    for group in sentence.groups:
        before, after = sentence.text[: group.start], sentence.text[group.end :]
        found = _LIMIT_BEFORE.search(before) or _LIMIT_AFTER.match(after)
        if found is None and _LIMIT.search(sentence.text) and len(sentence.groups) == 1:
            found = _LIMIT_IN.search(sentence.text)
        if found is None or not (_LIMIT.search(sentence.text) or "MAI" in reading.text):
            continue
        for row in _rows(group, reading):
            if row.mue is not None and row.mue != number(found.group("n")):
                yield f"{row.code} limited to {found.group('n')} units, codes.csv has mue {row.mue} ({row.mue_edition})"


def _rows(group: Group, reading: Reading) -> Iterator[Code]:
    return (reading.rows[code] for code in group.codes if code in reading.rows)


def _statuses(sentence: Sentence, reading: Reading) -> Iterator[str]:
    if _OTHER_STATUS.search(sentence.text):
        return
    for match in _STATUS.finditer(sentence.text):
        group = sentence.before(match.start()) or _neighbor(sentence, reading)
        for row in _rows(group, reading) if group else ():
            if row.medicare_status_2026 not in (None, match.group(1)):
                yield f"{row.code} with status {match.group(1)}, codes.csv has {row.medicare_status_2026}"


def _neighbor(sentence: Sentence, reading: Reading) -> Group | None:
    """Codes of another sentence: "96110 is ... . Medicare gives it status N", "Status B means ... Examples: 98960"."""
    position = reading.sentences.index(sentence)
    before = [group for held in reading.sentences[:position] for group in held.groups]
    after = [group for held in reading.sentences[position + 1 :] for group in held.groups if "xample" in held.text]
    return next(iter((*before[-1:], *sentence.groups[:1], *after[:1])), None)


def _day(text: str) -> date:
    if text[0].isdigit():
        return date.fromisoformat(text)
    month, day, year = text.replace(",", "").split()
    return date(int(year), _MONTHS.index(month) + 1, int(day))


def _days(sentence: Sentence, reading: Reading) -> Iterator[str]:
    for group in sentence.groups:
        following = sentence.after(group.end)
        after = sentence.text[group.end : following.start if following else None]
        if ended := _ENDS.search(after):
            yield from _last_day(group, reading, _day(ended.group("date")), ended.group("how") == "after")
        elif begun := _BEGINS.match(after):
            yield from _first_day(_rows(group, reading), _day(begun.group("date")))
    if begun := _ALL_BEGIN.match(sentence.text):
        yield from _first_day(reading.rows.values(), _day(begun.group("date")))


def _last_day(group: Group, reading: Reading, said: date, after: bool) -> Iterator[str]:
    for row in _rows(group, reading):
        wanted = {row.effective_to} if after else {row.effective_to, _next(row.effective_to)}
        if row.effective_to is None and row.status == "deleted":
            continue
        if said not in wanted:
            yield f"{row.code} ended {said}, codes.csv has last day {row.effective_to or 'none'}"


def _first_day(rows: Iterable[Code], said: date) -> Iterator[str]:
    for row in rows:
        if row.effective_from is not None and row.effective_from != said:
            yield f"{row.code} from {said}, codes.csv has {row.effective_from}"


def _next(day: date | None) -> date | None:
    return day + timedelta(days=1) if day else None


def _replacements(sentence: Sentence, tables: Tables) -> Iterator[str]:
    for left, right in zip(sentence.groups, sentence.groups[1:], strict=False):
        if not _REPLACED.match(sentence.text[left.end : right.start]):
            continue
        said = sentence.between(right.start, len(sentence.text))
        for old in left.codes:
            row = tables.codes.find(old)
            if row is not None and row.replaced_by and not set(row.replaced_by) & set(said):
                yield f"{old} replaced by {', '.join(said)}, codes.csv has {', '.join(row.replaced_by)}"


def _addons(sentence: Sentence, reading: Reading) -> Iterator[str]:
    for group in sentence.groups:
        row = reading.rows.get(group.codes[0])
        if row is None or row.addon:
            continue
        if _ADDON.search(sentence.text[: group.start]) or re.match(
            r" is (?:an|the) add-on\b", sentence.text[group.end :]
        ):
            yield f"{row.code} called an add-on, codes.csv says it is none"


def _telehealth(sentence: Sentence, reading: Reading) -> Iterator[str]:
    wanted = "no" if _UNLISTED.search(sentence.text) else "yes" if _LISTED.search(sentence.text) else ""
    for group in sentence.groups if wanted else ():
        for row in _rows(group, reading):
            if row.telehealth_2026 not in (wanted, "unknown"):
                yield f"{row.code}: on the 2026 telehealth list {wanted}, codes.csv says {row.telehealth_2026}"
