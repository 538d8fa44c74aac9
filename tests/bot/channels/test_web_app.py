"""The web application around the page: what it serves, what it refuses, what it never loads."""

from __future__ import annotations

import csv
import json
import re
import socket
import threading
import webbrowser
from collections.abc import Iterator

import pytest
import structlog
import uvicorn
from fastapi.testclient import TestClient

from bot.channels import serve
from bot.channels.serve import WebError
from bot.channels.web.app import HEADERS, LOOPBACK, hosts_of
from bot.channels.web.page import CSS, EXAMPLES, read_examples, script
from bot.settings import load
from corpus.codes import codes_in
from corpus.knowledge import Knowledge
from tests.bot.channels.answers import RimBot, answer, application


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return Knowledge()


@pytest.fixture(scope="module")
def client(knowledge: Knowledge) -> Iterator[TestClient]:
    with TestClient(application(RimBot(answer()), knowledge), base_url="http://localhost") as client:
        yield client


def config(client: TestClient) -> dict[str, object]:
    found = re.search(r"window\.gradio_config = (\{.*?\});</script>", client.get("/").text, re.DOTALL)
    assert found
    held: dict[str, object] = json.loads(found.group(1))
    return held


def test_the_page_names_its_knowledge_and_horizon(client: TestClient, knowledge: Knowledge) -> None:
    page = client.get("/").text
    assert knowledge.version in page
    assert knowledge.coverage.horizon.isoformat() in page


@pytest.mark.parametrize("path", ["/", "/limits", "/healthz"])
def test_every_reply_carries_the_security_headers(client: TestClient, path: str) -> None:
    reply = client.get(path)
    assert reply.status_code == 200
    assert {name: reply.headers[name] for name in HEADERS} == HEADERS


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/upload",
        "/gradio_api/runs",
        "/gradio_api/info",
        "/gradio_api/openapi.json",
        "/gradio_api/file=pyproject.toml",
        "/gradio_api/file/pyproject.toml",
        "/gradio_api/proxy=https://example.org",
        "/gradio_api/call/ask",
        "/gradio_api/run/_ask",
        "/gradio_api/deep_link",
        "/gradio_api/vibe-edit",
        "/monitoring/summary",
        "/login",
        "/docs",
        "/openapi.json",
    ],
)
def test_what_is_not_needed_is_closed(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404
    assert client.post(path, files={"files": b"x"}).status_code == 404


def test_a_page_that_borrows_our_address_is_turned_away(client: TestClient) -> None:
    assert client.get("/", headers={"host": "rebound.example"}).status_code == 400


def test_nothing_is_recorded_shared_or_offered_as_an_api(client: TestClient) -> None:
    held = config(client)
    assert held["run_history"] is False
    assert held["analytics_enabled"] is False
    assert held["footer_links"] == []
    dependencies = held["dependencies"]
    assert isinstance(dependencies, list)
    assert {row["api_visibility"] for row in dependencies} == {"private"}


def test_the_page_loads_nothing_from_elsewhere(client: TestClient) -> None:
    page = client.get("/").text
    loaded = re.findall(r'<(?:script|link)[^>]+(?:src|href)="(https?:)?//', page)
    assert loaded == []
    assert "@import" not in CSS.read_text()
    assert "url(" not in CSS.read_text()
    asked = re.findall(r"\b(?:fetch|send|import)\(([^,)]*)", script())
    assert asked
    assert {address for address in asked if not address.startswith('"/')} == {"address"}, (
        "send() is given our own paths"
    )


def test_the_limits_page_reads_on_its_own(client: TestClient) -> None:
    page = client.get("/limits").text
    assert '<html lang="en-US">' in page
    assert "<h1>What codecite can and cannot do</h1>" in page
    assert "<script" not in page


def test_every_role_has_example_questions_that_name_known_codes(knowledge: Knowledge) -> None:
    examples = read_examples()
    assert list(examples) == ["Coach", "Therapist", "Psychologist", "Biller", "Practice manager"]
    for rows in examples.values():
        assert len(rows) >= 3
        for row in rows:
            assert set(codes_in(row.question)) <= knowledge.known_codes, row.question
    with EXAMPLES.open(encoding="utf-8") as handle:
        assert next(csv.reader(handle)) == ["role", "question"]


def test_a_taken_port_is_said_before_the_index_is_opened() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with pytest.raises(WebError, match=f"port {port}") as caught:
            serve.run(load(), host="127.0.0.1", port=port, open_browser=False)
    assert "--port" in caught.value.hint


def test_the_server_says_where_it_is_opens_the_page_and_warms_up(
    knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    opened, warmed = threading.Event(), threading.Event()
    addresses: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda url: (addresses.append(url), opened.set()))
    config = uvicorn.Config(
        application(RimBot(answer()), knowledge), host="127.0.0.1", port=0, log_level="warning", access_log=False
    )
    warm_up = threading.Thread(target=warmed.set, daemon=True)
    server = serve.Server(config, "http://localhost:1", open_browser=True, warm_up=warm_up)
    thread = threading.Thread(target=server.run)
    thread.start()
    assert opened.wait(30)
    assert warmed.wait(30)
    server.should_exit = True
    thread.join(30)
    assert addresses == ["http://localhost:1"]
    assert "codecite is at http://localhost:1" in capsys.readouterr().out


def test_a_failing_warm_up_is_logged_without_its_text() -> None:
    with structlog.testing.capture_logs() as lines:
        serve._warm_up(RimBot(RuntimeError("secret")), "question", threading.Event())
    assert [(line["event"], line["error_type"]) for line in lines] == [("warm-up failed", "RuntimeError")]
    assert "secret" not in str(lines)


@pytest.mark.parametrize(
    ("host", "names"),
    [("127.0.0.1", LOOPBACK), ("localhost", LOOPBACK), ("::1", LOOPBACK), ("0.0.0.0", ("*",)), ("clinic.lan", ("*",))],
)
def test_only_a_local_page_is_bound_to_local_names(host: str, names: tuple[str, ...]) -> None:
    assert hosts_of(host) == names
