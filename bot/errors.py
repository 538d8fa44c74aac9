"""What can go wrong between the user and an answer, and the exit code that each failure ends with.

CodeciteError                   anything below; carries `hint` (what to do next) and `exit_code`
├── UsageError              2   the command or a setting was not understood
│   ├── OptionError             an option's value is not one of those known; suggests the nearest
│   └── SettingError            an environment variable holds a value that does not fit
├── NoKnowledgeError        3   no corpus or no index to answer from
└── InputFileError          4   a file that the user gave cannot be read

Corpus and index have trees of their own (`corpus.errors`, `index.errors`); on the command line they end with 3.
Exit code 0 means answered, whatever the answer says; 1 is `codecite check` finding a line that would deny.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

ANSWERED, USAGE, NO_KNOWLEDGE, BAD_INPUT_FILE = 0, 2, 3, 4


class CodeciteError(Exception):
    """Base of all errors of the product: one friendly line, and a `hint` that says what to do next."""

    exit_code = USAGE
    hint = "Run `codecite --help`."

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        if hint is not None:
            self.hint = hint


class UsageError(CodeciteError):
    """The command or a setting was not understood."""


class OptionError(UsageError):
    """The value of `option` is unknown; `nearest` are the known values most like it."""

    def __init__(self, option: str, value: str, *, nearest: Iterable[str] = (), hint: str = "") -> None:
        suggestions = tuple(nearest)
        mean = f": did you mean {_either(suggestions)}?" if suggestions else ""
        super().__init__(f"{option} {value!r} is not known{mean}", hint=hint or None)
        self.option, self.value, self.nearest = option, value, suggestions


class SettingError(UsageError):
    """An environment variable (or a line of `.env`) holds a value that does not fit."""

    def __init__(self, variable: str, problem: str, description: str) -> None:
        super().__init__(f"{variable}: {problem}", hint=description or None)
        self.variable = variable


class NoKnowledgeError(CodeciteError):
    """There is no corpus or no index to answer from."""

    exit_code = NO_KNOWLEDGE
    hint = "Run `codecite index build`."


class InputFileError(CodeciteError):
    """A file that the user gave cannot be read; `line` is 1-based, 0 when the whole file is meant."""

    exit_code = BAD_INPUT_FILE
    hint = "Check the path and the file's format; `codecite ask --help` shows an example."

    def __init__(self, path: Path | str, problem: str, *, line: int = 0, hint: str | None = None) -> None:
        where = f"{path}:{line}" if line else f"{path}"
        super().__init__(f"{where}: {problem}", hint=hint)
        self.path, self.line, self.problem = path, line, problem


def _either(words: tuple[str, ...]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
