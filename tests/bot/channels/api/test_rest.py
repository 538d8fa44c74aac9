"""The REST API: what each route answers, and what it says when it cannot."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from bot.answer import Answer
from bot.channels.web.app import Extras
from bot.engine import Bot
from bot.feedback import FeedbackBook
from tests.bot.channels.answers import RimBot, application

DAY = "2026-03-02"


def test_a_question_gets_the_answer_of_the_contract(client: TestClient) -> None:
    reply = client.post("/api/ask", json={"message": "therapy session of 52 minutes, which code?", "date": DAY})
    answer = Answer.model_validate(reply.json())
    assert reply.status_code == 200
    assert [row.code for row in answer.codes if row.role == "recommended"] == ["90834"]
    assert answer.as_of == DAY
    assert reply.headers["cache-control"] == "no-store"


def test_turns_of_a_conversation_share_facts_and_others_do_not(client: TestClient) -> None:
    def ask(message: str, conversation: str | None = None) -> dict[str, Any]:
        held: dict[str, Any] = client.post("/api/ask", json={"message": message, "conversation": conversation}).json()
        return held

    ask("45 minutes of therapy by video, which code?", "mine")
    assert ask("and 55 minutes?", "mine")["facts"]["modality"]
    assert "modality" not in ask("and 55 minutes?", "yours")["facts"]


def test_a_claim_is_checked_line_by_line(client: TestClient) -> None:
    body = {"lines": [{"code": "90837", "minutes": 45}, {"code": "90834"}], "date": DAY, "payer": "Medicare"}
    report = client.post("/api/check", json=body).json()
    assert report["denies"] is True
    assert report["payer"] == "medicare"
    assert {1, 2} <= {line for issue in report["issues"] for line in issue["lines"]}
    assert all(issue["evidence"] for issue in report["issues"] if issue["kind"] == "pair")


def test_a_code_has_a_page_and_an_unknown_one_a_suggestion(client: TestClient) -> None:
    page = client.get("/api/codes/96150", params={"date": DAY}).json()
    assert page["status"] == "deleted"
    assert [row["code"] for row in page["replaced_by"]] == ["96156"]
    unknown = client.get("/api/codes/0529T")
    assert unknown.status_code == 404
    assert "0592T" in unknown.json()["error"]


@pytest.mark.parametrize(
    ("asked", "found"), [("9083", "90837"), ("90873", "90837"), ("helth coaching", "0592T"), ("qqqqq", None)]
)
def test_codes_are_found_in_spite_of_slips(client: TestClient, asked: str, found: str | None) -> None:
    codes = [row["code"] for row in client.get("/api/codes", params={"q": asked}).json()]
    assert (found in codes) if found else codes == []


def test_a_pair_is_three_valued(client: TestClient) -> None:
    def state(first: str, second: str) -> tuple[str, str]:
        found = client.get("/api/pairs", params={"first": first, "second": second, "date": DAY}).json()
        return found["state"], found["verdict"]

    assert state("90834", "90837") == ("applies", "never")
    assert state("90785", "90837") == ("not_applicable", "base_and_addon")
    assert state("0592T", "90853") == ("no_data", "unknown")


def test_a_price_shows_its_formula_and_a_locality_changes_it(client: TestClient) -> None:
    place = next(row for row in client.get("/api/localities").json() if row["state"] == "AK")
    national = client.get("/api/price", params={"code": "90837", "date": DAY}).json()
    local = client.get("/api/price", params={"code": "90837", "date": DAY, "locality": place["key"]}).json()
    assert national["state"] == local["state"] == "priced"
    assert float(local["amount"]) > float(national["amount"])
    assert national["amount"] in national["formula"].replace("$", "")
    assert client.get("/api/price", params={"code": "90837", "date": "2024-03-02"}).json()["state"] == "no-data"


def test_minutes_become_units_with_their_boundaries(client: TestClient) -> None:
    services = client.get("/api/services").json()
    found = client.get("/api/time", params={"service": "psychotherapy", "minutes": 52, "date": DAY}).json()
    assert "psychotherapy" in services
    assert found["bills"] == "90834 x 1"
    assert [(row["first"], row["last"]) for row in found["rungs"]][-2:] == [(38, 52), (53, None)]


def test_search_changes_and_sources(client: TestClient) -> None:
    hits = client.get("/api/search", params={"q": "incident to supervision", "limit": 3, "date": DAY}).json()
    assert len(hits) == 3
    assert all(row["text"] and row["tier"] for row in hits)
    changes = client.get("/api/changes", params={"start": "2019-12-31", "end": "2020-01-31"}).json()["changes"]
    assert ("96150", "deleted") in {(row["subject"], row["kind"]) for row in changes}
    official = client.get("/api/sources", params={"tier": "official"}).json()
    assert {row["tier"] for row in official} == {"official"}
    assert official[0]["statements"] > 10


def test_feedback_is_kept_without_identifiers(client: TestClient, book: FeedbackBook) -> None:
    body = {"answer_id": "4f2a", "kind": "wrong", "text": "Jane Roe, jane.roe@example.com, says two units"}
    reply = client.post("/api/feedback", json=body).json()
    assert reply["kept"] is True
    assert "example.com" not in reply["text"]
    assert book.all()[-1].channel == "api"


@pytest.mark.parametrize(
    ("method", "path", "sent", "status", "says"),
    [
        ("POST", "/api/ask", {"message": ""}, 422, "message"),
        ("POST", "/api/ask", {"message": "x" * 4001}, 422, "message"),
        ("POST", "/api/ask", {"message": "x", "date": "2026-02-30"}, 422, "date"),
        ("POST", "/api/ask", {"message": "x", "payer": "medicar"}, 422, "did you mean medicare"),
        ("POST", "/api/ask", {"message": "x", "conversation": "../../etc"}, 422, "conversation"),
        ("POST", "/api/ask", {"message": "x", "model": "y"}, 422, "model"),
        ("POST", "/api/check", {"lines": []}, 422, "lines"),
        ("POST", "/api/check", {"lines": [{"code": "90837", "units": -1}]}, 422, "units"),
        ("GET", "/api/changes?start=2026-01-01&end=2025-01-01", None, 422, "not before"),
        ("GET", "/api/price?code=90837&locality=nowhere", None, 422, "locality"),
        ("GET", "/api/time?service=none&minutes=5", None, 422, "not counted by time"),
    ],
)
def test_what_cannot_be_answered_is_said_in_one_line(
    client: TestClient, method: str, path: str, sent: Any, status: int, says: str
) -> None:
    reply = client.request(method, path, json=sent)
    assert reply.status_code == status
    assert says in reply.json()["error"]
    assert set(reply.json()) == {"error", "hint"}


def test_a_body_that_is_no_json_or_too_large_is_refused(client: TestClient) -> None:
    assert client.post("/api/ask", content=b"{", headers={"content-type": "application/json"}).status_code == 400
    assert client.post("/api/ask", json={"message": "x" * 300_000}).status_code == 413

    def endless() -> Any:
        for _ in range(400):
            yield b"x" * 1000

    assert client.post("/api/ask", content=endless(), headers={"content-type": "application/json"}).status_code == 413


def test_a_defect_tells_a_number_and_nothing_else(bot: Bot, capfd: pytest.CaptureFixture[str]) -> None:
    failing = application(RimBot(RuntimeError("secret canary-7391")), bot.knowledge)
    with TestClient(failing, base_url="http://localhost") as client:
        reply = client.post("/api/ask", json={"message": "canary-7391"})
    said = capfd.readouterr()
    assert reply.status_code == 500
    assert "number" in reply.json()["error"]
    assert "canary" not in reply.text + said.out + said.err


def test_health_says_ready_only_after_the_warm_up(bot: Bot) -> None:
    cold = application(bot, bot.knowledge, Extras(ready=lambda: False))
    with TestClient(cold, base_url="http://localhost") as client:
        assert client.get("/healthz").json()["status"] == "ok"
        assert client.get("/readyz").status_code == 503


def test_metrics_count_without_words(client: TestClient) -> None:
    client.post("/api/ask", json={"message": "canary-7391: what is 90837?"})
    text = client.get("/metrics").text
    assert 'codecite_answers_total{channel="api",status="answered"}' in text
    assert "codecite_answer_seconds_bucket" in text
    assert "canary" not in text


def test_a_page_of_another_site_can_change_nothing(client: TestClient) -> None:
    body = {"message": "What is 90837?"}
    for headers in ({"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}):
        assert client.post("/api/ask", json=body, headers=headers).status_code == 403
    assert client.post("/api/ask", json=body, headers={"origin": "http://localhost"}).status_code == 200


def test_a_conversation_becomes_a_pdf(client: TestClient) -> None:
    answer = "**Bill “90834”.** [1]\n\n| Code | Role |\n|---|---|\n| 90834 | Bill this |\n\n- one\n\n> quote\n"
    reply = client.post("/export.pdf", json={"turns": [{"question": "52 minutes? ≥ <b>", "answer": answer}]})
    assert reply.headers["content-type"] == "application/pdf"
    assert reply.content.startswith(b"%PDF-")
    assert "attachment" in reply.headers["content-disposition"]
