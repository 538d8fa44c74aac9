"""Time and units: minutes of a service to what they bill, with a picture of the boundaries."""

from __future__ import annotations

import gradio as gr

from bot.channels.web import tool_html
from bot.channels.web.bench import QUIET, Bench, Tab, day_of
from bot.channels.web.timeline import timeline
from bot.errors import UsageError

_USUAL = "psychotherapy"
"""The service chosen at first, when the tables have it."""


def _build(bench: Bench) -> None:
    families = bench.tools.families
    first = _USUAL if _USUAL in families else next(iter(families), None)
    with gr.Row(elem_classes="cc-form"):
        choices = [(label, key) for key, label in families.items()]
        family = gr.Dropdown(choices, value=first, label="Service", scale=4, elem_id="cc-family")
        minutes = gr.Number(label="Minutes (or days)", value=50, minimum=0, precision=0, elem_id="cc-minutes")
    with gr.Row(elem_classes="cc-form"):
        date = gr.Textbox(label="Date of service", max_lines=1, elem_classes="cc-date", min_width=150)
        payer = gr.Dropdown(bench.payer_choices(), value="", label="Payer", min_width=180)
        go = gr.Button("Count", variant="primary", min_width=110, elem_id="cc-time-go")
    shown = gr.HTML(elem_classes="cc-plain", elem_id="cc-time-shown")

    def count(service: str, spent: float | None, day: str, who_pays: str) -> str:
        if spent is None or not 0 <= spent <= 60 * 24 * 31:
            raise UsageError("minutes are a whole number", hint="Give the documented minutes, for example 50.")
        report = bench.tools.time(service, int(spent), on=day_of(day), payer=who_pays)
        return timeline(report) + tool_html.time(report)

    inputs = [family, minutes, date, payer]
    for trigger in (go.click, minutes.submit, family.input):
        trigger(bench.calm(count), inputs, shown, **QUIET)


TAB = Tab("time", "Time and units", _build)
