"""What a check reports."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, order=True)
class LintFinding:
    """One fault of the corpus: where it is (line 1-based, 0 for the whole file), which rule it breaks, what to do."""

    path: Path
    line: int
    rule: str
    message: str
    hint: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.message}"
