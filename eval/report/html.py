"""The report as one HTML page that needs nothing else: style, script and plots stand in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from pathlib import Path
from string import Template

from bot.answer import Answer, Citation
from eval.questions import set_of
from eval.report import METRICS, Report, cell, percent, rows
from eval.report.plots import calibration, latencies
from eval.score import OTHER, Result
from eval.stats import Rate

_HERE = Path(__file__).parent


def page(reports: Sequence[Report], scores: Sequence[float] = ()) -> str:
    """The whole page; `scores` is the cosine of the nearest passage for each question, empty when not measured."""
    first = reports[0]
    template = Template((_HERE / "page.html").read_text(encoding="utf-8"))
    return template.substitute(
        style=(_HERE / "page.css").read_text(encoding="utf-8"),
        script=(_HERE / "page.js").read_text(encoding="utf-8"),
        system=escape(first.run.system),
        about=_about(first),
        headline=_headline(first),
        legend=_legend(reports),
        by_set=_dots(reports, "sets"),
        by_difficulty=_dots(reports, "difficulties"),
        by_category=_dots(reports, "categories"),
        plots=_plots(reports, scores),
        figures=_figures(reports),
        filters=_filters(first.results),
        items="\n".join(_items(reports)),
    )


def _about(report: Report) -> str:
    run = report.run
    machine = ", ".join(f"{name} {value}" for name, value in run.machine.items() if value)
    return (
        f"{len(report.results)} questions of {escape(', '.join(run.sets))}, for dates of service {run.day} unless a "
        f"question gives another. Version {escape(run.version)}, run {escape(run.started[:10])}. {escape(machine)}."
    )


def _headline(report: Report) -> str:
    one = report.summary
    harm = sum(one.dangerous.values())
    tiles = (
        (
            percent(one.passed.value),
            "right in everything asked",
            f"95 %: {percent(one.passed.low)} to {percent(one.passed.high)}",
        ),
        (percent(one.proven.value), "right and proven", "quotes, support and date hold too"),
        (str(harm), "dangerous failures", ", ".join(f"{name} {count}" for name, count in one.dangerous.items())),
        (
            percent(one.abstention.coverage.value),
            "answered",
            f"right when it answers: {cell(one.abstention.precision)}",
        ),
        (f"{one.latency.p50:.0f} ms", "median answer", f"95 % within {one.latency.p95:.0f} ms"),
    )
    return "".join(
        f'<div class="tile"><dt>{escape(name)}</dt><dd>{escape(value)}</dd><dd class="more">{escape(more)}</dd></div>'
        for value, name, more in tiles
    )


def _legend(reports: Sequence[Report]) -> str:
    return "".join(
        f'<li><i class="mark m{at}" aria-hidden="true"></i>{escape(report.run.system)} '
        f"<b>{percent(report.summary.passed.value)}</b></li>"
        for at, report in enumerate(reports)
    )


def _dots(reports: Sequence[Report], pick: str) -> str:
    """One line a group: a mark for each system between 0 and 100 %, with the first one's interval."""
    groups: dict[str, list[Rate | None]] = {}
    for report in reports:
        for name in getattr(report.summary, pick):
            groups.setdefault(name, [getattr(one.summary, pick).get(name) for one in reports])
    lines = []
    for name, rates in groups.items():
        first = rates[0]
        told = "; ".join(f"{one.run.system} {cell(held)}" for one, held in zip(reports, rates, strict=True))
        marks = "".join(
            f'<i class="mark m{at}" style="left:{100 * held.value:.1f}%"></i>'
            for at, held in reversed(list(enumerate(rates)))
            if held
        )
        band = (
            f'<i class="band" style="left:{100 * first.low:.1f}%;width:{100 * (first.high - first.low):.1f}%"></i>'
            if first
            else ""
        )
        lines.append(
            f'<div class="row"><span class="name">{escape(name)}</span>'
            f'<span class="track" role="img" aria-label="{escape(f"{name}: {told}")}">{band}{marks}</span>'
            f'<span class="figure">{escape(cell(first))}</span></div>'
        )
    return "\n".join(lines)


def _plots(reports: Sequence[Report], scores: Sequence[float]) -> str:
    figures = [("Latency", "Time of the last turn, questions asked one after the other.", latencies(reports))]
    calibrated = calibration(reports, scores)
    if calibrated:
        about = (
            "Questions in groups of equal size by the cosine of their nearest passage (our encoder), and the share of "
            "right answers in each group. A rising line means that the score says something about correctness."
        )
        figures.insert(0, ("Retrieval score and correctness", about, calibrated))
    return "".join(
        f"<figure><figcaption><h3>{title}</h3><p>{about}</p></figcaption>{svg}</figure>"
        for title, about, svg in figures
    )


