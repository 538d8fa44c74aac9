"""The reports: complete, self-contained, safe with hostile text, usable by keyboard and on a phone."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, sync_playwright
from typer.testing import CliRunner, Result

from bot.cli import build_app
from eval import report
from eval.questions import Question
from eval.report.html import page
from eval.report.markdown import markdown
from eval.report.plots import bins
from eval.run import Asked, Kept, execute, read_run
from eval.score import Judge, summarize
from index.search import Index
from tests.eval.answers import answer, citation, code, knowledge, sentence
from tests.eval.test_run import DAY, Planted, questions

HOSTILE = '<img src=x onerror="document.title=1"></script>'


def planted(folder: Path, name: str, **answers: str) -> report.Report:
    system = Planted("1", **answers)
    done = execute(system, questions(12), folder / name, day=DAY, sets=("planted",))
    hostile = Question(
        id="evil", category=HOSTILE, turns=(HOSTILE, HOSTILE), must_facts=("zebra",), gold_answer=HOSTILE
    )
    told = answer(
        id="evil",
        answer=HOSTILE,
        codes=(code("90834"),),
        sentences=(sentence(HOSTILE, 1),),
        citations=(citation("s", HOSTILE),),
    )
    done.append(Asked(hostile, Kept(key="", id="evil", answer=told, milliseconds=5)))
    judge = Judge(knowledge())
    results = tuple(judge(asked) for asked in done)
    run = read_run(folder / name)[0].model_copy(update={"system": name})
    return report.Report(run, results, summarize(results, {"RR@10": 0.5}, 7))


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> list[report.Report]:
    folder = tmp_path_factory.mktemp("runs")
    return [planted(folder, "codecite", q1="wrong", q2="broken"), planted(folder, "bm25", q3="wrong")]


@pytest.fixture(scope="module")
def html(reports: list[report.Report]) -> str:
    return page(reports, [0.1 * at for at in range(13)])


def test_the_page_needs_nothing_from_elsewhere(html: str) -> None:
    tags = re.findall(r"<[a-z][^<>]*>", re.sub(r'aria-label="[^"]*"', "", html))
    outside = [tag for tag in tags if re.search(r"""\b(src|href)\s*=\s*["']?(?!#|data:)\w""", tag)]
    assert outside == []
    assert re.findall(r"url\((?!#)|@import", html) == []
    assert "<script src" not in html
    assert html.count("<svg") == 2


def test_text_of_others_is_never_markup(html: str) -> None:
    assert HOSTILE not in html
    assert "&lt;img src=x" in html


def test_every_question_stands_in_the_page_with_its_outcome(html: str, reports: list[report.Report]) -> None:
    assert len(re.findall(r'<details class="item" data-outcome="wrong"', html)) == 3
    assert len(re.findall(r'<details class="item" data-outcome="right"', html)) == 10
    assert "codes: 90834 is not named" in html
    assert "ZeroDivisionError" in html


def test_the_summary_in_markdown_names_rates_failures_and_harm(reports: list[report.Report]) -> None:
    text = markdown(reports)
    assert "**76.9 % (10/13), " in text
    assert "Dangerous failures: forbidden 0, invented 0, leaks 0." in text
    assert "| RR@10 | 0.500 | 0.500 |" in text
    assert "## Failures of codecite: 3" in text
    assert HOSTILE not in text


def test_calibration_groups_questions_by_rising_score(reports: list[report.Report]) -> None:
    results = reports[0].results
    assert len(bins(results, [1.0] * 13)) == 2
    points = bins(results * 5, [float(at) for at in range(len(results) * 5)])
    assert [point[0] for point in points] == sorted(point[0] for point in points)
    assert sum(point[2] for point in points) == len(results) * 5
    assert bins(results[:4], [1.0] * 4) == []


@pytest.fixture
def opened(html: str, tmp_path: Path) -> Iterator[Page]:
    (tmp_path / "report.html").write_text(html, encoding="utf-8")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        view = browser.new_page(viewport={"width": 390, "height": 844})
        view.goto((tmp_path / "report.html").as_uri())
        yield view
        browser.close()


@pytest.mark.browser
def test_the_page_filters_fits_a_phone_and_is_accessible(opened: Page) -> None:
    def shown() -> int:
        return opened.locator(".item:visible").count()

    assert opened.title() == "Evaluation of codecite"
    assert shown() == 3
    opened.get_by_label("Outcome").select_option("")
    assert shown() == 13
    opened.get_by_label("Problem").select_option("codes")
    assert shown() == 1
    opened.get_by_label("Problem").select_option("")
    opened.get_by_label("Text").fill("question 11")
    assert shown() == 1
    assert opened.get_by_role("status").inner_text() == "1 of 13 questions shown"
    opened.get_by_label("Text").fill("")
    opened.locator(".item").last.locator("summary").click()
    assert opened.evaluate("document.documentElement.scrollWidth") == 390
    for scheme in ("light", "dark"):
        opened.emulate_media(color_scheme=scheme)
        found = Axe().run(opened)
        assert found.violations_count == 0, found.generate_report()


@pytest.fixture
def ran(tmp_path: Path, index_home: Path, built_index: Index, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs `codecite eval run` on two questions, one of which no system answers rightly."""
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "index").symlink_to(index_home, target_is_directory=True)
    monkeypatch.setenv("CODECITE_HOME", str(tmp_path / "home"))
    mine = tmp_path / "mine.jsonl"
    lines = [
        {
            "id": "m1",
            "category": "c",
            "turns": ["45 minutes of individual therapy, which code?"],
            "must_codes": ["90834"],
        },
        {"id": "m2", "category": "c", "turns": ["45 minutes of individual therapy"], "must_facts": ["zebra"]},
    ]
    mine.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")

    def run(*options: str) -> Result:
        return CliRunner().invoke(build_app(), ["eval", "run", str(mine), "--out", str(tmp_path / "out"), *options])

    return run


def test_a_set_is_run_scored_and_reported_by_one_command(ran: Any, tmp_path: Path) -> None:
    done = ran("-s", "codecite", "-s", "bm25", "--date", "2026-03-02", "--min-pass", "50")
    assert done.exit_code == 0, done.output
    assert "50 %" in done.output
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"report.html", "summary.md", "summary.json", "results.json", "codecite", "bm25"}
    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert [one["system"] for one in summary] == ["codecite", "bm25"]
    assert (summary[0]["passed"]["right"], summary[0]["passed"]["of"]) == (1, 2)
    items = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))[0]["items"]
    assert [(one["id"], one["passed"]) for one in items] == [("m1", True), ("m2", False)]


def test_too_few_right_answers_end_with_one(ran: Any) -> None:
    done = ran("-s", "bm25", "--min-pass", "51")
    assert done.exit_code == 1
    assert "fewer than the 51 % asked for" in done.output
