"""Question sets: what a line holds, how files are read, which sets are shipped.

A file is JSON Lines, one question a line. A set is a name for a selection of the shipped questions
(`eval/questions/sets.toml` gives each set its categories), the name of a shipped file, or a path.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator

from bot.answer import Verdict
from eval.errors import QuestionFileError, UnknownSetError

SHIPPED = Path(__file__).parent / "questions"
EVERYTHING = "all"

Flag = Literal["deleted", "not-covered", "needs-clarification", "out-of-scope", "no-evidence", "phi", "stale-premise"]
Difficulty = Literal["easy", "medium", "hard"]
DECLINED: frozenset[Flag] = frozenset({"out-of-scope", "no-evidence"})
"""Flags of questions that must not be answered."""

_MANY_DEMANDS = 3


def _none_as_empty(value: object) -> object:
    return () if value is None else value


def _none_as_no_units(value: object) -> object:
    return {} if value is None else value


Words = Annotated[tuple[str, ...], BeforeValidator(_none_as_empty)]
Units = Annotated[dict[str, int], BeforeValidator(_none_as_no_units)]


class Question(BaseModel):
    """One question and what a right answer to its last turn must hold.

    Every field but `id`, `category` and `turns` may be missing. Fields that are not listed are kept as they are;
    one that looks like a misspelled known field is an error.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    id: str = Field(min_length=1, description="unique among all questions of a run")
    category: str = Field(min_length=1, description="what rates are given for")
    turns: tuple[str, ...] = Field(min_length=1, description="messages of one conversation, in order")
    dos: dt.date | None = Field(default=None, description="date of service; null: the day of the run")
    payer: str | None = Field(default=None, description="payer given beside the message, as a slug")
    must_codes: Words = Field(default=(), description="all named: recommended, alternative, mentioned or in the text")
    any_codes: Words = Field(default=(), description="when required, at least one of them named")
    any_required: bool = Field(default=False, description="whether one of any_codes is required")
    forbid_codes: Words = Field(default=(), description="none of them recommended")
    must_units: Units = Field(default={}, description="units of recommended codes")
    must_modifiers: Words = Field(default=(), description="on a code or in the text")
    must_pos: Words = Field(default=(), description="places of service, on a code or in the text")
    must_facts: Words = Field(default=(), description="regular expressions, without case, all found in the text")
    must_flag: Flag | None = Field(default=None, description="what the answer must be marked as")
    expected_stance: Verdict | None = Field(default=None, description="the verdict; null: not judged")
    must_not_contain: Words = Field(default=(), description="nowhere in the Answer, its JSON included")
    must_as_of: dt.date | None = Field(default=None, description="date that the answer must hold for; default: dos")
    difficulty: Difficulty | None = Field(default=None, description="default: from the number of demands and turns")
    support: Words = Field(default=(), description="ids of statements and table rows that support the answer")
    gold_answer: str = Field(default="", description="for people: the answer in words")

    @field_validator("must_facts")
    @classmethod
    def _compiles(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"{pattern!r} is no regular expression: {error}") from None
        return patterns

    @field_validator("turns")
    @classmethod
    def _says_something(cls, turns: tuple[str, ...]) -> tuple[str, ...]:
        if not all(turn.strip() for turn in turns):
            raise ValueError("a turn is empty")
        return turns

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.any_required and not self.any_codes:
            raise ValueError("any_required without any_codes can never be met")
        if both := set(self.must_codes) & set(self.forbid_codes) & set(self.must_units):
            raise ValueError(f"{', '.join(sorted(both))} must be recommended and is forbidden")
        if wrong := [code for code, units in self.must_units.items() if units < 1]:
            raise ValueError(f"must_units of {', '.join(wrong)} is not a positive number")
        known = type(self).model_fields
        for name in self.model_extra or ():
            if name not in known and (meant := _misspelled(name, known)):
                raise ValueError(f"{name} is no field: did you mean {meant}?")
        return self

    @property
    def key(self) -> str:
        """Hash of what is asked (not of what is expected): equal keys have equal answers from an equal system."""
        asked = [self.turns, self.dos and self.dos.isoformat(), self.payer]
        return hashlib.sha256(json.dumps(asked, ensure_ascii=False).encode()).hexdigest()[:16]

    @property
    def demands(self) -> int:
        """How many different kinds of thing a right answer must hold."""
        held = (
            self.must_codes or (self.any_required and self.any_codes),
            self.must_units,
            self.must_modifiers,
            self.must_pos,
            self.must_facts,
            self.must_flag,
            self.expected_stance,
            self.must_not_contain,
            self.forbid_codes,
        )
        return sum(bool(one) for one in held)

    @property
    def level(self) -> Difficulty:
        """The stated difficulty; else hard for several turns or many demands, easy for a single demand."""
        if self.difficulty is not None:
            return self.difficulty
        if len(self.turns) > 1 or self.demands > _MANY_DEMANDS:
            return "hard"
        return "easy" if self.demands <= 1 else "medium"

    @property
    def answerable(self) -> bool:
        """Whether an answer is wanted, rather than a refusal or the admission that nothing is held."""
        return self.must_flag not in DECLINED


