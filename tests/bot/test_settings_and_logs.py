"""Settings come from the environment and say what is wrong; logs carry no text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot import logs
from bot.errors import SettingError
from bot.settings import Settings, load


def test_nothing_needs_to_be_set() -> None:
    held = load()
    assert (held.corpus / "knowledge.toml").is_file()
    assert held.index_folder == held.home / "index"
    assert held.host == "127.0.0.1"


def test_the_environment_decides(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CODECITE_HOME", str(tmp_path))
    monkeypatch.setenv("CODECITE_PORT", "8123")
    held = load()
    assert held.home == tmp_path
    assert held.port == 8123


@pytest.mark.parametrize(("field", "value"), [("PORT", "0"), ("PORT", "many"), ("LOG_LEVEL", "loud")])
def test_a_wrong_value_names_its_variable(field: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"CODECITE_{field}", value)
    with pytest.raises(SettingError) as caught:
        load()
    assert f"CODECITE_{field}" in str(caught.value)
    assert caught.value.hint


def test_settings_cannot_be_changed_later() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load().port = 1


def test_every_setting_is_described() -> None:
    assert all(field.description for field in Settings.model_fields.values())


def test_a_log_line_keeps_ids_and_drops_text(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info")
    logs.get_logger("engine").info("answered", answer_id="a1", ms=12.5, question="my patient Jane Roe", codes=["90834"])
    logs.configure()
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["answer_id"], line["component"], line["codes"]) == (
        "answered",
        "a1",
        "engine",
        ["90834"],
    )
    assert "question" not in line


def test_nothing_is_logged_below_the_level(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("warning")
    logs.get_logger("engine").info("answered", answer_id="a1")
    assert capsys.readouterr() == ("", "")


def test_a_digest_recognises_without_telling() -> None:
    assert logs.digest("abc") == logs.digest("abc") != logs.digest("abd")
    assert "abc" not in logs.digest("abc")
