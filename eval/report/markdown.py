"""The summary as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from eval.report import Report, percent, rows, with_interval

FAILURES = 200
"""So many failures are listed at most; all are in the HTML page and in results.json."""


def markdown(reports: Sequence[Report], *, failures: bool = True) -> str:
    """The comparison of all systems and, unless left out, the failures of the first."""
    first = reports[0]
    run, summary = first.run, first.summary
    harm = ", ".join(f"{name} {count}" for name, count in summary.dangerous.items())
    lines = [
        f"# Evaluation of {run.system}",
        "",
        f"{len(first.results)} questions of {', '.join(run.sets)}; for dates of service {run.day} unless a question "
        f"gives another. {run.system} {run.version}.",
        "",
        f"**{with_interval(summary.passed)}** right in everything asked (95 % bootstrap interval). "
        f"Dangerous failures: {harm}.",
        "",
        f"| | {' | '.join(report.run.system for report in reports)} |",
        f"| --- | {' | '.join('---:' for _ in reports)} |",
    ]
    group = ""
    for name, what, cells in rows(reports):
        if name != group:
            group = name
            lines.append(f"| **{group}** | {' | '.join('' for _ in cells)} |")
        lines.append(f"| {what} | {' | '.join(cells)} |")
    if summary.judged_retrieval:
        lines += ["", f"Retrieval: {summary.judged_retrieval} questions name passages that support their answer; for "]
        lines[-1] += "codecite the passages are those that its answer cites, which are few."
    lines += ["", "Machine: " + ", ".join(f"{name} {value}" for name, value in run.machine.items() if value) + "."]
    return "\n".join([*lines, *(["", *_failures(first)] if failures else [])]) + "\n"


def _failures(report: Report) -> list[str]:
    failed = [result for result in report.results if not result.passed]
    share = percent(len(failed) / len(report.results)) if report.results else "0 %"
    lines = [f"## Failures of {report.run.system}: {len(failed)} ({share})", ""]
    for result in failed[:FAILURES]:
        asked = " / ".join(_plain(turn) for turn in result.question.turns)
        lines.append(f"- **{result.question.id}** {asked[:200]}")
        lines += [f"  - {_plain(problem)}" for problem in result.problems]
    if len(failed) > FAILURES:
        lines.append(f"- and {len(failed) - FAILURES} more")
    return lines


def _plain(text: str) -> str:
    """One line, with what Markdown would take for markup made harmless."""
    return " ".join(text.split()).replace("|", "\\|").replace("*", "\\*").replace("<", "&lt;")
