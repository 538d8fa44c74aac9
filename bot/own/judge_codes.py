"""Whether the codes of a document exist, are in force, began and ended when it says, and replace what it says."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from bot.own.judged import Bench, Judged, Standing
from bot.own.said import Said
from corpus.rows import Code

_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_DAY = (
    rf"(?P<day>\d{{4}}-\d{{2}}-\d{{2}}|\d{{1,2}}/\d{{1,2}}/\d{{4}}|(?:{_MONTHS}) \d{{1,2}},? \d{{4}}"
    rf"|(?:{_MONTHS}),? \d{{4}}|(?:19|20)\d\d)(?![\d-])"
)
_ENDED = re.compile(
    rf"^[^.;]{{0,40}}?\b(?:deleted|discontinued|retired|ended|expired|terminated|sunset|eliminated)\b"
    rf"(?:[^.;\d]{{0,40}}?{_DAY})?",
    re.IGNORECASE,
)
_BEGAN = re.compile(
    rf"^[^.;]{{0,12}}?\b(?:added|introduced|created|established|new|took effect|became effective|began)\b"
    rf"[^.;\d]{{0,30}}?{_DAY}",
    re.IGNORECASE,
)
_REPLACED = re.compile(r"^[^.;]{0,50}?\breplaced\b[^.;]{0,30}?\b(?:by|with)\b", re.IGNORECASE)
_CURRENT = re.compile(
    r"^\s*(?:is|are|remains?)(?: still| currently)? (?:a |an )?(?:active|valid|current|in force)\b", re.I
)
_ADDON = re.compile(r"\badd-?on(?: codes?)?,? ?\(?$", re.IGNORECASE)
_IS_ADDON = re.compile(r"^\)?(?: is| are|:|,)? \(?(?:an |the )?add-?on\b", re.IGNORECASE)
_ABOUT_CODES = re.compile(r"\b(?:CPT|HCPCS|codes?|procedural terminology)\b", re.IGNORECASE)
_NO_CODE = re.compile(
    r"(?P<none>\bno (?:(?:specific|dedicated|separate|own|current) )?(?:(?:CPT|HCPCS|billing|procedure) )?codes?"
    r"(?: exists?)? (?:for|to (?:describe|report|bill)))"
    r"|\b(?:code set|code system|CPT|HCPCS)\b[^.;]{0,30}\b(?:does not|do not|doesn't|don't|lacks?)\b"
    r"[^.;]{0,30}\b(?:captur\w*|includ\w*|hav\w*|contain\w*|recogniz\w*|describ\w*|codes?)\b",
    re.IGNORECASE,
)
_WIDE = 12
"""A range with more codes between its ends names a part of the code set, not these two codes."""


def judge(said: Said, bench: Bench) -> Iterator[Judged]:
    """Status, dates, replacements and add-ons of every code; and services that are said to have no code."""
    for group in said.groups:
        after = _until_next(said, group.end)
        before = said.plain[: group.start]
        if len(group.codes) > _WIDE:
            continue
        for code in group.codes:
            row = bench.row(code)
            if row is None:
                if code not in bench.knowledge.neighbours and _looks_meant(said, code):
                    yield Judged("unknown", "status", (code,), said, f"{code} is a code")
                continue
            yield from _status(said, row, after, bench)
            yield from _addon(said, row, before, after, bench)
            yield from _began(said, row, after, bench)
    if denied := _NO_CODE.search(said.plain):
        yield from _no_code(said, denied, bench)


def _looks_meant(said: Said, code: str) -> bool:
    return code[0].isalpha() or _ABOUT_CODES.search(said.plain) is not None


def _until_next(said: Said, position: int) -> str:
    following = next((group.start for group in said.groups if group.start >= position), None)
    return said.plain[position:following]


def _status(said: Said, row: Code, after: str, bench: Bench) -> Iterator[Judged]:
    state = bench.knowledge.codes.status(row.code, bench.on)
    ended = _ENDED.search(after)
    if state == "deleted":
        yield from _deleted(said, row, after, ended, bench)
    elif state == "active" and ended and "not" not in after[: ended.end()] and not said.before.endswith("?"):
        if any(event.announced for event in bench.knowledge.codes.events(row.code)) or len(said.groups) > 1:
            return
        ours = f"{row.code} is active: {row.label}."
        yield Judged(
            "contradicts", "status", (row.code,), said, "deleted", ours, (bench.cells(row, "status", "label"),)
        )
    elif state == "active" and _CURRENT.search(after):
        ours = f"{row.code} is active: {row.label}."
        yield Judged("agrees", "status", (row.code,), said, "active", ours, (bench.cells(row, "status", "label"),))


def _deleted(said: Said, row: Code, after: str, ended: re.Match[str] | None, bench: Bench) -> Iterator[Judged]:
    cells = bench.cells(row, "status", "effective_to", "label", "replaced_by", "replacement_condition")
    successors = tuple(found.code for found in bench.knowledge.codes.successors(row.code, bench.on))
    ours = _gone(row, successors)
    extra = bench.statements(row.code, ("code-change", "deletion", "history", "definition"))
    if not said.tells_history:
        yield Judged("outdated", "status", (row.code,), said, "shown as current", ours, (cells, *extra), successors)
        return
    if (
        ended is not None
        and ended["day"]
        and row.effective_to is not None
        and not _ends(ended["day"], row.effective_to)
    ):
        yield Judged("contradicts", "date", (row.code,), said, f"ended {ended['day']}", ours, (cells,), successors)
        return
    if (replaced := _REPLACED.search(after)) is not None and len(said.groups) == 2:
        told = set(said.groups[1].codes)
        known = {*row.replaced_by, *successors}
        if known and not told & known and said.groups[0].codes == (row.code,):
            says = f"{row.code} {replaced.group(0).strip()} {', '.join(sorted(told))}"
            yield Judged("contradicts", "status", (row.code,), said, says, ours, (cells,), successors)
            return
    yield Judged("agrees", "status", (row.code,), said, "no longer in use", ours, (cells,), successors)


def _gone(row: Code, successors: tuple[str, ...]) -> str:
    ended = f", last valid day {row.effective_to}" if row.effective_to else ""
    after = f"; replaced by {', '.join(successors)}" if successors else ""
    condition = f" ({row.replacement_condition})" if row.replacement_condition and successors else ""
    return f"{row.code} is deleted{ended}{after}{condition}."


def _ends(told: str, last: dt.date) -> bool:
    """Whether a day, month or year is that of the last valid day or of the day after."""
    following = last + dt.timedelta(days=1)
    if re.fullmatch(r"\d{4}", told):
        return int(told) in (last.year, following.year)
    day = _read(told)
    return day is None or day in (last, following) or (not re.search(r"\d{1,2},? \d{4}|-|/", told) and _same(day, last))


def _same(month: dt.date, last: dt.date) -> bool:
    following = last + dt.timedelta(days=1)
    return (month.year, month.month) in ((last.year, last.month), (following.year, following.month))


def _read(told: str) -> dt.date | None:
    cleaned = told.replace(",", "")
    for form in ("%Y-%m-%d", "%m/%d/%Y", "%B %d %Y", "%B %Y"):
        try:
            return dt.datetime.strptime(cleaned, form).date()
        except ValueError:
            continue
    return None


def _began(said: Said, row: Code, after: str, bench: Bench) -> Iterator[Judged]:
    found = _BEGAN.search(after)
    if found is None or row.effective_from is None:
        return
    told = found["day"]
    day = _read(told)
    right = int(told) == row.effective_from.year if re.fullmatch(r"\d{4}", told) else day == row.effective_from
    right = right or (day is not None and told.count(" ") == 1 and _same(day, row.effective_from))
    ours = f"{row.code} took effect on {row.effective_from}."
    standing: Standing = "agrees" if right else "contradicts"
    cells = bench.cells(row, "effective_from", "label")
    yield Judged(standing, "date", (row.code,), said, f"began {told}", ours, (cells,))


def _addon(said: Said, row: Code, before: str, after: str, bench: Bench) -> Iterator[Judged]:
    claimed = _ADDON.search(before) or _IS_ADDON.search(after)
    if not claimed or said.tells_history or re.search(r"\bnot\b", said.plain) or bench.active(row.code) is None:
        return
    if row.addon:
        bases = f" to {', '.join(row.addon_to[:6])}" if row.addon_to else ""
        ours = f"{row.code} is an add-on{bases}."
        yield Judged("agrees", "add-on", (row.code,), said, "an add-on", ours, (bench.cells(row, "addon", "addon_to"),))
    elif not row.requires:
        ours = f"{row.code} is no add-on: {row.label}."
        yield Judged(
            "contradicts", "add-on", (row.code,), said, "an add-on", ours, (bench.cells(row, "addon", "label"),)
        )


def _no_code(said: Said, denied: re.Match[str], bench: Bench) -> Iterator[Judged]:
    """A service of ours that has codes, although the sentence says that there are none."""
    if said.groups or said.tells_history:
        return
    # "No code for X" speaks of what follows at once; of a code set that lacks something the whole sentence speaks.
    about = said.plain[denied.end() : denied.end() + 60] if denied["none"] else said.plain
    words = f" {re.sub(r'[^a-z0-9]+', ' ', about.lower()).strip()} "
    knowledge = bench.knowledge
    phrases = sorted((row for row in knowledge.phrases if row.slot == "service"), key=lambda row: -len(row.phrase))
    named = next((row.value for row in phrases if _named(row.phrase, words, first=bool(denied["none"]))), None)
    codes = [
        code
        for row in knowledge.services
        if row.service == named
        for code in _codes_of(bench, row.time_family, row.codes)
    ]
    rows = [row for code in dict.fromkeys(codes) if (row := bench.active(code)) is not None]
    if not rows:
        return
    since = f" since {rows[0].effective_from}" if rows[0].effective_from else ""
    ours = f"There are codes: {'; '.join(f'{row.code} ({row.label})' for row in rows[:3])}{since}."
    evidence = tuple(bench.cells(row, "label", "effective_from") for row in rows[:3])
    subject = str(named).replace("-", " ")
    held = tuple(row.code for row in rows[:3])
    yield Judged("outdated", "existence", (), said, f"no code for {subject}", ours, evidence, held)


def _named(phrase: str, words: str, *, first: bool) -> bool:
    """Whether a phrase of two words or more stands in the words; at their beginning when `first`."""
    if " " not in phrase:
        return False
    return words.startswith(f" {phrase} ") if first else f" {phrase} " in words


def _codes_of(bench: Bench, family: str | None, codes: tuple[str, ...]) -> Iterator[str]:
    yield from codes
    for span in bench.knowledge.time_units if family else ():
        if span.family == family:
            yield from (code for code, _ in span.units)
