"""Question sets in the formats of inspect-ai and promptfoo, both ways.

What we write carries the whole question as metadata, so that reading it back gives the same question; besides, the
other tool's own fields hold what it can check itself. What others wrote is read as far as it can be said in our
schema; nothing is guessed, and what cannot be said is reported.

- inspect-ai: JSON Lines of samples (`json_dataset`): `input` (text or chat messages), `target`, `id`, `metadata`.
- promptfoo: a configuration or a list of test cases (YAML, JSON or JSON Lines): `vars`, `assert`, `metadata`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from eval.errors import MissingPartError, QuestionFileError
from eval.questions import Question
from eval.scorers import codes_of

Format = Literal["inspect", "promptfoo"]
OURS = "codecite"
"""Key of the metadata that holds the whole question."""
DEFAULT_CATEGORY = "imported"
_VARIABLES = ("question", "query", "input", "prompt", "message")


@dataclass(frozen=True, slots=True)
class Imported:
    """The questions read, and what of the file our schema cannot say (one line each)."""

    questions: tuple[Question, ...]
    remarks: tuple[str, ...]


def export(questions: Iterable[Question], form: Format) -> str:
    """The questions as the text of a file: JSON Lines for inspect-ai, JSON for promptfoo."""
    held = list(questions)
    if form == "inspect":
        return "".join(json.dumps(_sample(one), ensure_ascii=False) + "\n" for one in held)
    return json.dumps([_case(one) for one in held], ensure_ascii=False, indent=1) + "\n"


def _whole(question: Question) -> dict[str, Any]:
    return question.model_dump(mode="json", exclude_defaults=True)


def _sample(question: Question) -> dict[str, Any]:
    turns = [{"role": "user", "content": turn} for turn in question.turns]
    return {
        "id": question.id,
        "input": question.turns[0] if len(turns) == 1 else turns,
        "target": question.gold_answer or list(question.must_codes) or question.expected_stance or "",
        "metadata": {"category": question.category, "difficulty": question.level, OURS: _whole(question)},
    }


def _case(question: Question) -> dict[str, Any]:
    checks: list[dict[str, Any]] = [{"type": "icontains", "value": code} for code in question.must_codes]
    if question.any_required:
        checks.append({"type": "icontains-any", "value": list(question.any_codes)})
    checks += [{"type": "regex", "value": f"(?is){fact}"} for fact in question.must_facts]
    checks += [{"type": "not-icontains", "value": secret} for secret in question.must_not_contain]
    if question.gold_answer:
        checks.append({"type": "llm-rubric", "value": f"Says the same as: {question.gold_answer}"})
    variables: dict[str, Any] = {"question": question.turns[-1]}
    if len(question.turns) > 1:
        variables["history"] = list(question.turns[:-1])
    return {
        "description": question.id,
        "vars": variables,
        "assert": checks,
        "metadata": {"category": question.category, "difficulty": question.level, OURS: _whole(question)},
    }


def load(path: Path, form: Format, category: str = DEFAULT_CATEGORY) -> Imported:
    """The questions of a file of another tool; those without metadata of ours get `category`.

    Raises:
        QuestionFileError: the file cannot be read, or an entry holds no question; its number is named.
    """
    entries = _entries(path)
    if form == "promptfoo" and len(entries) == 1 and isinstance(entries[0].get("tests"), list):
        entries = entries[0]["tests"]
    if not entries:
        raise QuestionFileError(path, "holds no question")
    found, remarks = [], list[str]()
    for number, entry in enumerate(entries, start=1):
        if not isinstance(entry, dict):
            raise QuestionFileError(path, "is no entry with fields", line=number)
        fields = _kept(entry)
        if fields is None:
            reader = _from_sample if form == "inspect" else _from_case
            fields = {"category": category, **reader(entry, number, remarks)}
        try:
            found.append(Question.model_validate(fields))
        except ValidationError as error:
            told = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
            raise QuestionFileError(path, f"entry {number}: {told}", line=number) from error
    return Imported(tuple(found), tuple(remarks))


def _entries(path: Path) -> list[Any]:
    """The entries of a JSON Lines, JSON or YAML file; one object is one entry."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionFileError(path, getattr(error, "strerror", None) or "is not UTF-8 text") from error
    value = _yaml(path, text) if path.suffix in (".yaml", ".yml") else _json(path, text)
    return value if isinstance(value, list) else [value]


