"""The chat page: a message box, date of service and payer beside it, answers with their evidence.

The page holds no knowledge of billing. A turn goes to the engine and its Answer is shown; sentences appear one after
the other only after the whole Answer was verified.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from bot.channels.render_html import facts_html
from bot.channels.web.bench import Bench
from bot.channels.web.tabs import TABS
from bot.channels.web.turns import Desk, Submission

HERE = Path(__file__).parent
CSS, EXAMPLES = HERE / "page.css", HERE / "examples.csv"
SCRIPTS = (HERE / "answers.js", HERE / "history.js", HERE / "page.js")

ANY_PAYER = "Not stated"
SECONDS_KEPT = 12 * 60 * 60
"""How long an open page keeps its conversation after the last turn; Gradio drops that of a closed tab after an hour."""

PARALLEL, WAITING = 4, 64
"""Turns worked on at once (answers need a processor core, so more would only share it) and turns allowed to wait."""

INTRO = """<div class="cc-head"><h1>codecite</h1>
<p>Billing guidance for health coaching and behavioral health. Every sentence shows its evidence.</p></div>"""


@dataclass(frozen=True, slots=True)
class Example:
    """A question that a person in this role might ask."""

    role: str
    question: str


def read_examples(path: Path = EXAMPLES) -> dict[str, list[Example]]:
    """Example questions by role, in file order (columns `role`, `question`)."""
    found: dict[str, list[Example]] = {}
    with path.open(newline="", encoding="utf-8") as handle:
        for row in csv.DictReader(handle):
            found.setdefault(row["role"], []).append(Example(row["role"], row["question"]))
    return found


def script() -> str:
    """The page's manners as the one function that Gradio runs when the page is there."""
    return "() => {\n" + "\n".join(path.read_text(encoding="utf-8") for path in SCRIPTS) + "\n}"


def build_page(desk: Desk, footer: str, bench: Bench) -> gr.Blocks:
    """The page as Gradio blocks: the chat and the tabs beside it; `footer` is trusted HTML of our own."""
    page: gr.Blocks = gr.Blocks(title="codecite", analytics_enabled=False, fill_height=True)
    with page:
        _Page(desk, footer, bench)
    page.queue(max_size=WAITING, default_concurrency_limit=PARALLEL, api_open=False)
    return page


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation as the server holds it for an open page: the engine's id and the messages shown."""

    conversation: str | None = None
    messages: Sequence[dict[str, Any]] = ()


