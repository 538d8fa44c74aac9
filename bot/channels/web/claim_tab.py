"""Claim check: an editable grid of lines, and the findings of each line.

The grid is a plain table of inputs, so that it works with a keyboard, a screen reader and a phone; `page.js` adds
lines and hands the grid over as JSON.
"""

from __future__ import annotations

import json
from typing import Any

import gradio as gr
from pydantic import ValidationError

from bot.channels.web import tool_html
from bot.channels.web.bench import QUIET, Bench, Tab, day_of
from bot.errors import UsageError
from bot.toolbox.models import MOST_LINES, LineIn

_COLUMNS = (
    ("code", "Code", 6),
    ("units", "Units", 4),
    ("modifiers", "Modifiers", 8),
    ("pos", "Place", 3),
    ("minutes", "Minutes", 4),
)
_LINES = 3
_HINT = (
    "One line for each code of one patient, one practitioner, one day. Units are one unless you say otherwise. "
    "Enter no names or numbers of patients."
)


def grid(columns: tuple[tuple[str, str, int], ...] = _COLUMNS, lines: int = _LINES) -> str:
    """The empty grid; constant HTML of our own."""
    head = "".join(f'<th scope="col">{label}</th>' for _, label, _ in columns)
    rows = "".join(_row(number, columns) for number in range(1, lines + 1))
    return (
        '<table class="cc-grid" id="cc-grid"><caption class="cc-out">Claim lines</caption>'
        f'<thead><tr><th scope="col">Line</th>{head}</tr></thead><tbody>{rows}</tbody></table>'
        '<button type="button" class="cc-add" data-add-line>Add a line</button>'
    )


def _row(number: int, columns: tuple[tuple[str, str, int], ...]) -> str:
    cells = "".join(
        f'<td><input type="text" name="{name}" aria-label="{label}, line {number}" size="{size}" maxlength="20" '
        'autocomplete="off"></td>'
        for name, label, size in columns
    )
    return f'<tr><th scope="row">{number}</th>{cells}</tr>'


def _build(bench: Bench) -> None:
    gr.HTML(tool_html.hint(_HINT), elem_classes="cc-plain")
    with gr.Row(elem_classes="cc-form"):
        date = gr.Textbox(label="Date of service", max_lines=1, elem_classes="cc-date", min_width=150)
        payer = gr.Dropdown(bench.payer_choices(), value="", label="Payer", min_width=180)
        performer = gr.Dropdown(bench.performer_choices(), value="", label="Performed by", min_width=180)
    gr.HTML(grid(), elem_classes="cc-plain", elem_id="cc-grid-box")
    lines = gr.Textbox(visible=False, elem_id="cc-grid-json")
    go = gr.Button("Check the claim", variant="primary", elem_id="cc-claim-go", elem_classes="cc-go")
    shown = gr.HTML(elem_classes="cc-plain", elem_id="cc-claim-shown")

    def check(typed: str, day: str, who_pays: str, who: str) -> str:
        rows = read_grid(typed)
        report = bench.tools.check(rows, on=day_of(day), payer=who_pays, performer=who)
        return tool_html.claim(report)

    collect = "(lines, ...others) => [window.codecite.grid(), ...others]"
    go.click(bench.calm(check), [lines, date, payer, performer], shown, js=collect, **QUIET)


def read_grid(text: str) -> list[LineIn]:
    """The lines of the grid, empty ones left out; raises UsageError that names the line and the cell."""
    try:
        rows = json.loads(text or "[]")
    except ValueError:
        rows = []
    if not isinstance(rows, list) or len(rows) > MOST_LINES:
        raise UsageError(f"the grid holds at most {MOST_LINES} lines", hint="Check a shorter claim.")
    found = []
    for number, row in enumerate(rows, start=1):
        cells = {str(key): str(value).strip() for key, value in row.items()} if isinstance(row, dict) else {}
        if any(cells.values()):
            found.append(_line(number, cells))
    if not found:
        raise UsageError("the grid is empty", hint="Give a code in the first line, then check again.")
    return found


def _line(number: int, cells: dict[str, str]) -> LineIn:
    values: dict[str, Any] = {"code": cells.get("code", "")}
    values["modifiers"] = tuple(part for part in cells.get("modifiers", "").replace(",", " ").split() if part)
    for name in ("units", "minutes"):
        if cells.get(name):
            values[name] = cells[name]
    if cells.get("pos"):
        values["pos"] = cells["pos"]
    try:
        return LineIn.model_validate(values)
    except ValidationError as error:
        cell = next((str(part) for part in error.errors()[0]["loc"]), "line")
        label = next((label for name, label, _ in _COLUMNS if name == cell), cell)
        raise UsageError(
            f"line {number}, {label.lower()}: that does not fit",
            hint="A code has five signs, units and minutes are whole numbers, a place of service has two digits.",
        ) from error


TAB = Tab("claims", "Claim check", _build)
