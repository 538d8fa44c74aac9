"""What can go wrong while reading the knowledge.

CorpusError                 anything below; carries `hint`
├── MissingFileError        a file or folder of the corpus is not there
├── TableError              a CSV table has a bad header, row or cell (file, line and column are named)
├── GuidanceError           a statement or front matter cannot be read (file and line are named)
├── UnknownRecordError      a record asked for by key does not exist
├── OfficialFileError       an official file is damaged, incomplete or not recognized (file, line, column are named)
├── DatabaseError           a database cannot be opened
└── DocumentError           a file of the user's own cannot be taken in (encrypted, damaged, empty, too large ...)
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

Refusal = Literal["missing", "format", "empty", "encrypted", "damaged", "too-large", "no-text"]


class CorpusError(Exception):
    """Base of all corpus errors: `hint` tells the user what to do next."""

    hint = "Run `codecite corpus lint` to see every finding with file and line."

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        if hint is not None:
            self.hint = hint


class MissingFileError(CorpusError):
    """A file or folder that the corpus needs is not there."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} does not exist",
            hint="Restore the file from version control, or point CODECITE_CORPUS at a complete corpus folder.",
        )
        self.path = path


class TableError(CorpusError):
    """A table cannot be read; `path`, `line` (1-based, header is line 1) and `column` say where."""

    def __init__(self, path: Path, line: int, column: str, problem: str, *, hint: str | None = None) -> None:
        where = f"{path}:{line}" + (f" column {column!r}" if column else "")
        super().__init__(f"{where}: {problem}", hint=hint)
        self.path, self.line, self.column, self.problem = path, line, column, problem


class GuidanceError(CorpusError):
    """A guidance file cannot be read; `path` and `line` (1-based) say where."""

    def __init__(self, path: Path, line: int, problem: str, *, hint: str | None = None) -> None:
        super().__init__(f"{path}:{line}: {problem}", hint=hint)
        self.path, self.line, self.problem = path, line, problem


class UnknownRecordError(CorpusError, KeyError):
    """No record has this key."""

    def __init__(self, kind: str, key: str) -> None:
        CorpusError.__init__(self, f"no {kind} {key!r}", hint=f"Check the {kind} for typos.")
        self.kind, self.key = kind, key

    def __str__(self) -> str:
        return f"no {self.kind} {self.key!r}"


class OfficialFileError(CorpusError):
    """An official file is refused; `line` is 1-based (0: the whole file is meant), `column` a name or a position."""

    def __init__(self, path: Path | str, problem: str, *, line: int = 0, column: str = "", hint: str = "") -> None:
        where = f"{path}:{line}" if line else f"{path}"
        inside = f" column {column}" if column else ""
        super().__init__(f"{where}{inside}: {problem}", hint=hint or "Download the file again from its publisher.")
        self.path, self.line, self.column, self.problem = str(path), line, column, problem


class DatabaseError(CorpusError):
    """A database cannot be opened; the message never holds a password."""

    hint = "Check CODECITE_DATABASE: for example sqlite:////path/codecite.db or postgresql://user:password@host/name."


class DocumentError(CorpusError):
    """A file of the user's own cannot be taken in; `reason` sorts it, `name` is the file's name, nothing was kept."""

    def __init__(self, name: str, reason: Refusal, problem: str, *, hint: str) -> None:
        super().__init__(f"{name}: {problem}", hint=hint)
        self.name, self.reason, self.problem = name, reason, problem
