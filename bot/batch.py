"""Many questions from a JSON Lines file: one Answer a line, in order.

A line is `{"id": "a1", "turns": ["first question", "follow-up"], "dos": "2026-03-02"}`; `dos` may be missing or null,
further fields are ignored. The turns of one item share a conversation, items share nothing, and the Answer printed is
that to the last turn. A line that cannot be read becomes an error object, and the rest go on.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.answer import Answer
from bot.asking import Asks
from corpus.errors import CorpusError
from index.errors import SearchIndexError


class BatchItem(BaseModel):
    """One item of a question file."""

    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True)

    id: str
    turns: tuple[str, ...] = Field(min_length=1)
    dos: dt.date | None = None
    payer: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """One line of output and whether the item failed."""

    text: str
    failed: bool


def run(
    bot: Asks, lines: Iterable[bytes], *, date: dt.date | None = None, payer: str | None = None
) -> Iterator[Outcome]:
    """Answer every line that is not blank; `date` and `payer` stand in where an item names none.

    Raises:
        CorpusError, SearchIndexError: the knowledge cannot be read, so that no line can be answered.
    """
    for number, raw in enumerate(lines, start=1):
        if not raw.strip():
            continue
        item_id: str | None = None
        try:
            value = json.loads(raw.decode("utf-8-sig"))
            item_id = str(value["id"]) if isinstance(value, dict) and "id" in value else None
            item = BatchItem.model_validate(value)
        except (UnicodeDecodeError, json.JSONDecodeError, ValidationError, RecursionError) as error:
            yield _failure(item_id, number, "unreadable_line", _reason(error))
            continue
        try:
            answer = _answer(bot, item, date, payer)
        except (CorpusError, SearchIndexError):
            raise  # No line could be answered: the run ends, and says why.
        except Exception as error:  # One question that meets a defect must not cost the answers to all the others.
            yield _failure(item.id, number, "internal_error", f"{type(error).__name__} while answering")
            continue
        yield Outcome(answer.model_dump_json(), failed=False)


def _answer(bot: Asks, item: BatchItem, date: dt.date | None, payer: str | None) -> Answer:
    conversation = f"batch-{uuid4().hex}"
    try:
        *_, answer = (
            bot.ask(turn, conversation, date=item.dos or date, payer=item.payer or payer, item_id=item.id)
            for turn in item.turns
        )
    finally:
        bot.forget(conversation)
    return answer


def _failure(item_id: str | None, line: int, kind: str, message: str) -> Outcome:
    error = {"kind": kind, "line": line, "message": message}
    return Outcome(json.dumps({"id": item_id, "error": error}), failed=True)


def _reason(error: Exception) -> str:
    """What is wrong with a line, without quoting it: it may hold what must not be repeated."""
    match error:
        case ValidationError():
            first = error.errors()[0]
            return f"{'.'.join(str(part) for part in first['loc']) or 'the line'}: {first['msg']}"
        case json.JSONDecodeError():
            return f"not JSON: {error.msg} at column {error.colno}"
        case UnicodeDecodeError():
            return "not UTF-8"
        case _:
            return "nested too deeply"
