"""`lint`: every fault of a corpus folder with file, line, rule and hint.

Checks by module: `bibliography` sources, `tables` what holds for every table, `codes` the code table with its history
and editions, `amounts` fee schedule and localities, `units` the time ladders, `statements` the guidance,
`asked` the typical questions, and `corpus.consistency` whether statements and tables say the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from corpus.errors import MissingFileError
from corpus.lint import amounts, asked, bibliography, codes, statements, tables, units
from corpus.lint.finding import LintFinding
from corpus.lint.held import Held

__all__ = ["LintFinding", "lint"]

CHECKS: tuple[Callable[[Held], Iterator[LintFinding]], ...] = (
    bibliography.check,
    tables.check,
    codes.check,
    amounts.check,
    units.check,
    statements.check,
    asked.check,
)


def lint(knowledge_root: Path) -> list[LintFinding]:
    """All findings of the corpus in `knowledge_root`, sorted by file and line; empty when nothing is wrong.

    Files that cannot be read are findings too (rule `unreadable`, one for each error), and the remaining checks run
    over what could be read.

    Raises:
        MissingFileError: the folder is not there.
    """
    if not knowledge_root.is_dir():
        raise MissingFileError(knowledge_root)
    held = Held(knowledge_root)
    found = [finding for check in CHECKS for finding in check(held)]
    return sorted({*held.findings, *found})
