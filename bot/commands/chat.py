"""`codecite chat`: a conversation in the terminal."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING
from uuid import uuid4

import typer

from bot.commands.common import DateOption, PayerOption

if TYPE_CHECKING:
    from datetime import date

    from rich.console import Console

    from bot.answer import Answer
    from bot.asking import Asks
    from corpus.knowledge import Knowledge

COMMANDS = {
    "/date": "date of service: /date 2026-03-02, or /date alone for today",
    "/payer": "payer: /payer medicare, or /payer alone for none",
    "/sources": "sources of the last answer, with addresses",
    "/why": "what supports each sentence of the last answer",
    "/new": "forget what was said and begin anew",
    "/help": "this list",
    "/quit": "leave (Ctrl-D does too)",
}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(chat)


def chat(day: DateOption = None, payer: PayerOption = None) -> None:
    """Talk in the terminal; follow-up questions remember what was said.

    In the conversation: `/date`, `/payer`, `/sources`, `/why`, `/new`, `/help`, `/quit`. Leave patient details out.

    Example: `codecite chat --payer medicare`
    """
    from rich.console import Console

    from bot.commands.common import open_bot, parse_date, parse_payer, settings
    from corpus.knowledge import Knowledge

    held = settings()
    knowledge = Knowledge(held.corpus, held.official_url)
    on = parse_date(day)
    who = parse_payer(payer or held.payer, knowledge)
    talk = Talk(open_bot(held), knowledge, Console(highlight=False), on, who)
    with suppress(ImportError):  # Arrow keys and history in the prompt, where the platform has them.
        import_module("readline")
    talk.console.print("Ask about a code, a session or a claim. /help lists commands. Leave patient details out.\n")
    while talk.turn():
        pass


@dataclass
class Talk:
    """One conversation: the date and payer in force, and the last answer."""

    bot: Asks
    knowledge: Knowledge
    console: Console
    on: date | None = None
    payer: str | None = None
    last: Answer | None = None
    conversation: str = field(default_factory=lambda: f"terminal-{uuid4().hex}")

    def turn(self) -> bool:
        """Read one line and act on it; False when the user leaves."""
        try:
            line = self.console.input("[bold cyan]you ›[/] ").strip()
        except (EOFError, KeyboardInterrupt):
            self.console.print()
            return self._leave()
        if not line:
            return True
        return self._command(line) if line.startswith("/") else self._ask(line)

    def _ask(self, message: str) -> bool:
        from bot.channels.terminal import show

        self.last = self.bot.ask(message, self.conversation, date=self.on, payer=self.payer)
        self.console.print()
        show(self.console, self.last)
        self.console.print()
        return True

    def _command(self, line: str) -> bool:
        from bot.errors import CodeciteError

        name, _, rest = line.partition(" ")
        try:
            return self._act(name.lower(), rest.strip())
        except CodeciteError as error:
            self.console.print(f"{error} {error.hint}", style="red", markup=False)
            return True

    def _act(self, name: str, rest: str) -> bool:
        from bot.commands.common import parse_date, parse_payer

        match name:
            case "/quit" | "/exit":
                return self._leave()
            case "/date":
                self.on = parse_date(rest, "/date") if rest else None
                self._say(f"Date of service: {self.on or 'today'}.")
            case "/payer":
                self.payer = parse_payer(rest, self.knowledge) if rest else None
                self._say(f"Payer: {self.payer or 'none set'}.")
            case "/new":
                self.bot.forget(self.conversation)
                self.conversation, self.last = f"terminal-{uuid4().hex}", None
                self._say("Forgotten. A new conversation begins.")
            case "/sources" | "/why":
                self._explain(name)
            case "/help":
                for command, meaning in COMMANDS.items():
                    self._say(f"{command:<9} {meaning}")
            case _:
                self._unknown(name)
        return True

    def _explain(self, name: str) -> None:
        from bot.channels.terminal import sources_view, why_view

        if self.last is None:
            self._say("Nothing was answered yet.")
            return
        for part in sources_view(self.last) if name == "/sources" else why_view(self.last):
            self.console.print(part)

    def _unknown(self, name: str) -> None:
        from bot.commands.common import nearest

        likely = nearest(name, COMMANDS, limit=1)
        self._say(f"{name} is no command" + (f": did you mean {likely[0]}?" if likely else "; /help lists them."))

    def _leave(self) -> bool:
        self.bot.forget(self.conversation)
        return False

    def _say(self, text: str) -> None:
        self.console.print(text, style="dim", markup=False)
