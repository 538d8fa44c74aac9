"""Reports of a run as files."""

from __future__ import annotations

from collections.abc import Container, Sequence
from pathlib import Path
from typing import Any

from bot.settings import Settings
from corpus.knowledge import Knowledge
from eval.questions import Question
from eval.report import Report
from eval.report.markdown import markdown
from eval.retrieval import measure
from eval.run import dump, read_run
from eval.score import Result, summarize


def judged(folder: Path, results: Sequence[Result], passages: Container[str]) -> Report:
    """The report of the run in `folder` whose judged questions are given."""
    run, _ = read_run(folder)
    # A system that searches nothing is not judged by what it found.
    searched = [result for result in results if result.ranked] and results
    retrieval, count = measure(((result.question, result.ranked) for result in searched), passages)
    return Report(run, tuple(results), summarize(results, retrieval, count))


def nearness(settings: Settings, questions: Sequence[Question]) -> list[float]:
    """The cosine of each question's nearest passage: how sure search can be, whatever the system."""
    from bot.commands.common import ensure_index
    from eval.systems.shape import query
    from index.search import Index

    ensure_index(settings)
    index = Index.open(settings.index_folder, Knowledge(settings.corpus).version)
    found = (index.search(query(question), k=1, mode="dense") for question in questions)
    return [hits[0].score if hits else 0.0 for hits in found]


def write(reports: Sequence[Report], folder: Path, scores: Sequence[float] = ()) -> None:
    """Write summary.md, summary.json, results.json and report.html; the first report is compared with the others.

    `scores` are those of `nearness`, one a question, for the calibration plot.
    """
    from eval.report.html import page

    folder.mkdir(parents=True, exist_ok=True)
    files = {
        "summary.md": markdown(reports),
        "summary.json": dump([_summary(report) for report in reports]),
        "results.json": dump([_items(report) for report in reports]),
        "report.html": page(reports, scores),
    }
    for name, text in files.items():
        new = folder / f"{name}.new"
        new.write_text(text, encoding="utf-8")
        new.replace(folder / name)


def _summary(report: Report) -> dict[str, Any]:
    run = report.run.model_dump(mode="json", exclude={"items"})
    return {**run, "questions": len(report.results), **report.summary.as_json()}


def _items(report: Report) -> dict[str, Any]:
    return {
        "system": report.run.system,
        "items": [
            {
                "id": result.question.id,
                "category": result.question.category,
                "difficulty": result.question.level,
                "passed": result.passed,
                "proven": result.proven,
                "abstained": result.abstained,
                "problems": list(result.problems),
                "milliseconds": result.milliseconds,
                "status": result.answer.status if result.answer else "error",
                "verdict": result.answer.verdict if result.answer else None,
                "answer": result.answer.answer if result.answer else result.error,
            }
            for result in report.results
        ],
    }