def _misspelled(name: str, known: Iterable[str]) -> str | None:
    from rapidfuzz import fuzz, process

    found = process.extractOne(name, tuple(known), scorer=fuzz.ratio, score_cutoff=85)
    return found[0] if found else None


def read(path: Path) -> tuple[Question, ...]:
    """Every question of a file, in order.

    Raises:
        QuestionFileError: the file cannot be read, or a line does not fit; the line is named.
    """
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise QuestionFileError(path, error.strerror or "cannot be read") from error
    found: list[Question] = []
    first: dict[str, int] = {}
    for number, raw in enumerate(lines, start=1):
        if not raw.strip():
            continue
        question = _question(path, number, raw)
        if question.id in first:
            raise QuestionFileError(
                path, f"id {question.id!r} stands in line {first[question.id]} already", line=number
            )
        first[question.id] = number
        found.append(question)
    if not found:
        raise QuestionFileError(path, "holds no question")
    return tuple(found)


def _question(path: Path, line: int, raw: bytes) -> Question:
    try:
        value = json.loads(raw.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        raise QuestionFileError(path, f"not JSON: {error.msg} at column {error.colno}", line=line) from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise QuestionFileError(path, "not UTF-8, or nested too deeply", line=line) from error
    if not isinstance(value, dict):
        raise QuestionFileError(path, "not a JSON object", line=line)
    try:
        return Question.model_validate(value)
    except ValidationError as error:
        problems = [f"{_where(one['loc'])}{_reason(one['msg'])}" for one in error.errors()]
        raise QuestionFileError(path, "; ".join(problems), line=line) from error


def _where(location: Sequence[int | str]) -> str:
    return f"{'.'.join(str(part) for part in location)}: " if location else ""


def _reason(message: str) -> str:
    return message.removeprefix("Value error, ")


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """A shipped selection: `about` is one line for readers."""

    name: str
    about: str
    categories: frozenset[str]


@cache
def _manifest() -> tuple[QuestionSet, ...]:
    held = tomllib.loads((SHIPPED / "sets.toml").read_text(encoding="utf-8"))
    return tuple(QuestionSet(name, row["about"], frozenset(row["categories"])) for name, row in held.items())


def sets() -> tuple[QuestionSet, ...]:
    """The sets that are shipped, in the order of the manifest."""
    return _manifest()


def files() -> dict[str, Path]:
    """The shipped files by name."""
    return {path.stem: path for path in sorted(SHIPPED.glob("*.jsonl"))}


def shipped() -> tuple[Question, ...]:
    """Every shipped question; ids are unique over all files."""
    return _merged(read(path) for path in files().values())


def select(names: Sequence[str]) -> tuple[Question, ...]:
    """The questions of the named sets, files or paths, each once, in the order of the files.

    Raises:
        UnknownSetError: a name is none of these.
        QuestionFileError: a file cannot be read, or two files use one id for different questions.
    """
    return _merged(_named(name) for name in names)


def _named(name: str) -> tuple[Question, ...]:
    if name == EVERYTHING:
        return shipped()
    for held in sets():
        if held.name == name:
            return tuple(question for question in shipped() if question.category in held.categories)
    if name in files():
        return read(files()[name])
    path = Path(name)
    if path.suffix or path.is_file():
        return read(path)
    from bot.commands.common import nearest

    raise UnknownSetError(name, nearest(name, [EVERYTHING, *(held.name for held in sets()), *files()], cutoff=60))


def _merged(groups: Iterable[tuple[Question, ...]]) -> tuple[Question, ...]:
    found: dict[str, Question] = {}
    for group in groups:
        for question in group:
            if found.setdefault(question.id, question) != question:
                raise QuestionFileError(question.id, "two different questions have this id")
    return tuple(found.values())


def set_of(question: Question) -> str:
    """The shipped set that a question's category belongs to; empty when none lists it."""
    return next((held.name for held in sets() if question.category in held.categories), "")
