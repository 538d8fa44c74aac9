"""What the checker finds wrong, and what it hands back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.evidence import Claim

ProblemKind = Literal[
    "code",
    "number",
    "range",
    "date",
    "modifier",
    "place",
    "name",
    "pairing",
    "quote",
    "unknown_record",
    "no_evidence",
    "date_scope",
    "arithmetic",
    "descriptor",
    "status",
    "inactive",
    "units",
    "amount",
    "marker",
    "limit",
]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that the knowledge does not support.

    `token` is the piece at fault as written, `where` the sentence, code or reference that holds it. Texts of user
    messages never get in: sentences are ours.
    """

    kind: ProblemKind
    token: str
    where: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.token!r} in {self.where!r}"


@dataclass(frozen=True, slots=True)
class Dropped:
    """A sentence that may not be shown, with every reason."""

    claim: Claim
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Verified:
    """A draft after the check: show `kept`, never `dropped`; `advice` are problems of codes and warnings."""

    kept: tuple[Claim, ...]
    dropped: tuple[Dropped, ...] = ()
    advice: tuple[Problem, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether nothing was found wrong."""
        return not self.dropped and not self.advice
