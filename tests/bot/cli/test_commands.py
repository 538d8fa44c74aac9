"""The command line: what it prints, where, and how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bot.cli.conftest import Runner

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("command", [[], ["ask"], ["chat"], ["code"], ["index"], ["index", "build"], ["web"]])
def test_help_is_there_for_every_command(command: list[str], run: Runner) -> None:
    result = run(*command, "--help")
    assert result.code == 0
    assert "Usage: codecite" in result.out


@pytest.mark.parametrize("command", ["ask", "chat", "code", "web"])
def test_help_teaches_with_examples(command: str, run: Runner) -> None:
    assert f"codecite {command}" in run(command, "--help").out.partition("Usage")[2].partition("\n")[2]


def test_version_names_program_and_knowledge(run: Runner) -> None:
    result = run("version")
    assert result.code == 0
    assert "codecite 0." in result.out
    assert "covers dates to" in result.out


@pytest.mark.parametrize(
    ("arguments", "says", "hints"),
    [
        (["code", "0529T"], "did you mean 0592T?", "later session"),
        (["code", "ZZZ99"], "ZZZ99 is not in the code table", "does not mean not valid"),
        (["code", "0592T", "--date", "2026-13-01"], "not a date", "2026-03-02"),
        (["ask"], "either a question or --batch", "codecite ask"),
        (["ask", "x", "--batch", "y"], "either a question or --batch", "codecite ask"),
        (["ask", "  "], "question is empty", "codecite ask"),
        (["ask", "x", "--date", "soon"], "not a date", "2026-03-02"),
        (["ask", "x", "--payer", "medicar"], "did you mean medicare", "Leave the option out"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_wrong_word_ends_with_one_line_a_hint_and_2(arguments: list[str], says: str, hints: str, run: Runner) -> None:
    result = run(*arguments)
    assert result.code == 2
    assert result.out == ""
    first, _, rest = result.err.partition("\n")
    assert first.startswith("Error: ")
    assert says in first
    assert rest.startswith("Hint:  ")
    assert hints in rest
    assert "Traceback" not in result.err


@pytest.mark.parametrize("arguments", [["sak"], ["ask", "x", "--no-such-option"], ["web", "--port", "0"], ["code"]])
def test_unknown_words_and_options_end_with_2(arguments: list[str], run: Runner) -> None:
    result = run(*arguments)
    assert result.code == 2
    assert "Traceback" not in result.err


def test_a_mistyped_command_gets_a_suggestion(run: Runner) -> None:
    assert "Did you mean" in run("cod").err


def test_no_corpus_ends_with_3(run: Runner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CODECITE_CORPUS", str(tmp_path / "nowhere"))
    result = run("code", "0592T")
    assert result.code == 3
    assert "nowhere does not exist" in result.err
    assert "CODECITE_CORPUS" in result.err


def test_a_damaged_table_names_file_and_line_and_ends_with_3(
    run: Runner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "tables").mkdir()
    (tmp_path / "knowledge.toml").write_text("horizon = 2026-12-31\n", encoding="utf-8")
    (tmp_path / "tables" / "codes.csv").write_text("code,system\n0592T,CPT-III\n", encoding="utf-8")
    monkeypatch.setenv("CODECITE_CORPUS", str(tmp_path))
    result = run("code", "0592T")
    assert result.code == 3
    assert "codes.csv:1" in result.err


def test_no_index_ends_with_3_and_says_how_to_build_it(
    run: Runner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CODECITE_HOME", str(tmp_path))
    result = run("index", "status")
    assert result.code == 3
    assert "codecite index build" in result.err


def test_a_missing_question_file_ends_with_4(run: Runner) -> None:
    result = run("ask", "--batch", "no-such-file.jsonl")
    assert result.code == 4
    assert "no-such-file.jsonl: No such file" in result.err


def test_a_code_page_as_text_has_what_a_biller_looks_for(run: Runner) -> None:
    result = run("code", "0592t", "--date", "2026-11-21")
    assert result.code == 0
    for words in (
        "0592T  Health coaching",
        "plain label (not the AMA descriptor)",
        "active on 2026-11-21 since 2020-01-01",
        "30 minutes or more",
        "0-29 minutes: nothing to bill",
        "contractor-priced (status C)",
        "1 a day (indicator 2: absolute limit",
        "Telehealth 2026",
        "0593T",
        "Sources of the facts",
    ):
        assert words in result.out, words


def test_all_shows_every_statement_and_address(run: Runner) -> None:
    short, long = run("code", "0592T"), run("code", "0592T", "--all")
    assert "more with --all" in short.out
    assert "more with --all" not in long.out
    assert "https://" in long.out
    assert len(long.out) > 2 * len(short.out)


def test_a_code_page_as_json_is_json(run: Runner) -> None:
    page = json.loads(run("code", "96150", "--date", "6/1/2019", "--json").out)
    assert (page["code"], page["status"], page["on"]) == ("96150", "active", "2019-06-01")
    assert page["effective_to"] == "2019-12-31"


def test_a_closed_pipe_is_no_error() -> None:
    done = subprocess.run(
        f"{sys.executable} -m bot.cli code 0592T --all | head -n 1",
        shell=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stderr == ""
    assert done.stdout.startswith("0592T")