class _Page:
    """Components and the events between them."""

    def __init__(self, desk: Desk, footer: str, bench: Bench) -> None:
        self.desk = desk
        self.talk = gr.State(None, time_to_live=SECONDS_KEPT, delete_callback=self._forget)
        gr.HTML(INTRO, elem_classes="cc-plain")
        with gr.Tabs(elem_id="cc-tabs"):
            with gr.Tab("Chat", id="chat"):
                self._chat()
            for tab in TABS:
                with gr.Tab(tab.title, id=tab.key):
                    tab.build(bench)
        gr.HTML(footer, elem_classes="cc-plain", elem_id="cc-footer")
        self._wire()

    def _chat(self) -> None:
        self._context()
        self.examples = gr.Column(elem_id="cc-examples")
        self.asked: list[tuple[gr.Button, str]] = []
        with self.examples:
            self._examples()
        self.chat = gr.Chatbot(
            label="Conversation",
            show_label=False,
            elem_id="cc-chat",
            height="auto",
            scale=1,
            autoscroll=False,
            buttons=[],
            latex_delimiters=[],
            allow_tags=False,
            feedback_options=None,
            layout="panel",
            group_consecutive_messages=False,
        )
        with gr.Column(elem_id="cc-composer"):
            self._composer()

    def _examples(self) -> None:
        gr.HTML('<h2 class="cc-h2">Questions people ask</h2>', elem_classes="cc-plain")
        with gr.Tabs():
            for role, rows in read_examples().items():
                with gr.Tab(role), gr.Row():
                    for row in rows:
                        button = gr.Button(row.question, variant="secondary", elem_classes="cc-example")
                        self.asked.append((button, row.question))

    def _context(self) -> None:
        with gr.Row(elem_id="cc-context"):
            self.date = gr.Textbox(label="Date of service", max_lines=1, elem_id="cc-date", min_width=150)
            self.payer = gr.Dropdown(
                [(ANY_PAYER, ""), *((name, word) for word, name in self.desk.payers.items())],
                value=self.desk.usual_payer,
                label="Payer",
                elem_id="cc-payer",
                min_width=180,
            )
            with gr.Row(elem_id="cc-keep"):
                self.save = gr.Button("Save", elem_id="cc-save", min_width=60)
                self.pdf = gr.Button("PDF", elem_id="cc-pdf", min_width=60)
                self.history = gr.Button("History", elem_id="cc-past", min_width=70)
                self.print = gr.Button("Print", elem_id="cc-print", min_width=60)
                self.new = gr.Button("New conversation", elem_id="cc-new", min_width=150)

    def _composer(self) -> None:
        self.facts = gr.HTML(facts_html(None), elem_id="cc-facts", elem_classes="cc-plain")
        with gr.Row(elem_id="cc-ask"):
            self.message = gr.Textbox(
                label="Your question",
                placeholder="Ask about a code or a session",
                lines=1,
                max_lines=6,
                autofocus=True,
                elem_id="cc-message",
                scale=6,
            )
            self.send = gr.Button("Ask", variant="primary", elem_id="cc-send", scale=1, min_width=90)

    def _wire(self) -> None:
        # The messages so far stay on the server: sending them back with every question would cost more than an answer.
        stated = [self.date, self.payer, self.talk]
        shown = [self.message, self.chat, self.facts, self.examples, self.talk, self.date, self.payer]
        quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "concurrency_id": "ask"}
        for trigger in (self.message.submit, self.send.click):
            trigger(self._ask, [self.message, *stated], shown, **quiet)
        self.chat.option_select(self._choose, stated, shown, **quiet)
        for button, question in self.asked:
            button.click(self._example(question), stated, shown, **quiet)
        # Saving and printing (also to PDF) happen in the browser; the server keeps no copy.
        self.save.click(None, js="() => window.codecite.save()", api_visibility="private")
        self.pdf.click(None, js="() => window.codecite.pdf()", api_visibility="private")
        self.history.click(None, js="() => window.codecite.history()", api_visibility="private")
        self.print.click(None, js="() => window.print()", api_visibility="private")
        self.new.click(self._restart, self.talk, shown, **quiet)

    def _ask(self, message: str, date: str, payer: str, talk: Talk | None) -> Iterator[Any]:
        held = talk or Talk()
        earlier = [{**row, "options": None} for row in held.messages]
        for step in self.desk.reply(Submission(message, date or "", payer or "", held.conversation)):
            messages = [*earlier, *step.messages]
            yield (
                _or_leave(step.draft),
                messages,
                _or_leave(step.facts),
                gr.Column(visible=False),
                Talk(step.conversation, messages),
                _or_leave(step.date),
                _or_leave(step.payer),
            )

    def _choose(self, date: str, payer: str, talk: Talk | None, choice: gr.SelectData) -> Any:
        yield from self._ask(str(choice.value), date, payer, talk)

    def _example(self, question: str) -> Any:
        def ask(date: str, payer: str, talk: Talk | None) -> Iterator[Any]:
            yield from self._ask(question, date, payer, talk)

        return ask

    def _restart(self, talk: Talk | None) -> tuple[Any, ...]:
        self._forget(talk)
        return "", [], facts_html(None), gr.Column(visible=True), None, self.desk.today(), self.desk.usual_payer

    def _forget(self, talk: Talk | None) -> None:
        self.desk.forget(talk.conversation if talk else None)


def _or_leave(value: str | None) -> Any:
    return gr.skip() if value is None else value
