"""The commands print what a reviewer needs and end with the exit code that a script needs."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import build_app
from bot.errors import InputFileError, OptionError, UsageError

RUNNER = CliRunner()


def run(*arguments: str) -> Result:
    return RUNNER.invoke(build_app(), list(arguments))


def test_lint_names_file_line_and_hint_and_exits_4(corpus: Path) -> None:
    for path in corpus.glob("guidance/*.md"):
        if path.name != "health-coaching.md":
            path.unlink()
    path = corpus / "guidance" / "health-coaching.md"
    text = path.read_text(encoding="utf-8").replace("{#coaching-507 kind=who-can-bill", "{#coaching-507 kind=myth")
    path.write_text(text, encoding="utf-8")
    line = text.count("\n", 0, text.index("kind=myth")) + 1
    result = run("corpus", "lint", str(corpus))
    assert result.exit_code == 4
    assert f"{path}:{line}: unreadable: kind 'myth' is unknown\n    Kinds: bundling," in result.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("list",), "health-coaching"),
        (("list", "self-pay"), "claims-172"),
        (("show", "coaching-001"), "guidance/health-coaching.md:"),
        (("show", "nucc-taxonomy-251"), "coaching-040"),
        (("show", "0592t"), "codecite code 0592T"),
        (("show", "telehealth"), "psychotherapy-504"),
        (("sources", "spravato"), "cgs-spravato-2023"),
        (("sources", "--tier", "payer"), "payer"),
        (("stale", "--brief", "--on", "2026-11-21"), "in 40 days"),
        (("stale", "--days", "0", "--months", "200", "--on", "2026-11-21"), "vendor pages only"),
    ],
)
def test_what_is_known_can_be_looked_up(arguments: tuple[str, ...], says: str) -> None:
    result = run("corpus", *arguments)
    assert result.exit_code == 0, result.output
    assert says in result.stdout


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        (("corpus", "show", "coaching-01"), OptionError, "did you mean coaching-"),
        (("corpus", "list", "telehelth"), OptionError, "did you mean telehealth"),
        (("corpus", "sources", "--tier", "gossip"), OptionError, "gossip"),
        (("corpus", "docs"), UsageError, "--check or --write"),
        (("changes", "--from", "2026", "--to", "2025"), UsageError, "is not before"),
        (("changes", "--from", "spring", "--to", "2025"), UsageError, "'spring' is not a date"),
    ],
)
def test_a_mistake_is_explained(arguments: tuple[str, ...], error: type[UsageError], says: str) -> None:
    result = run(*arguments)
    assert isinstance(result.exception, error)
    assert says in str(result.exception)
    assert result.exception.hint


def test_changes_between_two_years_as_text_and_markdown() -> None:
    text = run("changes", "--from", "2025", "--to", "2026")
    assert text.exit_code == 0
    assert "G0136" in text.stdout
    assert "2026-01-01  98984" not in text.stdout
    page = run("changes", "--from", "2025", "--to", "2026", "--all", "--markdown")
    assert page.stdout.startswith("# Changes after 2025-12-31 up to 2026-12-31")
    assert "**98984**" in page.stdout


def test_diff_prints_what_changed(corpus: Path, knowledge_root: Path) -> None:
    path = corpus / "tables" / "places.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("\n01,Pharmacy,", "\n01,Shop,"), encoding="utf-8")
    result = run("corpus", "diff", str(knowledge_root), str(corpus))
    assert result.exit_code == 0
    assert "Rows: 0 added, 0 removed, 1 changed" in result.stdout
    assert "name: Pharmacy -> Shop" in result.stdout


@pytest.mark.parametrize(("line", "says"), [(None, "no such file"), ('{"id": "q1"}\n', "questions.jsonl:1")])
def test_a_question_file_that_cannot_be_read_is_named(
    corpus: Path, knowledge_root: Path, tmp_path: Path, line: str | None, says: str
) -> None:
    path = tmp_path / "questions.jsonl"
    if line is not None:
        path.write_text(line, encoding="utf-8")
    result = run("corpus", "diff", str(knowledge_root), str(corpus), "--questions", str(path))
    assert isinstance(result.exception, InputFileError)
    assert says in str(result.exception)


def test_docs_are_written_and_checked(tmp_path: Path) -> None:
    folder = str(tmp_path / "docs")
    assert run("corpus", "docs", "--check", "--folder", folder).exit_code == 4
    assert run("corpus", "docs", "--write", "--folder", folder).exit_code == 0
    assert "are current" in run("corpus", "docs", "--check", "--folder", folder).stdout
