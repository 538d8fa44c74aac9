"""Medicare amounts by locality, with the formula."""

from __future__ import annotations

import gradio as gr

from bot.channels.web import tool_html
from bot.channels.web.bench import QUIET, Bench, Tab, day_of
from bot.errors import UsageError

_SETTINGS = [("Office or other nonfacility", "nonfacility"), ("Facility", "facility")]


def _build(bench: Bench) -> None:
    places = [("National", ""), *((f"{row.state}: {row.name}", row.key) for row in bench.tools.places)]
    with gr.Row(elem_classes="cc-form"):
        code = gr.Textbox(label="Code", max_lines=1, elem_id="cc-price-code", min_width=110)
        place = gr.Dropdown(places, value="", label="Medicare locality", scale=3, elem_id="cc-locality")
        setting = gr.Dropdown(_SETTINGS, value="nonfacility", label="Setting", scale=2)
    with gr.Row(elem_classes="cc-form"):
        performer = gr.Dropdown(bench.performer_choices(), value="", label="Performed by", scale=2, min_width=180)
        units = gr.Number(label="Units", value=1, minimum=1, maximum=999, precision=0, min_width=90)
        date = gr.Textbox(label="Date of service", max_lines=1, elem_classes="cc-date", min_width=150)
        go = gr.Button("Show the amount", variant="primary", min_width=150, elem_id="cc-price-go")
    shown = gr.HTML(elem_classes="cc-plain", elem_id="cc-price-shown")

    def amount(asked: str, where: str, how: str, who: str, number: float | None, day: str) -> str:
        if not (asked or "").strip():
            raise UsageError("which code?", hint="Give one code, for example one of the Codes tab.")
        on = day_of(day)
        page = bench.tools.code(asked, on)
        report = bench.tools.price(
            page.code,
            on=on,
            locality=where,
            setting="facility" if how == "facility" else "nonfacility",
            performer=who,
            units=min(999, max(1, int(number or 1))),
        )
        return tool_html.price(report, page.descriptor)

    inputs = [code, place, setting, performer, units, date]
    for trigger in (go.click, code.submit, place.input):
        trigger(bench.calm(amount), inputs, shown, **QUIET)


TAB = Tab("prices", "Medicare amounts", _build)
