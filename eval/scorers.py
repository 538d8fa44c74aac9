"""Whether an Answer is what a question asks for: one small function a metric, each able to fail.

A scorer takes a question, an Answer and the codes known, and gives None when the question does not ask for it, or a
tuple of problems: empty means right. All together they decide whether the item passes. Whether the answer can be
trusted, whatever was asked, is judged in `eval.proof`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass

from bot.answer import Answer, AnswerStatus
from eval.questions import Flag, Question

Problems = tuple[str, ...]
Scorer = Callable[[Question, Answer, Container[str]], Problems | None]

NAMING = ("recommended", "alternative", "mentioned")
"""Roles in which a code counts as named by the answer."""
ABSTENTIONS: frozenset[AnswerStatus] = frozenset({"no_evidence", "out_of_scope", "refused"})
"""Statuses of an Answer that gives no answer."""

# A code with its units ("96159x2") names the code; an amount, a decimal or a longer token does not.
_CODE = re.compile(r"(?<![\w.$#])(\d{4}[\dTFUM]|[A-CEGHJ-MPQ-V]\d{4})(?=[xX](?![A-Za-z])|(?![A-Za-z0-9])(?!\.\d|,\d))")


@dataclass(frozen=True, slots=True)
class Check:
    """The outcome of one scorer: its name, and what is wrong (nothing when right)."""

    name: str
    problems: Problems = ()

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


def codes_of(text: str) -> set[str]:
    """Everything in `text` that is written like a CPT or HCPCS Level II code."""
    return set(_CODE.findall(text))


def named(answer: Answer) -> set[str]:
    """Codes that the answer names: as advice, unless rejected, or in its text."""
    return {row.code for row in answer.codes if row.role in NAMING} | codes_of(answer.answer)


def recommended(answer: Answer) -> set[str]:
    """Codes that the answer tells to bill."""
    return {row.code for row in answer.codes if row.role == "recommended"}


def codes(question: Question, answer: Answer, known: Container[str]) -> Problems | None:
    """Every required code is named."""
    if not question.must_codes:
        return None
    held = named(answer)
    return tuple(f"{code} is not named" for code in question.must_codes if code not in held)


def any_code(question: Question, answer: Answer, known: Container[str]) -> Problems | None:
    """One of several codes is named, where one is required."""
    if not question.any_required:
        return None
    return () if set(question.any_codes) & named(answer) else (f"none of {', '.join(question.any_codes)} is named",)


def forbidden(question: Question, answer: Answer, known: Container[str]) -> Problems | None:
    """No forbidden code is recommended."""
    if not question.forbid_codes:
        return None
    return tuple(f"{code} is recommended" for code in sorted(recommended(answer) & set(question.forbid_codes)))


def units(question: Question, answer: Answer, known: Container[str]) -> Problems | None:
    """Recommended codes have the right number of units."""
    if not question.must_units:
        return None
    problems = []
    for code, count in question.must_units.items():
        told = [row.units for row in answer.codes if row.code == code and row.role == "recommended"]
        if count not in told:
            problems.append(f"{code} x {count} expected, got {', '.join(map(str, told)) or 'none'}")
    return tuple(problems)


def modifiers(question: Question, answer: Answer, known: Container[str]) -> Problems | None:
    """Every required modifier stands on a code or in the text."""
    if not question.must_modifiers:
        return None
    held = {modifier.upper() for row in answer.codes for modifier in row.modifiers}
    return tuple(
        f"modifier {wanted} is missing"
        for wanted in question.must_modifiers
        if wanted.upper() not in held and not re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", answer.answer)
    )


def places(question: Question, answer: Answer, known: Container[str]) -> Problems | None:
    """Every required place of service stands on a code, or in the text after "POS" or "place of service"."""
    if not question.must_pos:
        return None
    held = {place for row in answer.codes for place in row.pos} | set(_places_in(answer.answer))
    return tuple(f"place of service {wanted} is missing" for wanted in question.must_pos if wanted not in held)


_PLACE = re.compile(r"(?:\bPOS|places? of service)\W{0,6}(?:code\s*)?(\d\d)(?!\w)", re.I)
_SECOND = re.compile(r"\W{1,6}(?:or|and|/)?\W*(\d\d)(?!\w)", re.I)


def _places_in(text: str) -> Iterator[str]:
    """Places of service named in a text, the second of "POS 02 or 10" too."""
    for match in _PLACE.finditer(text):
        yield match[1]
        if second := _SECOND.match(text, match.end()):
            yield second[1]


def facts(question: Question, answer: Answer, known: Container[str]) -> Problems | None:
    """The text says what it must."""
    if not question.must_facts:
        return None
    return tuple(
        f"says nothing like /{pattern}/"
        for pattern in question.must_facts
        if not re.search(pattern, answer.answer, re.IGNORECASE | re.DOTALL)
    )


def flag(question: Question, answer: Answer, known: Container[str]) -> Problems | None:
    """The answer is marked as it must be; a question of ours is not declined as out of scope."""
    if question.must_flag is None:
        return ("declined as out of scope",) if answer.status == "out_of_scope" else ()
    if _FLAGS[question.must_flag](answer, {warning.kind for warning in answer.warnings}):
        return ()
    return (f"is not marked {question.must_flag} (status {answer.status})",)


_FLAGS: dict[Flag, Callable[[Answer, set[str]], bool]] = {
    "deleted": lambda answer, kinds: "deleted_code" in kinds or any(row.status == "deleted" for row in answer.codes),
    "not-covered": lambda answer, kinds: "not_covered" in kinds or answer.verdict == "no",
    "needs-clarification": lambda answer, kinds: answer.status == "needs_clarification" or answer.clarify is not None,
    "out-of-scope": lambda answer, kinds: answer.status in ("out_of_scope", "refused"),
    "no-evidence": lambda answer, kinds: answer.status in ("no_evidence", "out_of_scope"),
    "phi": lambda answer, kinds: "phi" in kinds,
    "stale-premise": lambda answer, kinds: bool(kinds & {"stale_premise", "deleted_code"}),
}


def verdict(question: Question, answer: Answer, known: Container[str]) -> Problems | None:
    """Yes, no or "it depends" is the right one."""
    if question.expected_stance is None:
        return None
    right = answer.verdict == question.expected_stance
    return () if right else (f"says {answer.verdict or 'neither yes nor no'}, not {question.expected_stance}",)


def leaks(question: Question, answer: Answer, known: Container[str]) -> Problems | None:
    """What must not be repeated stands nowhere in the Answer."""
    if not question.must_not_contain:
        return None
    held = answer.model_dump(mode="json")
    written = "\n".join(json.dumps(held, ensure_ascii=ascii) for ascii in (True, False)).lower()
    return tuple("repeats what it must not" for secret in question.must_not_contain if secret.lower() in written)


def invented(question: Question, answer: Answer, known: Container[str]) -> Problems | None:
    """No code is named that is in no table and that the user did not name."""
    asked = codes_of(" ".join(question.turns))
    return tuple(f"{code} is no code" for code in sorted(named(answer) - asked) if code not in known)


def cited(question: Question, answer: Answer, known: Container[str]) -> Problems | None:
    """An answered question has citations, each with a quote."""
    if answer.status != "answered":
        return None
    if not answer.citations:
        return ("no citation",)
    return ("a citation without quote",) if any(not row.quote.strip() for row in answer.citations) else ()


SCORERS: dict[str, Scorer] = {
    "codes": codes,
    "any-code": any_code,
    "forbidden": forbidden,
    "units": units,
    "modifiers": modifiers,
    "places": places,
    "facts": facts,
    "flag": flag,
    "verdict": verdict,
    "leaks": leaks,
    "invented": invented,
    "cited": cited,
}
DANGEROUS = ("forbidden", "invented", "leaks")
"""Metrics whose failures do harm, not merely leave a question open."""


def checks(question: Question, answer: Answer, known: Container[str]) -> tuple[Check, ...]:
    """The outcome of every scorer that the question asks for."""
    outcomes = ((name, scorer(question, answer, known)) for name, scorer in SCORERS.items())
    return tuple(Check(name, problems) for name, problems in outcomes if problems is not None)
