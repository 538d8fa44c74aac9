"""The guidance: ids, length, sources, payers, dates, codes and their life, wording, and agreement with the tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date

from corpus import rows as models
from corpus.consistency import disagreements
from corpus.lint.finding import LintFinding
from corpus.lint.held import Held
from corpus.lint.tables import unknown_codes
from corpus.lint.wording import licensed_phrase
from corpus.statements import ANY_PAYER, Statement

MAX_WORDS = 60
_ID = re.compile(r"[a-z]+(?:-[a-z]+)*-\d{3,}")
_ENDED = re.compile(
    r"delet|\bend(?:s|ed|ing)?\b|replac|\bformer|\bold(?:er)?\b|no longer|\buntil\b|retired|removed|invalid"
    r"|discontinued|expired|terminat|out of date|not reportable|\bbefore\b|\bthrough\b|\bafter\b|instead of",
    re.IGNORECASE,
)
Problem = tuple[str, str, str]


def check(held: Held) -> Iterator[LintFinding]:
    """All checks of the guidance files."""
    yield from _topics(held)
    payers = _payers(held)
    ids: dict[str, Statement] = {}
    texts: dict[str, str] = {}
    for row in held.statements:
        problems = [*_form(row, payers), *_cites(row, held), *_codes(row, held)]
        if row.id in ids:
            other = ids[row.id]
            problems.append(("id-twice", f"also at {other.path.name}:{other.line}", "Give each statement its own id."))
        ids.setdefault(row.id, row)
        if row.text in texts:
            problems.append(("text-twice", f"same text as {texts[row.text]}", "Keep one of the two."))
        texts.setdefault(row.text, row.id)
        found = disagreements(row, held)
        if found and not row.differs:
            hint = 'Correct the statement or the table, or say why they differ: differs="...".'
            problems += [("table-disagrees", message, hint) for message in found]
        if row.differs and not found:
            problems.append(("differs-unneeded", "differs= but no table disagrees", "Remove the attribute."))
        for rule, message, hint in problems:
            yield LintFinding(row.path, row.line, rule, f"{row.id}: {message}", hint)


def _payers(held: Held) -> set[str]:
    """Payer slugs: the values of the vocabulary's payers, alone or with a state ("bcbs-nc")."""
    words: dict[str, set[str]] = {"payer": set(), "state": set()}
    for _, row in held.table("vocabulary", models.Phrase):
        words.setdefault(row.slot, set()).add(row.value.lower())
    by_state = {f"{payer}-{state}" for payer in words["payer"] for state in words["state"]}
    return {ANY_PAYER} | words["payer"] | by_state


def _topics(held: Held) -> Iterator[LintFinding]:
    orders = Counter(topic.order for topic in held.topics)
    slugs = Counter(topic.slug for topic in held.topics)
    for topic in held.topics:
        if orders[topic.order] > 1 or slugs[topic.slug] > 1:
            yield LintFinding(topic.path, 1, "topic-twice", f"order {topic.order} or slug taken", "Use a free number.")
        if not topic.overview:
            yield LintFinding(
                topic.path, 1, "topic-overview", "no overview", "Begin with one sentence below the title."
            )
    places: dict[tuple[str, str], int] = {}
    last: dict[str, str] = {}
    for row in held.statements:
        key = (row.topic, row.section)
        if key in places and last[row.topic] != row.section:
            message = f"{row.id}: section {row.section!r} is split"
            yield LintFinding(row.path, row.line, "section-split", message, "Keep a section in one place.")
        places.setdefault(key, row.line)
        last[row.topic] = row.section


def _form(row: Statement, payers: set[str]) -> Iterator[Problem]:
    if not _ID.fullmatch(row.id):
        yield "id-form", "an id is a word, a hyphen and three digits", "Use the style of the topic."
    if (words := len(row.text.split())) > MAX_WORDS:
        yield "length", f"{words} words", f"At most {MAX_WORDS}; split it."
    if row.text[-1:] not in (".", ":"):
        yield "text-end", "the text does not end as a sentence", "End with a period."
    if row.payer not in payers:
        yield "payer-unknown", f"payer {row.payer!r}", "Use a known payer or add it to vocabulary.csv."
    if row.effective_from and row.effective_to and row.effective_from > row.effective_to:
        yield "dates-order", f"from {row.effective_from} is after to {row.effective_to}", "Correct the dates."
    for text in (row.text, row.caveat):
        if phrase := licensed_phrase(text):
            yield "cpt-text", f"reads like a CPT descriptor: {phrase!r}", "Say it in our own words."


def _cites(row: Statement, held: Held) -> Iterator[Problem]:
    for source, count in Counter(row.sources).items():
        if source not in held.source_ids:
            yield "source-unknown", f"source {source!r} is not in sources.csv", "Add the source or correct the id."
        if count > 1:
            yield "source-repeat", f"source {source} twice", "Name it once."


def _codes(row: Statement, held: Held) -> Iterator[Problem]:
    for text in (row.text, row.caveat):
        for code in unknown_codes(text, held):
            hint = "Correct the code, or add it to codes.csv, neighbour_codes.csv or lookalikes.csv."
            yield "code-unknown", f"{code} is in no table", hint
    for code in row.codes:
        if code not in held.known_codes:
            yield "code-unknown", f"about {code}, which is in no table", "Correct the about attribute."
    lives = [found for code in row.codes if (found := held.codes.find(code))]
    first, last = row.effective_from or date.min, row.effective_to or date.max
    for life in lives:
        if life.status == "deleted" and (life.effective_to or date.min) < last and not _ENDED.search(row.text):
            message = f"{life.code} ended {life.effective_to or 'earlier'}, the statement goes on without saying so"
            yield "code-deleted", message, "Say that the code is deleted, or give the statement an end date."
    begun = [life for life in lives if life.effective_from is None or life.effective_from <= first]
    if lives and not begun and row.effective_from is not None:
        earliest = min(life.effective_from for life in lives if life.effective_from)
        message = f"begins {first}, none of its codes before {earliest}"
        yield "code-early", message, f"Begin the statement on {earliest}, or name the codes of that time."
