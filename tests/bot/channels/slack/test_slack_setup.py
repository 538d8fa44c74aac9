"""Setting Slack up: the doctor finds what is wrong and says what to do; the commands teach and fail clearly."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.channels.slack import socket
from bot.channels.slack.app import SlackError
from bot.channels.slack.doctor import AGAIN, APP_LEVEL, INSTALL, OFFLINE, SIGNING, Check, examine
from bot.cli import build_app
from bot.settings import Settings
from index.search import Index
from tests.bot.channels.slack.bench import KNOWLEDGE, Engine, settings
from tests.bot.channels.slack.fake import CHANNEL, TEAM, FakeSlack, Refusal

runner = CliRunner()


def examined(home: Path, prepare: Any = None, **changes: Any) -> dict[str, Check]:
    """The doctor's findings by name."""

    async def run() -> list[Check]:
        async with FakeSlack() as slack:
            slack.channels[CHANNEL]["is_member"] = True
            if prepare:
                prepare(slack)
            return await examine(settings(home, slack, **changes))

    return {check.name: check for check in asyncio.run(run())}


def test_the_doctor_is_content_with_a_good_installation(tmp_path: Path) -> None:
    found = examined(tmp_path, slack_workspaces=TEAM, slack_channels=CHANNEL)
    assert {name for name, check in found.items() if not check.ok} == set()
    assert {"Bot token", "Scopes", "Socket Mode", f"Channel {CHANNEL}", "Database", "Knowledge"} <= found.keys()


def refuse(method: str, error: str) -> Any:
    return lambda slack: slack.refuse(method, Refusal(200, error))


def scopes(text: str) -> Any:
    return lambda slack: setattr(slack, "scopes", text)


@pytest.mark.parametrize(
    ("prepare", "changes", "name", "fix"),
    [
        (None, {"slack_bot_token": None}, "CODECITE_SLACK_BOT_TOKEN", INSTALL),
        (None, {"slack_bot_token": "xapp-1"}, "CODECITE_SLACK_BOT_TOKEN", INSTALL),
        (None, {"slack_app_token": None}, "CODECITE_SLACK_APP_TOKEN", APP_LEVEL),
        (None, {"slack_mode": "http", "slack_signing_secret": None}, "CODECITE_SLACK_SIGNING_SECRET", SIGNING),
        (None, {"slack_mode": "http", "slack_signing_secret": "oops!"}, "CODECITE_SLACK_SIGNING_SECRET", SIGNING),
        (refuse("auth.test", "invalid_auth"), {}, "Bot token", INSTALL),
        (refuse("auth.test", "account_inactive"), {}, "Bot token", "install it again"),
        (refuse("auth.test", "ekm_access_denied"), {}, "Bot token", "docs.slack.dev"),
        (None, {"slack_api_url": "http://127.0.0.1:9/api/"}, "Bot token", OFFLINE),
        (refuse("apps.connections.open", "invalid_auth"), {}, "Socket Mode", APP_LEVEL),
        (scopes("chat:write,commands"), {}, "Scopes", AGAIN),
        (None, {"slack_workspaces": "T0OTHER1"}, "Workspace", TEAM),
        (None, {"slack_workspaces": "clinic"}, "CODECITE_SLACK_WORKSPACES", "ids, not names"),
        (None, {"slack_channels": "#billing"}, "CODECITE_SLACK_CHANNELS", "ids, not names"),
        (None, {"slack_channels": "C0NOWHERE"}, "Channel C0NOWHERE", "/invite"),
        (lambda slack: slack.channels[CHANNEL].update(is_member=False), {"slack_channels": CHANNEL}, None, "/invite"),
        (lambda slack: slack.channels[CHANNEL].update(is_ext_shared=True), {"slack_channels": CHANNEL}, None, "list"),
        (None, {"database": "nonsense"}, "Database", ""),
    ],
)
def test_the_doctor_says_what_to_fix(
    prepare: Any, changes: dict[str, Any], name: str | None, fix: str, tmp_path: Path
) -> None:
    check = examined(tmp_path, prepare, **changes)[name or f"Channel {CHANNEL}"]
    assert not check.ok
    assert fix in check.fix


def test_scopes_that_are_not_needed_are_named(tmp_path: Path) -> None:
    def more(slack: FakeSlack) -> None:
        slack.scopes += ",channels:history"

    assert "not needed: channels:history" in examined(tmp_path, more)["Scopes"].found


@pytest.mark.parametrize(
    ("changes", "prepare", "words"),
    [
        ({"slack_bot_token": None}, None, "BOT_TOKEN is not set"),
        ({"slack_app_token": None}, None, "APP_TOKEN is not set"),
        ({}, refuse("auth.test", "invalid_auth"), "invalid_auth"),
        ({}, refuse("apps.connections.open", "not_allowed_token_type"), "app-level token"),
    ],
)
def test_the_bot_does_not_start_without_what_it_needs(
    changes: dict[str, Any], prepare: Any, words: str, tmp_path: Path
) -> None:
    async def run() -> None:
        async with FakeSlack() as slack:
            if prepare:
                prepare(slack)
            await socket.serve(settings(tmp_path, slack, **changes), Engine(), KNOWLEDGE)

    with pytest.raises(SlackError, match=words) as caught:
        asyncio.run(run())
    assert "doctor" in caught.value.hint


def test_tokens_are_not_shown_when_settings_are(tmp_path: Path) -> None:
    held = Settings(_env_file=None, home=tmp_path, slack_bot_token="xoxb-secret", slack_app_token="xapp-secret")
    assert "secret" not in repr(held).replace("slack_signing_secret", "")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["manifest"], 0, '"socket_mode_enabled": true'),
        (["manifest", "--http", "https://codecite.example.org"], 0, "https://codecite.example.org/slack/events"),
        (["doctor"], 1, "CODECITE_SLACK_BOT_TOKEN"),
        ([], 2, "doctor"),
    ],
)
def test_commands(arguments: list[str], code: int, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CODECITE_HOME", str(tmp_path))
    done = runner.invoke(build_app(), ["slack", *arguments])
    assert done.exit_code == code
    assert words in done.output


def test_a_real_answer_is_previewed_and_its_blocks_are_printed(
    built_index: Index, index_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "index").symlink_to(index_home, target_is_directory=True)
    monkeypatch.setenv("CODECITE_HOME", str(tmp_path))
    question = "therapy session of 52 minutes, which code?"
    out = tmp_path / "page.html"
    done = runner.invoke(build_app(), ["slack", "preview", question, "--out", str(out)])
    assert done.exit_code == 0
    html = out.read_text(encoding="utf-8")
    assert "<b>90834</b>" in html
    assert "Claim lines" in html
    done = runner.invoke(build_app(), ["slack", "preview", question, "--blocks"])
    assert json.loads(done.output)["blocks"][0]["type"] == "section"
