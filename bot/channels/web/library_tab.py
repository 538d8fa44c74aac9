"""The library of sources: title, tier, age, and how many statements rest on each."""

from __future__ import annotations

import gradio as gr

from bot.channels.render import TIERS
from bot.channels.web import tool_html
from bot.channels.web.bench import QUIET, Bench, Tab
from corpus.sources import TIERS as ORDER


def _build(bench: Bench) -> None:
    tiers = [("All tiers", ""), *((TIERS[name], name) for name in ORDER)]
    with gr.Row(elem_classes="cc-form"):
        word = gr.Textbox(label="Words in title or publisher", max_lines=1, elem_id="cc-source-word", scale=3)
        tier = gr.Dropdown(tiers, value="", label="Tier", min_width=150)
        go = gr.Button("Show sources", variant="primary", min_width=130, elem_id="cc-library-go")
    shown = gr.HTML(elem_classes="cc-plain", elem_id="cc-library-shown")

    def listed(text: str, chosen: str) -> str:
        return tool_html.library(bench.tools.sources((text or "")[:100], chosen or ""))

    for trigger in (go.click, word.submit, tier.input):
        trigger(bench.calm(listed), [word, tier], shown, **QUIET)


TAB = Tab("library", "Library", _build)
