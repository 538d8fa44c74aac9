"""What can go wrong in an evaluation; exit codes and hints as everywhere else (`bot.errors`).

CodeciteError
├── UsageError
│   ├── UnknownSetError         no question set, file or run of that name
│   ├── UnknownSystemError      no system of that name
│   └── MissingPartError        a library of the optional part `eval` or `llm` is not installed
└── InputFileError
    ├── QuestionFileError       a line of a question set does not fit the schema
    └── RunFolderError          a folder holds no run that can be read
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.errors import InputFileError, OptionError, UsageError


class UnknownSetError(OptionError):
    """No question set and no file is called so."""

    def __init__(self, value: str, nearest: Iterable[str] = ()) -> None:
        super().__init__(
            "question set",
            value,
            nearest=nearest,
            hint="`codecite eval list` shows the sets; a path to a file works too.",
        )


class UnknownSystemError(OptionError):
    """No system is called so."""

    def __init__(self, value: str, nearest: Iterable[str] = ()) -> None:
        super().__init__("--system", value, nearest=nearest, hint="`codecite eval run --help` lists the systems.")


class MissingPartError(UsageError):
    """A library that only evaluation needs is not installed."""

    def __init__(self, library: str, extra: str = "eval") -> None:
        super().__init__(f"{library} is not installed", hint=f"pip install 'codecite[{extra}]'")


class QuestionFileError(InputFileError):
    """A line of a question set does not fit the schema; `line` is 1-based."""

    hint = "The fields are described in eval/README.md, section Format."


class RunFolderError(InputFileError):
    """A folder holds no finished or resumable run."""

    hint = "Name a folder that `codecite eval run --out` wrote: it holds run.json and answers.jsonl."
