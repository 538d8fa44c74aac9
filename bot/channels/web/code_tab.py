"""Codes: search that forgives slips, and the page of one code."""

from __future__ import annotations

import gradio as gr

from bot.channels.web import tool_html
from bot.channels.web.bench import QUIET, Bench, Tab, day_of
from bot.lookup import normalized

_HINT = "Type a code, its beginning, or words such as “health coaching group”."


def _build(bench: Bench) -> None:
    with gr.Row(elem_classes="cc-form"):
        text = gr.Textbox(label="Code or words", max_lines=1, elem_id="cc-code", scale=4)
        date = gr.Textbox(label="On date of service", max_lines=1, elem_classes="cc-date", min_width=150)
        go = gr.Button("Look up", variant="primary", elem_id="cc-code-go", min_width=110)
    shown = gr.HTML(tool_html.hint(_HINT), elem_classes="cc-plain", elem_id="cc-code-shown")

    def look_up(asked: str, day: str) -> str:
        asked = (asked or "").strip()[:200]
        if not asked:
            return tool_html.hint(_HINT)
        on = day_of(day)
        found = bench.tools.find_codes(asked, on)
        named = normalized(bench.tools.knowledge, asked)
        if len(found) == 1 and (found[0].code == named or " " not in asked):
            return tool_html.page(bench.tools.code(found[0].code, on))
        return tool_html.matches(found, asked)

    for trigger in (text.submit, go.click):
        trigger(bench.calm(look_up), [text, date], shown, **QUIET)


TAB = Tab("codes", "Codes", _build)
