"""The code table with its editions and its history: dates, replacements, add-ons, minutes, labels."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from corpus.lint.finding import LintFinding
from corpus.lint.held import Held
from corpus.lint.wording import licensed_phrase
from corpus.rows import Code, CodeEdition, HistoryEvent

LABEL_LENGTH = 90
_SYSTEMS = (
    ("CPT-I", re.compile(r"\d{5}")),
    ("CPT-III", re.compile(r"\d{4}T")),
    ("HCPCS-II", re.compile(r"[A-V]\d{4}")),
)
_DELETED_LABEL = re.compile(r"Deleted (?:by |[A-Z][a-z]+ )?20\d\d: ")
_DAY = timedelta(days=1)


def check(held: Held) -> Iterator[LintFinding]:
    """All checks of codes.csv, code_editions.csv and code_history.csv."""
    path = held.path("codes")
    aliases: dict[str, str] = {}
    for line, row in held.table("codes", Code):
        problems = [*_shape(row), *_dates(row), *_replacements(row, held), *_addon(row, held), *_minutes(row)]
        problems += _aliases(row, aliases)
        for rule, message, hint in problems:
            yield LintFinding(path, line, rule, f"{row.code}: {message}", hint)
    yield from _editions(held)
    yield from _history(held)


Problem = tuple[str, str, str]


def _shape(row: Code) -> Iterator[Problem]:
    fitting = next((system for system, shape in _SYSTEMS if shape.fullmatch(row.code)), None)
    if fitting != row.system:
        yield (
            "code-system",
            f"system {row.system}, the number looks like {fitting}",
            "Correct the number or the system.",
        )
    if len(row.label) > LABEL_LENGTH:
        yield "label-long", f"label of {len(row.label)} characters", f"At most {LABEL_LENGTH}."
    if row.official_descriptor and row.system != "HCPCS-II":
        yield (
            "cpt-descriptor",
            "a CPT row carries a descriptor",
            "Leave it empty; licensed text is imported by the user.",
        )
    if (row.official_descriptor is None) != (row.descriptor_edition is None):
        yield "descriptor-edition", "descriptor and edition go together", "Fill in both or neither."
    for column, text in (("label", row.label), ("note", row.note), ("requires", row.requires)):
        if row.system != "HCPCS-II" and text and (phrase := licensed_phrase(text)):
            yield "cpt-text", f"{column} reads like a CPT descriptor: {phrase!r}", "Say it in our own words."


def _dates(row: Code) -> Iterator[Problem]:
    if row.effective_from and row.effective_to and row.effective_from > row.effective_to:
        yield "dates-order", f"{row.effective_from} is after {row.effective_to}", "Correct the dates."
    if row.status == "deleted":
        if not _DELETED_LABEL.match(row.label):
            yield "label-deleted", "the label of a deleted code begins with 'Deleted YEAR: '", "Correct the label."
        return
    if row.effective_to is not None:
        yield "status-dates", "active with a last day", "Set status to deleted or clear effective_to."
    if row.replaced_by:
        yield "status-dates", "active with a replacement", "Only deleted codes are replaced."


def _replacements(row: Code, held: Held) -> Iterator[Problem]:
    for code in row.replaced_by:
        after = (row.effective_to or date.max - _DAY) + _DAY
        if code not in held.codes:
            yield "replacement-unknown", f"replaced by {code}, which is not in codes.csv", "Correct the replacement."
        elif not _reaches_active(code, held):
            yield "replacement-ends", f"replacement {code} never reaches an active code", "Follow the chain to its end."
        elif (start := held.codes.get(code).effective_from) and start > after + timedelta(days=366):
            yield "replacement-late", f"replacement {code} begins {start}, long after {after}", "Check both dates."


def _reaches_active(code: str, held: Held) -> bool:
    seen: set[str] = set()
    queue = [code]
    while queue:
        current = queue.pop()
        row = held.codes.find(current)
        if row is None or current in seen:
            continue
        if row.status == "active":
            return True
        seen.add(current)
        queue.extend(row.replaced_by)
    return False


def _addon(row: Code, held: Held) -> Iterator[Problem]:
    if row.addon != bool(row.addon_to):
        yield (
            "addon-base",
            "addon and addon_to disagree",
            "An add-on lists its bases in addon_to, other codes list none.",
        )
    for base in row.addon_to:
        found = held.codes.find(base)
        if found is None or base == row.code:
            yield "addon-base", f"base {base} is not in codes.csv", "Correct the base or add its row."
        elif row.status == "active" and found.status == "deleted":
            yield "addon-base", f"base {base} is deleted", "Remove deleted bases."


def _minutes(row: Code | CodeEdition) -> Iterator[Problem]:
    low, high, typical = row.min_minutes, row.max_minutes, row.typical_minutes
    if low is not None and high is not None and low > high:
        yield "minutes-order", f"min_minutes {low} is above max_minutes {high}", "Correct the minutes."
    if low is not None and typical is not None and low > typical:
        yield "minutes-order", f"min_minutes {low} is above typical_minutes {typical}", "Correct the minutes."
    if row.time_rule in ("range", "midpoint") and low is None and high is None:
        yield "minutes-missing", f"time rule {row.time_rule} without minutes", "Fill in min_minutes or max_minutes."


def _aliases(row: Code, seen: dict[str, str]) -> Iterator[Problem]:
    if row.status != "active":
        return
    for alias in row.aliases:
        if alias != alias.lower().strip():
            yield "alias-form", f"alias {alias!r} is not lower case", "Write aliases in lower case."
        if alias in seen:
            yield "alias-twice", f"alias {alias!r} also belongs to {seen[alias]}", "One alias, one active code."
        seen.setdefault(alias, row.code)


def _editions(held: Held) -> Iterator[LintFinding]:
    path = held.path("code_editions")
    for line, row in held.table("code_editions", CodeEdition):
        for rule, message, hint in [*_edition(row, held), *_minutes(row)]:
            yield LintFinding(path, line, rule, f"{row.code} until {row.effective_to}: {message}", hint)
    since, horizon = (held.coverage.since, held.coverage.horizon) if held.coverage else (None, date.max)
    for line, event in held.table("code_history", HistoryEvent):
        if event.event != "redefined" or event.date is None or event.date > horizon:
            continue
        if since is not None and event.date <= since:
            continue
        edition = held.codes.edition(event.code, event.date - _DAY)
        if edition is None or edition.effective_to != event.date - _DAY:
            message = f"{event.code} was redefined on {event.date}; no edition ends the day before"
            hint = "Add the earlier reading to code_editions.csv."
            yield LintFinding(held.path("code_history"), line, "edition-missing", message, hint)


def _edition(row: CodeEdition, held: Held) -> Iterator[Problem]:
    code = held.codes.find(row.code)
    if code is None:
        yield "code-unknown", "the code is not in codes.csv", "Correct the code."
        return
    if row.effective_from and row.effective_from > row.effective_to:
        yield "dates-order", f"{row.effective_from} is after {row.effective_to}", "Correct the dates."
    if code.effective_from and (row.effective_from is None or row.effective_from < code.effective_from):
        yield "edition-dates", f"begins before the code ({code.effective_from})", "Begin with the code."
    if code.effective_to and row.effective_to > code.effective_to:
        yield "edition-dates", f"ends after the code ({code.effective_to})", "End with the code."
    events = [event for event in held.codes.events(row.code) if event.event == "redefined"]
    if not any(event.date in (None, row.effective_to + _DAY) for event in events):
        yield "edition-event", "no redefinition the next day in code_history.csv", "Add the event or correct the date."
    for other in held.codes.editions_of(row.code):
        if other is not row and other.effective_to <= row.effective_to and other.covers(row.effective_from or date.min):
            yield "edition-overlap", f"overlaps the edition until {other.effective_to}", "Editions follow one another."
    if row.official_descriptor and code.system != "HCPCS-II":
        yield "cpt-descriptor", "a CPT row carries a descriptor", "Leave it empty."


def _history(held: Held) -> Iterator[LintFinding]:
    path = held.path("code_history")
    written = held.coverage.written if held.coverage else date.max
    for line, event in held.table("code_history", HistoryEvent):
        row = held.codes.find(event.code)
        if row is None:
            continue
        announced = event.what_changed.startswith("ANNOUNCED")
        if event.date and event.date > written and not announced:
            message, hint = (
                f"{event.code}: {event.date} lies ahead",
                "Begin the text with ANNOUNCED, or correct the date.",
            )
            yield LintFinding(path, line, "history-future", message, hint)
        known = {"added": row.effective_from, "deleted": row.effective_to}
        if event.event in known and not announced and event.date != known[event.event]:
            message = f"{event.code}: {event.event} {event.date}, codes.csv says {known[event.event]}"
            yield LintFinding(path, line, "history-dates", message, "Make the two tables agree.")
        if event.event != "added" and event.date and row.effective_from and event.date < row.effective_from:
            message = f"{event.code}: {event.event} on {event.date}, before the code began ({row.effective_from})"
            yield LintFinding(path, line, "history-dates", message, "Correct the date.")
    yield from _lives(held)


def _lives(held: Held) -> Iterator[LintFinding]:
    """Every first and last day of codes.csv is told in the history."""
    for line, row in held.table("codes", Code):
        events = {(event.event, event.date) for event in held.codes.events(row.code)}
        wanted: set[tuple[str, date | None]] = {("added", row.effective_from)} if row.effective_from else set()
        wanted |= {("deleted", row.effective_to)} if row.status == "deleted" else set()
        for event, day in sorted(wanted - events, key=str):
            message = f"{row.code}: {event} {day} is not in code_history.csv"
            yield LintFinding(held.path("codes"), line, "history-missing", message, "Add the event.")