def _figures(reports: Sequence[Report]) -> str:
    head = "".join(f'<th scope="col">{escape(report.run.system)}</th>' for report in reports)
    body, group = [], ""
    for name, what, cells in rows(reports):
        if name != group:
            group = name
            body.append(f'<tr class="group"><th scope="rowgroup" colspan="{len(cells) + 1}">{escape(name)}</th></tr>')
        held = "".join(f"<td>{escape(one)}</td>" for one in cells)
        body.append(f'<tr><th scope="row">{escape(what)}</th>{held}</tr>')
    return f'<table><thead><tr><th scope="col">figure</th>{head}</tr></thead><tbody>{"".join(body)}</tbody></table>'


def _filters(results: Sequence[Result]) -> str:
    failing = [check.name for result in results for check in (*result.checks, *result.proofs) if not check.passed]
    choices = {
        "outcome": [("", "right and wrong"), ("wrong", "wrong only"), ("right", "right only")],
        "set": [("", "all sets"), *((name, name) for name in sorted({_set(one) for one in results}))],
        "level": [("", "all difficulties"), *((name, name) for name in ("easy", "medium", "hard"))],
        "metric": [("", "any problem"), *((name, f"{name} wrong") for name in METRICS if name in failing)],
    }
    labels = {"outcome": "Outcome", "set": "Set", "level": "Difficulty", "metric": "Problem"}
    selects = "".join(
        f'<label>{labels[name]}<select name="{name}">'
        + "".join(
            f'<option value="{escape(value)}"{" selected" if value == "wrong" else ""}>{escape(told)}</option>'
            for value, told in options
        )
        + "</select></label>"
        for name, options in choices.items()
    )
    text = '<input type="search" name="text" placeholder="id, question or answer">'
    return f'{selects}<label class="wide">Text{text}</label>'


def _set(result: Result) -> str:
    return set_of(result.question) or OTHER


def _items(reports: Sequence[Report]) -> Iterator[str]:
    others = [{result.question.id: result.passed for result in report.results} for report in reports[1:]]
    names = [report.run.system for report in reports[1:]]
    for result in reports[0].results:
        passed = [(name, held[result.question.id]) for name, held in zip(names, others, strict=True)]
        yield _item(result, passed)


def _item(result: Result, others: Iterable[tuple[str, bool]]) -> str:
    question = result.question
    wrong = " ".join(check.name for check in (*result.checks, *result.proofs) if not check.passed)
    turns = "".join(f"<li>{escape(turn)}</li>" for turn in question.turns)
    problems = "".join(f"<li>{escape(problem)}</li>" for problem in result.problems)
    compared = "".join(
        f'<span class="tag {"good" if right else "bad"}">{escape(name)}: {"right" if right else "wrong"}</span>'
        for name, right in others
    )
    outcome = "right" if result.passed else "wrong"
    return (
        f'<details class="item" data-outcome="{outcome}" data-set="{_set(result)}" data-level="{question.level}" '
        f'data-metric="{wrong}"><summary><span class="tag {"good" if result.passed else "bad"}">{outcome}</span>'
        f'<span class="id">{escape(question.id)}</span> <span class="asked">{escape(question.turns[-1])}</span>'
        f'<span class="where">{escape(question.category)}, {question.level}</span></summary>'
        f'<div class="inside">{f"<ol class=turns>{turns}</ol>" if len(question.turns) > 1 else ""}'
        f"{f'<ul class=problems>{problems}</ul>' if problems else ''}"
        f"{_expected(result)}{_answer(result.answer) if result.answer else f'<p>{escape(result.error)}</p>'}"
        f'<p class="meta">{result.milliseconds:.0f} ms {compared}</p></div></details>'
    )


def _expected(result: Result) -> str:
    wanted = result.question.gold_answer
    return f'<div class="expected"><h3>A right answer</h3><p>{escape(wanted)}</p></div>' if wanted else ""


def _answer(answer: Answer) -> str:
    told = [f"<b>{escape(answer.status.replace('_', ' '))}</b>"]
    if answer.verdict:
        told.append(f"verdict {answer.verdict}")
    codes = ", ".join(
        f"{row.code}{f' x {row.units}' if row.units else ''} {row.role}"
        for row in answer.codes
        if row.role != "mentioned"
    )
    if codes:
        told.append(escape(codes))
    sentences = "".join(
        f"<li>{escape(one.text)} <span class=refs>{' '.join(f'[{n}]' for n in one.citations)}</span></li>"
        for one in (*answer.sentences, *answer.more)
    )
    body = f"<ul class=said>{sentences}</ul>" if sentences else f"<p>{escape(answer.answer)}</p>"
    cited = "".join(_citation(row) for row in answer.citations)
    evidence = f"<h3>Evidence</h3><ol class=evidence>{cited}</ol>" if cited else ""
    return f"<h3>The answer</h3><p>{' · '.join(told)}</p>{body}{evidence}"


def _citation(row: Citation) -> str:
    return f'<li value="{row.n}"><q>{escape(row.quote)}</q> <span class=refs>{escape(row.ref)}, {row.tier}</span></li>'
