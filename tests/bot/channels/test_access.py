"""Who may come in: users, a trusted proxy, keys; how often; and what never helps an attacker."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from bot.channels.access.book import AccessBook, AccessError
from bot.channels.access.limits import Rate, Throttle
from bot.channels.access.policy import ExposureError, Policy, check_exposure
from bot.channels.access.sessions import Sessions
from bot.channels.web.app import Extras, build_server
from bot.errors import UsageError
from bot.settings import Settings
from corpus.database import sqlite_url
from corpus.knowledge import Knowledge
from tests.bot.channels.answers import RimBot, answer, application
from tests.bot.cli.conftest import Runner, run

__all__ = ["run"]

PASSWORD = "three quiet herons"
ASKED = {"message": "35 minutes"}


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return Knowledge()


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AccessBook]:
    held = AccessBook(sqlite_url(tmp_path_factory.mktemp("access") / "codecite.db"))
    held.add_user("front-desk", PASSWORD)
    yield held
    held.close()


def visitor(
    knowledge: Knowledge, policy: Policy, base: str = "http://clinic.example", *, page: bool = False
) -> TestClient:
    extras = Extras(policy=policy)
    if page:
        app = application(RimBot(answer()), knowledge, extras, hosts=("*",))
    else:
        app, _ = build_server(RimBot(answer()), knowledge, ("*",), extras)
    return TestClient(app, base_url=base, follow_redirects=False)


def sign_in(client: TestClient, name: str = "front-desk", password: str = PASSWORD) -> int:
    page = client.get("/sign-in")
    token = re.search(r'name="form" value="([^"]+)"', page.text)
    assert token
    return client.post("/sign-in", data={"name": name, "password": password, "form": token[1]}).status_code


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 303),
        ("GET", "/config", 401),
        ("POST", "/api/ask", 401),
        ("GET", "/api/codes/0592T", 401),
        ("POST", "/v1/chat/completions", 401),
        ("POST", "/mcp", 401),
        ("GET", "/metrics", 401),
        ("POST", "/gradio_api/queue/join", 401),
        ("GET", "/gradio_api/queue/data?session_hash=x", 401),
        ("POST", "/export.pdf", 401),
        ("GET", "/healthz", 200),
        ("GET", "/sign-in", 200),
    ],
)
def test_without_a_session_only_health_and_sign_in_answer(
    knowledge: Knowledge, book: AccessBook, method: str, path: str, status: int
) -> None:
    client = visitor(knowledge, Policy(access="users", book=book))
    assert client.request(method, path, json={} if method == "POST" else None).status_code == status


def test_a_session_opens_the_page_and_the_api_until_it_is_ended(knowledge: Knowledge, book: AccessBook) -> None:
    client = visitor(knowledge, Policy(access="users", book=book, sessions=Sessions(1, book.is_user)), page=True)
    assert sign_in(client) == 303
    assert client.get("/config").status_code == 200
    assert "Sign out" in client.get("/").text
    assert client.post("/api/ask", json=ASKED).status_code == 200
    assert client.post("/api/ask", json=ASKED, headers={"origin": "https://evil.example"}).status_code == 403
    cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    assert client.post("/sign-out").status_code == 303
    assert client.post("/api/ask", json=ASKED, headers={"cookie": cookie}).status_code == 401


@pytest.mark.parametrize(
    ("base", "public", "flags"),
    [
        ("http://clinic.example", "", {"HttpOnly", "SameSite=lax"}),
        ("http://clinic.example", "https://billing.example", {"HttpOnly", "SameSite=lax", "Secure"}),
        ("https://clinic.example", "", {"HttpOnly", "SameSite=lax", "Secure"}),
    ],
)
def test_the_cookie_has_the_right_flags(
    knowledge: Knowledge, book: AccessBook, base: str, public: str, flags: set[str]
) -> None:
    policy = Policy(access="users", book=book, public_url=public)
    client = visitor(knowledge, policy, base)
    page = client.get("/sign-in")
    token = re.search(r'name="form" value="([^"]+)"', page.text)
    assert token
    form_cookie = page.headers["set-cookie"]
    assert "HttpOnly" in form_cookie
    assert "SameSite=strict" in form_cookie
    sent = {"name": "front-desk", "password": PASSWORD, "form": token[1]}
    reply = client.post("/sign-in", data=sent, headers={"cookie": form_cookie.partition(";")[0]})
    cookie = next(row for row in reply.headers.get_list("set-cookie") if "Max-Age=0" not in row)
    assert flags <= set(cookie.split("; "))
    assert cookie.startswith("__Host-codecite=" if "Secure" in flags else "codecite=")
    assert ("Strict-Transport-Security" in reply.headers) == ("Secure" in flags)


def test_a_form_from_elsewhere_signs_nobody_in(knowledge: Knowledge, book: AccessBook) -> None:
    client = visitor(knowledge, Policy(access="users", book=book))
    client.get("/sign-in")
    sent = {"name": "front-desk", "password": PASSWORD, "form": "guessed"}
    assert client.post("/sign-in", data=sent).status_code == 403
    assert client.post("/sign-in", data=sent, headers={"origin": "https://evil.example"}).status_code == 403


def test_failed_sign_ins_tell_nothing_and_are_slowed_down(knowledge: Knowledge, book: AccessBook) -> None:
    client = visitor(knowledge, Policy(access="users", book=book, by_name=Throttle(2)))
    assert [sign_in(client, password="wrong words") for _ in range(4)] == [401, 401, 401, 429]
    assert sign_in(client) == 429, "the right password must wait as well"
    unknown = visitor(knowledge, Policy(access="users", book=book, by_name=Throttle(2)))
    assert [sign_in(unknown, name="nobody") for _ in range(4)] == [401, 401, 401, 429]


def test_a_removed_user_is_out_within_a_minute(tmp_path: Path) -> None:
    now = [0.0]
    book = AccessBook(sqlite_url(tmp_path / "codecite.db"))
    book.add_user("ann", PASSWORD)
    sessions = Sessions(1, book.is_user, clock=lambda: now[0])
    token = sessions.begin("ann")
    book.remove_user("ann")
    assert sessions.user(token) == "ann"
    now[0] = 61
    assert sessions.user(token) is None
    other = sessions.begin("ann")
    now[0] = 3600 + 62
    assert sessions.user(other) is None
    book.close()


def test_a_proxy_is_believed_only_from_its_address(knowledge: Knowledge) -> None:
    trusted = visitor(knowledge, Policy(access="proxy", proxies=frozenset({"testclient"})))
    stranger = visitor(knowledge, Policy(access="proxy", proxies=frozenset({"10.0.0.1"})))
    named = {"X-Forwarded-User": "ann"}
    assert trusted.post("/api/ask", json=ASKED, headers=named).status_code == 200
    assert trusted.post("/api/ask", json=ASKED).status_code == 401
    assert stranger.post("/api/ask", json=ASKED, headers=named).status_code == 401


def test_a_key_opens_the_api_and_nothing_else(knowledge: Knowledge, book: AccessBook) -> None:
    key = book.add_key("scheduler")
    client = visitor(knowledge, Policy(access="keys", book=book))
    bearer = {"Authorization": f"Bearer {key}"}
    assert client.post("/api/ask", json=ASKED, headers=bearer).status_code == 200
    assert client.get("/metrics", headers=bearer).status_code == 200
    assert client.get("/", headers=bearer).status_code == 401
    assert client.post("/api/ask", json=ASKED, headers={"Authorization": "Bearer cck_wrong"}).status_code == 401
    book.remove_key("scheduler")
    assert client.post("/api/ask", json=ASKED, headers=bearer).status_code == 401


def test_each_user_has_a_rate_of_their_own(knowledge: Knowledge, book: AccessBook) -> None:
    first, second = ({"Authorization": f"Bearer {book.add_key(name)}"} for name in ("one", "two"))
    client = visitor(knowledge, Policy(access="keys", book=book, rate=Rate(3)))
    assert [client.post("/api/ask", json=ASKED, headers=first).status_code for _ in range(4)] == [200, 200, 200, 429]
    late = client.post("/api/ask", json=ASKED, headers=first)
    assert int(late.headers["retry-after"]) > 0
    assert client.post("/api/ask", json=ASKED, headers=second).status_code == 200


def test_a_bucket_fills_evenly() -> None:
    now = [0.0]
    rate = Rate(60, clock=lambda: now[0])
    assert [rate.wait("a") for _ in range(60)] == [0] * 60
    assert rate.wait("a") == 1
    now[0] = 1
    assert rate.wait("a") == 0


def test_pauses_double_and_success_forgets() -> None:
    now = [0.0]
    throttle = Throttle(1, clock=lambda: now[0])
    pauses = []
    for _ in range(4):
        throttle.failed("ann")
        pauses.append(throttle.wait("ann"))
        now[0] += pauses[-1] + 1
    assert pauses[0] == 0
    assert pauses[1:] == sorted(pauses[1:])
    assert pauses[-1] >= 2 * pauses[1]
    throttle.succeeded("ann")
    assert throttle.wait("ann") == 0


@pytest.mark.parametrize(
    ("access", "host", "allow", "refused"),
    [
        ("off", "127.0.0.1", False, None),
        ("off", "localhost", False, None),
        ("off", "0.0.0.0", False, ExposureError),
        ("off", "clinic.lan", False, ExposureError),
        ("off", "0.0.0.0", True, None),
        ("users", "0.0.0.0", False, None),
        ("keys", "0.0.0.0", False, UsageError),
        ("proxy", "0.0.0.0", False, None),
    ],
)
def test_nobody_opens_a_server_to_others_by_oversight(
    tmp_path: Path, access: str, host: str, allow: bool, refused: type[UsageError] | None
) -> None:
    book = AccessBook(sqlite_url(tmp_path / "codecite.db"))
    book.add_user("ann", PASSWORD)
    settings = Settings.model_validate({"access": access})
    if refused is None:
        check_exposure(settings, host, book, allow_open=allow)
    else:
        with pytest.raises(refused) as caught:
            check_exposure(settings, host, book, allow_open=allow)
        assert "codecite" in caught.value.hint
    book.close()


@pytest.mark.parametrize("password", ["short", "x" * 201, "front-desk front-desk"])
def test_a_weak_password_is_refused(tmp_path: Path, password: str) -> None:
    book = AccessBook(sqlite_url(tmp_path / "codecite.db"))
    with pytest.raises(AccessError):
        book.add_user("front-desk", password)
    assert book.users() == ()
    book.close()


def test_no_password_and_no_key_is_in_the_database(tmp_path: Path) -> None:
    book = AccessBook(sqlite_url(tmp_path / "codecite.db"))
    book.add_user("ann", PASSWORD)
    key = book.add_key("scheduler")
    assert book.verify("ANN", PASSWORD) == "ann"
    assert book.verify("ann", "other words here") is None
    assert book.verify("nobody", PASSWORD) is None
    book.close()
    held = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert PASSWORD.encode() not in held
    assert key.encode() not in held
    assert b"$argon2id$" in held


def test_users_and_keys_are_kept_from_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Runner
) -> None:
    import io

    monkeypatch.setenv("CODECITE_DATABASE", sqlite_url(tmp_path / "held.db"))
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))
    assert run("users", "add", "Front-Desk", "--password-stdin").code == 0
    assert "front-desk" in run("users", "list").out
    assert run("users", "add", "bad name", "--password-stdin").code == 2
    key = run("keys", "add", "scheduler").out.strip()
    assert key.startswith("cck_")
    assert key not in run("keys", "list").out
    assert run("keys", "add", "scheduler").code == 2
    assert run("keys", "remove", "scheduler").code == 0
    assert run("users", "remove", "front-desk").code == 0
    assert "no users" in run("users", "list").out
    assert run("users", "remove", "front-desk").code == 2
