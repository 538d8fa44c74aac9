"""Your documents: add a file, see what is held, and what each asserts compared with the tables."""

from __future__ import annotations

import datetime as dt

import gradio as gr

from bot.channels.web import documents_html, tool_html
from bot.channels.web.bench import QUIET, Bench, Tab
from bot.own.report import compare


def _build(bench: Bench) -> None:
    library = bench.library
    if library is None:
        gr.HTML(tool_html.hint(documents_html.CLOSED), elem_classes="cc-plain")
        return
    gr.HTML(tool_html.hint(documents_html.ABOUT), elem_classes="cc-plain")
    gr.HTML(documents_html.form(bench.payers), elem_classes="cc-plain", elem_id="cc-documents-form")
    with gr.Row(elem_classes="cc-form"):
        name = gr.Textbox(label="Document (blank: every one)", max_lines=1, elem_id="cc-document-name", scale=3)
        go = gr.Button("Compare with the tables", variant="primary", min_width=180, elem_id="cc-documents-go")
        lists = gr.Button("List documents", min_width=130, elem_id="cc-documents-list")
    shown = gr.HTML(elem_classes="cc-plain", elem_id="cc-documents-shown")

    def compared(text: str) -> str:
        wanted = [library.get(text.strip()[:200])] if text and text.strip() else list(library.documents())
        today, knowledge = dt.date.today(), bench.tools.knowledge
        reports = [compare(knowledge, row, library.store.excerpts(row.id), today) for row in wanted]
        return "".join(documents_html.report(found) for found in reports) or documents_html.listing(())

    def listed() -> str:
        manage = '<p><a href="/documents" target="_blank">Remove documents (opens in a new tab)</a></p>'
        return tool_html.box(documents_html.listing(library.documents()), manage)

    for trigger in (go.click, name.submit):
        trigger(bench.calm(compared), [name], shown, **QUIET)
    lists.click(bench.calm(listed), None, shown, **QUIET)


TAB = Tab("documents", "Your documents", _build)
"""`bench.library` is None where documents are closed."""
