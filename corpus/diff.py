"""What one corpus folder holds that another does not: statements and rows added, removed, changed."""

from __future__ import annotations

import csv
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from corpus.knowledge import Knowledge
from corpus.lint.tables import KEYS
from corpus.statements import Statement

How = Literal["added", "removed", "changed"]
A = TypeVar("A")
Q = TypeVar("Q")
_STATEMENT_FIELDS = (
    *("text", "section", "topic", "kind", "payer", "effective_from", "effective_to", "confidence"),
    *("sources", "caveat", "codes", "locator", "differs"),
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One record that differs. `where` is a guidance file or table, `fields` old and new values by column."""

    how: How
    where: str
    key: str
    fields: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CorpusDiff:
    """All differences between two corpora, with both versions."""

    old_version: str
    new_version: str
    statements: tuple[Difference, ...]
    rows: tuple[Difference, ...]

    def __bool__(self) -> bool:
        return bool(self.statements or self.rows)


def diff(old: Path, new: Path) -> CorpusDiff:
    """Compare two corpus folders record by record, not line by line: moving a row or reflowing text is no change.

    Raises:
        CorpusError: a folder or one of its files cannot be read (file and line are named).
    """
    before, after = Knowledge(old), Knowledge(new)
    return CorpusDiff(
        before.version,
        after.version,
        tuple(_statements(before, after)),
        tuple(row for name in _tables(old, new) for row in _rows(name, old / name, new / name)),
    )


def _statements(before: Knowledge, after: Knowledge) -> Iterator[Difference]:
    old = {row.id: row for row in before.statements}
    new = {row.id: row for row in after.statements}
    for key in sorted({*old, *new}):
        one, two = old.get(key), new.get(key)
        if one is None or two is None:
            row = one or two
            where = f"guidance/{row.path.name}" if row else ""
            value = row.text if row else ""
            yield Difference(
                "removed" if two is None else "added",
                where,
                key,
                (("text", value, "") if two is None else ("text", "", value),),
            )
        elif fields := tuple(_fields(one, two)):
            yield Difference("changed", f"guidance/{two.path.name}", key, fields)


def _fields(one: Statement, two: Statement) -> Iterator[tuple[str, str, str]]:
    for name in _STATEMENT_FIELDS:
        old, new = _shown(getattr(one, name)), _shown(getattr(two, name))
        if old != new:
            yield name, old, new


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return " ".join(str(item) for item in value)
    return "" if value is None else str(value)


def _tables(old: Path, new: Path) -> list[str]:
    found = {path.relative_to(root).as_posix() for root in (old, new) for path in root.glob("tables/*.csv")}
    return ["sources.csv", *sorted(found)]


def _rows(name: str, old: Path, new: Path) -> Iterator[Difference]:
    before, after = _read(old), _read(new)
    key_columns = _key(name, before, after)
    one, two = _keyed(before, key_columns), _keyed(after, key_columns)
    for key in sorted({*one, *two}):
        left, right = one.get(key), two.get(key)
        shown = " ".join(part for part in key if part) if key_columns else " ".join(key)[:80]
        if left is None or right is None:
            yield Difference("removed" if right is None else "added", name, shown)
            continue
        fields = tuple(
            (column, left.get(column, ""), right.get(column, ""))
            for column in dict.fromkeys([*left, *right])
            if left.get(column, "") != right.get(column, "")
        )
        if fields:
            yield Difference("changed", name, shown, fields)


Table = list[dict[str, str]]


def _read(path: Path) -> Table:
    if not path.is_file():
        return []
    with path.open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def _key(name: str, before: Table, after: Table) -> tuple[str, ...]:
    """The columns that name a row: those declared, else the first column when it is unique, else none."""
    stem = Path(name).stem
    if stem == "sources":
        return ("id",)
    if stem in KEYS:
        return KEYS[stem]
    first = next(iter((before or after or [{}])[0]), "")
    unique = all(len({row.get(first) for row in table}) == len(table) for table in (before, after))
    return (first,) if first and unique else ()


def _keyed(table: Table, columns: tuple[str, ...]) -> dict[tuple[str, ...], dict[str, str]]:
    return {tuple(row.get(column, "") for column in columns) if columns else tuple(row.values()): row for row in table}


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """A question whose answer differs, with both answers as told."""

    question: str
    before: str
    after: str


def impact(
    questions: Iterable[tuple[str, Q]],
    before: Callable[[Q], A],
    after: Callable[[Q], A],
    essence: Callable[[A], Hashable],
    tell: Callable[[A], str],
) -> Iterator[AnswerChange]:
    """The questions that two corpora answer differently.

    `questions` are pairs of what to show and what to ask; `before` and `after` ask the two corpora; two answers are
    the same when their `essence` is equal, and are shown by `tell`. Nothing here knows how an answer comes about.
    """
    for shown, question in questions:
        one, two = before(question), after(question)
        if essence(one) != essence(two):
            yield AnswerChange(shown, tell(one), tell(two))


def as_text(found: CorpusDiff, *, width: int = 110) -> str:
    """The differences as plain text, one record a paragraph."""
    lines = [f"{found.old_version} -> {found.new_version}"]
    for title, rows in (("Statements", found.statements), ("Rows", found.rows)):
        counts = {how: sum(row.how == how for row in rows) for how in ("added", "removed", "changed")}
        lines += ["", f"{title}: " + ", ".join(f"{count} {how}" for how, count in counts.items())]
        for row in rows:
            lines.append(f"  {row.how:<8} {row.where}  {row.key}")
            lines += [f"           {name}: {_cut(old, width)} -> {_cut(new, width)}" for name, old, new in row.fields]
    return "\n".join(lines) + "\n"


def as_markdown(found: CorpusDiff) -> str:
    """The differences as a Markdown page for a reviewer."""
    lines = [f"# Knowledge {found.old_version} to {found.new_version}", ""]
    for title, rows in (("Statements", found.statements), ("Rows", found.rows)):
        lines += [f"## {title} ({len(rows)})", ""]
        for row in rows:
            lines.append(f"- **{row.how}** `{row.key}` in {row.where}")
            lines += [f"  - {name}: {old or '(none)'} -> {new or '(none)'}" for name, old, new in row.fields]
        lines += [] if rows else ["None."]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _cut(text: str, width: int) -> str:
    shown = text or "(none)"
    return shown if len(shown) <= width else f"{shown[: width - 3]}..."
