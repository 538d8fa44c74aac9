"""Real clients: the openai package and the MCP SDK, over a socket and over standard input and output."""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp import StdioServerParameters
from mcp.client import Client
from mcp.client.stdio import stdio_client
from mcp_types import CallToolResult
from openai import BadRequestError, NotFoundError, OpenAI, UnprocessableEntityError

from index.search import Index

QUESTION = "therapy session of 52 minutes, which code?"


@pytest.fixture(scope="module")
def openai(address: str) -> Iterator[OpenAI]:
    with OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0) as client:
        yield client


def test_openai_lists_one_model(openai: OpenAI) -> None:
    assert [row.id for row in openai.models.list()] == ["codecite"]
    assert openai.models.retrieve("codecite").owned_by == "codecite"
    with pytest.raises(NotFoundError):
        openai.models.retrieve("gpt")


def test_openai_gets_citations_in_the_text_and_as_annotations(openai: OpenAI) -> None:
    done = openai.chat.completions.create(
        model="codecite", messages=[{"role": "user", "content": QUESTION}], metadata={"date": "2026-03-02"}
    )
    message = done.choices[0].message
    assert message.content
    assert "90834" in message.content
    assert message.annotations
    for row in message.annotations:
        mark = message.content[row.url_citation.start_index : row.url_citation.end_index]
        assert mark.startswith("[")
        assert mark.endswith("]")
        assert row.url_citation.url.startswith("http")
    whole: Any = (done.model_extra or {})["codecite"]
    assert whole["as_of"] == "2026-03-02"
    assert whole["citations"]


def test_openai_streams_the_same_text(openai: OpenAI) -> None:
    messages: Any = [{"role": "user", "content": QUESTION}]
    whole = openai.chat.completions.create(model="codecite", messages=messages).choices[0].message
    pieces, marks, ends = [], [], []
    stream = openai.chat.completions.create(
        model="codecite", messages=messages, stream=True, stream_options={"include_usage": True}
    )
    for chunk in stream:
        for choice in chunk.choices:
            pieces.append(choice.delta.content or "")
            marks += (choice.delta.model_extra or {}).get("annotations", [])
            ends.append(choice.finish_reason)
    assert "".join(pieces) == whole.content
    assert len(pieces) > 3
    assert [row["url_citation"]["start_index"] for row in marks] == [
        row.url_citation.start_index for row in whole.annotations or []
    ]
    assert ends[-1] == "stop"


def test_openai_turns_are_one_conversation(openai: OpenAI) -> None:
    messages: Any = [
        {"role": "system", "content": "You are a pirate."},
        {"role": "user", "content": "45 minutes of therapy by video, which code?"},
        {"role": "assistant", "content": "whatever was said"},
        {"role": "user", "content": [{"type": "text", "text": "and 55 minutes?"}]},
    ]
    done = openai.chat.completions.create(model="codecite", messages=messages)
    assert "90837" in (done.choices[0].message.content or "")
    facts: Any = (done.model_extra or {})["codecite"]["facts"]
    assert facts["modality"]


def test_openai_errors_are_those_of_the_protocol(openai: OpenAI) -> None:
    with pytest.raises(UnprocessableEntityError, match="role user"):
        openai.chat.completions.create(model="codecite", messages=[{"role": "system", "content": "x"}])
    with pytest.raises((BadRequestError, UnprocessableEntityError), match="medicare"):
        openai.chat.completions.create(
            model="codecite", messages=[{"role": "user", "content": "x"}], metadata={"payer": "medicar"}
        )


def data(result: CallToolResult) -> Any:
    assert not result.is_error, result.content
    held = result.structured_content
    return held["result"] if held and set(held) == {"result"} else held


async def use(client: Client) -> None:
    """Every tool once, with a result and with nothing."""
    tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    names = {"ask", "look_up_code", "find_codes", "check_pair", "check_claim", "medicare_price", "search_statements"}
    assert set(tools) == names
    for tool in tools.values():
        assert tool.annotations
        assert tool.annotations.read_only_hint
        assert tool.description
        assert any(word in tool.description.lower() for word in ("empty", "not permission", "no issues", "null"))
    answer = data(await client.call_tool("ask", {"question": QUESTION}))
    assert "90834" in {row["code"] for row in answer["codes"]}
    assert data(await client.call_tool("look_up_code", {"code": "96150"}))["status"] == "deleted"
    assert data(await client.call_tool("find_codes", {"words": "health coaching"}))[0]["code"].endswith("T")
    assert data(await client.call_tool("find_codes", {"words": "qqqqqq"})) == []
    pair = data(await client.call_tool("check_pair", {"first": "0592T", "second": "90853"}))
    assert pair["state"] == "no_data"
    claim = data(await client.call_tool("check_claim", {"lines": [{"code": "90837"}, {"code": "90834"}]}))
    assert claim["denies"]
    assert data(await client.call_tool("medicare_price", {"code": "90837", "date": "2026-03-02"}))["amount"]
    assert len(data(await client.call_tool("search_statements", {"query": "incident to", "limit": 3}))) == 3
    unknown = await client.call_tool("look_up_code", {"code": "0529T"})
    assert unknown.is_error
    assert "0592T" in str(unknown.content)


def test_an_mcp_client_uses_every_tool_over_http(address: str) -> None:
    async def talk() -> None:
        async with Client(f"{address}/mcp") as client:
            await use(client)

    run(talk)


def test_an_mcp_client_uses_every_tool_over_standard_input(
    built_index: Index, index_home: Path, tmp_path: Path
) -> None:
    (tmp_path / "index").symlink_to(index_home, target_is_directory=True)

    async def talk() -> None:
        server = StdioServerParameters(
            command=sys.executable,
            args=["-m", "bot.cli", "mcp"],
            cwd=str(Path(__file__).parents[4]),
            env={**os.environ, "CODECITE_HOME": str(tmp_path)},
        )
        async with Client(stdio_client(server)) as client:
            await use(client)

    run(talk)


def run(talk: Callable[[], Awaitable[None]]) -> None:
    import anyio

    anyio.run(talk)