def _yaml(path: Path, text: str) -> Any:
    try:
        import yaml
    except ImportError as error:
        raise MissingPartError("PyYAML") from error
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise QuestionFileError(path, "not YAML", line=mark.line + 1 if mark else 0) from error


def _json(path: Path, text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        pass  # Not one value: lines of them, or damaged, which the lines tell.
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            found.append(json.loads(line))
        except json.JSONDecodeError as error:
            raise QuestionFileError(path, f"not JSON: {error.msg} at column {error.colno}", line=number) from error
    return found


def _kept(entry: dict[str, Any]) -> dict[str, Any] | None:
    """The question that an export of ours left in the metadata."""
    metadata = entry.get("metadata")
    held = metadata.get(OURS) if isinstance(metadata, dict) else None
    return held if isinstance(held, dict) else None


def _from_sample(entry: dict[str, Any], number: int, remarks: list[str]) -> dict[str, Any]:
    given, target = entry.get("input"), entry.get("target")
    turns = [given] if isinstance(given, str) else list(_user_turns(given or ()))
    told = target if isinstance(target, str) else ", ".join(map(str, target or ()))
    codes = sorted(codes_of(told))
    if told and not codes:
        remarks.append(f"entry {number}: the target names no code; it is kept as gold_answer and not scored")
    if entry.get("choices"):
        remarks.append(f"entry {number}: choices are left out")
    return {
        "id": str(entry.get("id", number)),
        "turns": turns,
        "must_codes": codes,
        "gold_answer": told,
        **_category(entry),
    }


def _user_turns(messages: Iterable[Any]) -> Iterator[str]:
    for message in messages:
        if isinstance(message, dict) and message.get("role") == "user" and isinstance(message.get("content"), str):
            yield message["content"]


def _from_case(entry: dict[str, Any], number: int, remarks: list[str]) -> dict[str, Any]:
    variables = entry.get("vars") or {}
    name = next((one for one in _VARIABLES if one in variables), next(iter(variables), None))
    history = variables.get("history") or []
    turns = [*(history if isinstance(history, list) else [history]), *([variables[name]] if name else [])]
    fields: dict[str, Any] = {
        "id": str(entry.get("description") or number),
        "turns": turns,
        "must_codes": [],
        "must_facts": [],
        "must_not_contain": [],
        **_category(entry),
    }
    for check in entry.get("assert") or ():
        if not _assertion(fields, str(check.get("type", "")), check.get("value")):
            remarks.append(f"entry {number}: an assertion of type {check.get('type')!r} is left out")
    return fields


def _assertion(fields: dict[str, Any], kind: str, value: Any) -> bool:
    """Take over one assertion; False when our schema cannot say it."""
    several = [str(one) for one in value] if isinstance(value, list) else [str(value)]
    match kind:
        case "contains" | "icontains" | "contains-all" | "icontains-all" | "equals":
            for one in several:
                codes = sorted(codes_of(one))
                fields["must_codes"] += codes
                if not codes:
                    fields["must_facts"].append(re.escape(one))
        case "contains-any" | "icontains-any":
            if all(codes_of(one) == {one} for one in several):
                fields |= {"any_codes": several, "any_required": True}
            else:
                fields["must_facts"].append("|".join(map(re.escape, several)))
        case "regex":
            fields["must_facts"] += [re.sub(r"^\(\?[a-z]+\)", "", one) for one in several]
        case "not-contains" | "not-icontains":
            fields["must_not_contain"] += several
        case "llm-rubric":
            fields["gold_answer"] = several[0].removeprefix("Says the same as: ")
        case _:
            return False
    return True


def _category(entry: dict[str, Any]) -> dict[str, Any]:
    metadata = entry.get("metadata")
    named = metadata.get("category") if isinstance(metadata, dict) else None
    return {"category": str(named)} if named else {}


def as_lines(questions: Sequence[Question]) -> str:
    """The questions in our own format."""
    return "".join(json.dumps(_whole(question), ensure_ascii=False) + "\n" for question in questions)
