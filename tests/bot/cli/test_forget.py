"""`codecite ask --conversation` and `codecite forget`: facts carry over between processes until they are forgotten."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import build_app
from bot.errors import UsageError

runner = CliRunner()


@pytest.fixture
def home(tmp_path: Path, index_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "index").symlink_to(index_home, target_is_directory=True)
    monkeypatch.setenv("CODECITE_HOME", str(tmp_path))
    return tmp_path


def say(*arguments: str) -> str:
    done = runner.invoke(build_app(), arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def payer_of(text: str) -> str | None:
    return json.loads(text)["facts"].get("payer")  # type: ignore[no-any-return] # facts are texts


@pytest.mark.usefixtures("built_index", "home")
def test_a_conversation_goes_on_until_it_is_forgotten() -> None:
    say("ask", "individual therapy for 40 minutes, Aetna", "-c", "morning")
    assert payer_of(say("ask", "what about 60 minutes?", "-c", "morning", "--json")) == "aetna"
    assert payer_of(say("ask", "what about 60 minutes?", "-c", "evening", "--json")) is None
    assert say("forget", "morning") == "Forgotten: 1 conversation. Kept: 1.\n"
    assert payer_of(say("ask", "what about 60 minutes?", "-c", "morning", "--json")) is None
    assert say("forget", "--unused-for", "1") == "Forgotten: 0 conversations. Kept: 2.\n"
    assert say("forget", "--all") == "Forgotten: 2 conversations. Kept: 0.\n"


@pytest.mark.usefixtures("home")
def test_forgetting_what_is_not_known_says_so() -> None:
    assert "nothing was forgotten" in say("forget", "nobody")


@pytest.mark.parametrize("arguments", [[], ["one", "--all"], ["--all", "--unused-for", "3"]], ids=str)
def test_forget_wants_one_thing_named(arguments: list[str]) -> None:
    with pytest.raises(UsageError, match="which conversations"):
        runner.invoke(build_app(), ["forget", *arguments], catch_exceptions=False)
