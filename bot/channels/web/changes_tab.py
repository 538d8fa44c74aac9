"""What changed: between the ends of two years, or this year."""

from __future__ import annotations

import datetime as dt

import gradio as gr

from bot.channels.web import tool_html
from bot.channels.web.bench import QUIET, Bench, Tab

_YEARS_BACK = 8


def _build(bench: Bench) -> None:
    last = bench.tools.knowledge.coverage.horizon.year
    years = [(str(year), year) for year in range(last, last - _YEARS_BACK, -1)]
    with gr.Row(elem_classes="cc-form"):
        year = gr.Dropdown(years, value=last, label="Changes that took effect in", elem_id="cc-year", min_width=180)
        everything = gr.Checkbox(label="Also codes only adjacent to the field", value=False, elem_id="cc-everything")
        go = gr.Button("Show changes", variant="primary", min_width=130, elem_id="cc-changes-go")
    shown = gr.HTML(elem_classes="cc-plain", elem_id="cc-changes-shown")

    def compare(chosen: int, all_of_it: bool) -> str:
        start, end = dt.date(int(chosen) - 1, 12, 31), dt.date(int(chosen), 12, 31)
        return tool_html.changed(bench.tools.changes(start, end, everything=bool(all_of_it)))

    for trigger in (go.click, year.input, everything.input):
        trigger(bench.calm(compare), [year, everything], shown, **QUIET)


TAB = Tab("changes", "What changed", _build)
