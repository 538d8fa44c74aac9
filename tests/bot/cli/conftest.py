"""Running the command line inside the test process, on the index that the whole suite shares."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.cli import main
from index.search import Index


@dataclass(frozen=True)
class Result:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str


class Runner:
    """Calls the command line with arguments."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: str) -> Result:
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        out, err = self._capsys.readouterr()
        return Result(int(ended.value.code or 0), out, err)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Runner:
    monkeypatch.setenv("COLUMNS", "120")
    return Runner(capsys)


@pytest.fixture
def home(built_index: Index, index_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder with the shared index in it, in force for the test."""
    (tmp_path / "index").symlink_to(index_home, target_is_directory=True)
    monkeypatch.setenv("CODECITE_HOME", str(tmp_path))
    return tmp_path
