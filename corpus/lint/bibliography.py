"""Sources: ids, addresses, and that something rests on each of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from corpus.lint.finding import LintFinding
from corpus.lint.held import Held
from corpus.lint.tables import cited

_ID = re.compile(r"[a-z0-9][a-z0-9.-]*")
_DAY = re.compile(r"(?:19|20)\d{2}(?:-\d{2}(?:-\d{2})?)?(?:-20\d{2})?")


def check(held: Held) -> Iterator[LintFinding]:
    """Ids are unique, addresses are pages, titles and publishers are there, no source is an orphan."""
    path = held.root / "sources.csv"
    used = cited(held)
    seen: set[str] = set()
    for line, row in held.sources:
        if not _ID.fullmatch(row.id):
            yield LintFinding(path, line, "source-id", f"{row.id!r} is not an id", "Lower case, digits, dots, hyphens.")
        if row.id in seen:
            yield LintFinding(path, line, "source-twice", f"{row.id} is used twice", "Give one document one id.")
        seen.add(row.id)
        if not row.title.strip() or not row.publisher.strip():
            yield LintFinding(path, line, "source-title", f"{row.id} has no title or publisher", "Fill in both.")
        if not _is_page(row.url):
            message, hint = f"{row.id}: {row.url!r} is no address of a page", "Give the full https address."
            yield LintFinding(path, line, "source-address", message, hint)
        if row.as_of and not _DAY.search(row.as_of):
            message, hint = f"{row.id}: as_of {row.as_of!r} names no year", "Write YYYY, YYYY-MM or YYYY-MM-DD."
            yield LintFinding(path, line, "source-date", message, hint)
        if row.id not in used:
            yield LintFinding(path, line, "source-orphan", f"nothing cites {row.id}", "Cite it or remove it.")


def _is_page(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme in ("http", "https") and "." in parts.netloc and (len(parts.path) > 1 or bool(parts.query))
