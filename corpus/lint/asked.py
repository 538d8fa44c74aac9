"""Typical questions: each leads to a statement that exists, is short, asked once, and names only codes that we know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from corpus.csvfile import numbered_rows
from corpus.errors import TableError
from corpus.lint.finding import LintFinding
from corpus.lint.held import Held
from corpus.lint.tables import unknown_codes
from corpus.rows import Asked

MAX_WORDS = 32


def check(held: Held) -> Iterator[LintFinding]:
    """All checks of `asked/*.csv`; a corpus without that folder has no typical questions, and needs none."""
    folder = held.root / "asked"
    if not folder.is_dir():
        return
    known = {row.id for row in held.statements}
    seen: Counter[str] = Counter()
    led: set[str] = set()
    for path in sorted(folder.glob("*.csv")):
        errors: list[TableError] = []
        for line, row in numbered_rows(path, Asked, errors.append):
            led.add(row.statement)
            seen[row.question.casefold()] += 1
            for rule, message, hint in _problems(row, known, held, seen):
                yield LintFinding(path, line, rule, message, hint)
        for error in errors:
            yield LintFinding(path, error.line, "unreadable", f"column {error.column!r}: {error.problem}", error.hint)
    for statement in held.statements:
        if statement.id not in led:
            hint = (
                f"Add two or three to {folder.name}/{statement.topic}.csv: in plain words, in haste, and for yes or no."
            )
            yield LintFinding(
                statement.path, statement.line, "never-asked", f"{statement.id}: no typical question leads to it", hint
            )


def _problems(row: Asked, known: set[str], held: Held, seen: Counter[str]) -> Iterator[tuple[str, str, str]]:
    if row.statement not in known:
        yield "asked-unknown", f"no statement has the id {row.statement}", "Name the statement that answers it."
    if len(row.question.split()) > MAX_WORDS:
        yield "asked-long", f"longer than {MAX_WORDS} words", "Ask it shorter."
    if seen[row.question.casefold()] > 1:
        yield "asked-twice", f"asked before: {row.question}", "Keep it where it fits best."
    for code in unknown_codes(row.question.upper(), held):
        yield "code-unknown", f"{code} is in no table", "Correct the code, or add it to a table."
