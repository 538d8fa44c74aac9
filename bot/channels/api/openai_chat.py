"""OpenAI's chat protocol: `/v1/models` and `/v1/chat/completions`, streaming too.

The user's turns in `messages` are asked again one after the other as one conversation, so the caller keeps the
history and the server keeps none. The text is the Answer as Markdown with numbered marks; each mark that leads to a
page is also a `url_citation` annotation with its place in the text, and the whole Answer stands in the extra field
`codecite`. `metadata` may name `date` (YYYY-MM-DD) and `payer`.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import secrets
import time
from collections.abc import AsyncIterator
from typing import Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from bot.answer import Answer
from bot.channels.api.desk import ApiDesk
from bot.channels.api.models import LONGEST, Day
from bot.channels.api.rest import CalmRoute
from bot.channels.render import answer_markdown, evidence_title, safe_url
from bot.errors import UsageError
from bot.inputs import parse_payer

MODEL = "codecite"
TURNS = 8
"""The user's last turns that are asked again."""

_MARK = re.compile(r"(?<!\\)\[(\d+)\](?!\()")
_PIECE = re.compile(r".+?(?:\n\n|\Z)", re.DOTALL)


class Part(BaseModel):
    """One part of a message's content; only text is read."""

    model_config = ConfigDict(extra="allow")

    type: str
    text: str = Field(default="", max_length=LONGEST)


class Message(BaseModel):
    """One message; those of the assistant and the system are passed over."""

    model_config = ConfigDict(extra="allow")

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[Part] | None = None

    @property
    def text(self) -> str:
        """The text of the content."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.type == "text")
        return self.content or ""


class Metadata(BaseModel):
    """What the caller knows beside the messages."""

    model_config = ConfigDict(extra="allow")

    date: Day | None = None
    payer: str | None = Field(default=None, max_length=60)


class StreamOptions(BaseModel):
    """How to stream."""

    model_config = ConfigDict(extra="allow")

    include_usage: bool = False


class Completion(BaseModel):
    """A chat completion request; fields that steer a language model are accepted and have no effect."""

    model_config = ConfigDict(extra="allow")

    model: str = MODEL
    messages: list[Message] = Field(min_length=1, max_length=200)
    stream: bool = False
    stream_options: StreamOptions | None = None
    metadata: Metadata | None = None


def router(desk: ApiDesk) -> APIRouter:
    """The routes under `/v1`."""
    routes = APIRouter(prefix="/v1", route_class=CalmRoute, tags=["openai"], include_in_schema=False)
    model = {"id": MODEL, "object": "model", "created": 1767225600, "owned_by": "codecite"}

    @routes.get("/models")
    def models() -> dict[str, Any]:
        return {"object": "list", "data": [model]}

    @routes.get("/models/{name}")
    def one(name: str) -> JSONResponse:
        if name != MODEL:
            message = {"message": "there is no such model; use codecite", "type": "invalid_request_error"}
            return JSONResponse({"error": {**message, "param": "model", "code": "model_not_found"}}, 404)
        return JSONResponse(model)

    @routes.post("/chat/completions", response_model=None)
    async def complete(request: Request, body: Completion) -> JSONResponse | StreamingResponse:
        answer = await desk.aside(lambda: replay(desk, body))
        if body.stream:
            usage = body.stream_options is not None and body.stream_options.include_usage
            return StreamingResponse(_events(answer, usage=usage), media_type="text/event-stream")
        return JSONResponse(completion(answer))

    return routes


def replay(desk: ApiDesk, body: Completion) -> Answer:
    """The Answer to the last user turn, the ones before it asked first in a conversation that is then forgotten.

    Raises:
        UsageError: there is no user turn, or one is too long.
    """
    turns = [held.text.strip() for held in body.messages if held.role == "user" and held.text.strip()][-TURNS:]
    if not turns:
        raise UsageError("there is no message of the user", hint="Send a message with the role user.")
    if any(len(turn) > LONGEST for turn in turns):
        raise UsageError(f"a message has more than {LONGEST} signs", hint="Ask one question at a time.")
    given = body.metadata or Metadata()
    payer = parse_payer(given.payer or None, desk.tools.knowledge)
    conversation = secrets.token_urlsafe(16)
    date: dt.date | None = given.date
    try:
        for turn in turns[:-1]:
            desk.bot.ask(turn, conversation, date=date, payer=payer)
        return desk.ask(turns[-1], conversation, date=date, payer=payer, channel="openai")
    finally:
        desk.bot.forget(conversation)


def url_citations(answer: Answer, text: str) -> list[dict[str, Any]]:
    """Each mark `[n]` of the text whose evidence has an address, as OpenAI's `url_citation`; offsets count signs."""
    links = {}
    for row in answer.citations:
        source = next((held for held in row.sources if safe_url(held.url)), None)
        if source:
            links[str(row.n)] = {"title": evidence_title(row), "url": safe_url(source.url)}
    return [
        {
            "type": "url_citation",
            "url_citation": {"start_index": mark.start(), "end_index": mark.end(), **links[mark[1]]},
        }
        for mark in _MARK.finditer(text)
        if mark[1] in links
    ]


def completion(answer: Answer) -> dict[str, Any]:
    """The Answer as a `chat.completion` object."""
    text = answer_markdown(answer)
    message = {"role": "assistant", "content": text, "refusal": None, "annotations": url_citations(answer, text)}
    return {
        "id": f"chatcmpl-{answer.id}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": MODEL,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": _USAGE,
        "codecite": answer.model_dump(mode="json"),
    }


_USAGE = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
"""No language model is asked, so no tokens are used."""


async def _events(answer: Answer, *, usage: bool) -> AsyncIterator[str]:
    text = answer_markdown(answer)
    head = {"id": f"chatcmpl-{answer.id}", "object": "chat.completion.chunk", "created": int(time.time())}

    def event(delta: dict[str, Any], finish: str | None = None, **more: Any) -> str:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return f"data: {json.dumps({**head, 'model': MODEL, 'choices': [choice], **more})}\n\n"

    yield event({"role": "assistant", "content": ""})
    for piece in _PIECE.findall(text):
        yield event({"content": piece})
    yield event({"annotations": url_citations(answer, text)}, "stop", codecite=answer.model_dump(mode="json"))
    if usage:
        yield f"data: {json.dumps({**head, 'model': MODEL, 'choices': [], 'usage': _USAGE})}\n\n"
    yield "data: [DONE]\n\n"
