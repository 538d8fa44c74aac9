"""The Answer: what the engine returns for one user turn and every channel renders.

These models are the outside contract (`tests/bot/answer.schema.json` is its JSON Schema): fields may be added,
never removed or renamed.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

AnswerStatus = Literal["answered", "needs_clarification", "out_of_scope", "no_evidence", "refused"]
Verdict = Literal["yes", "no", "depends"]
CodeRole = Literal["recommended", "alternative", "mentioned", "rejected"]
CodeState = Literal["active", "deleted", "not_yet_effective", "unknown"]
WarningKind = Literal[
    "deleted_code",
    "unknown_code",
    "stale_premise",
    "not_covered",
    "bundling",
    "units_limit",
    "time_not_met",
    "payer_varies",
    "vintage",
    "conflict",
    "assumption",
    "phi",
    "compliance",
]
EvidenceKind = Literal["statement", "table", "computation", "document"]
CitationTier = Literal["official", "payer", "society", "vendor", "own-document"]


class Frozen(BaseModel):
    """Base of the contract's models: frozen, no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SourceRef(Frozen):
    """A source behind a citation."""

    title: str
    publisher: str
    url: str
    as_of: str
    tier: str


class Citation(Frozen):
    """Evidence as shown: `quote` is a substring of what `ref` holds."""

    n: int
    kind: EvidenceKind
    ref: str
    title: str
    section: str = ""
    quote: str
    sources: tuple[SourceRef, ...] = ()
    tier: CitationTier
    effective_from: str | None = None
    effective_to: str | None = None
    caveat: str = ""


class CodeAdvice(Frozen):
    """One code of the answer. `descriptor` is copied from the code table; `status` holds on the answer's date."""

    code: str
    role: CodeRole
    units: int | None = None
    modifiers: tuple[str, ...] = ()
    pos: tuple[str, ...] = ()
    status: CodeState
    descriptor: str
    descriptor_source: str
    why: str = ""
    amount: str = ""


class AnswerWarning(Frozen):
    """Something that the reader must see."""

    kind: WarningKind
    text: str
    codes: tuple[str, ...] = ()


class Clarify(Frozen):
    """One question back to the user; `slot` names the fact that is missing."""

    slot: str
    question: str
    options: tuple[str, ...] = ()


class Sentence(Frozen):
    """One displayed sentence with the numbers of its citations."""

    text: str
    citations: tuple[int, ...] = ()


class Assumption(Frozen):
    """A fact that was assumed because the user did not state it."""

    slot: str
    value: str
    why: str = ""


class Answer(Frozen):
    """The answer to one user turn."""

    id: str
    question: str
    status: AnswerStatus
    verdict: Verdict | None
    answer: str
    codes: tuple[CodeAdvice, ...]
    warnings: tuple[AnswerWarning, ...]
    clarify: Clarify | None
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    assumptions: tuple[Assumption, ...]
    as_of: str
    knowledge: dict[str, str]
    timings_ms: dict[str, float] = {}
    facts: dict[str, str] = {}
    more: tuple[Sentence, ...] = ()
