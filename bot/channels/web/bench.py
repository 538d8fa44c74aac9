"""What every tab beside the chat gets, and how its failures are told."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.channels.render_html import notice_html
from bot.cli import exit_code
from bot.logs import get_logger
from bot.own.library import Library
from bot.settings import Settings
from bot.toolbox import Toolbox

QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "concurrency_id": "tools"}
"""How events of a tab are wired: no public API, no spinner over the page, a queue beside the chat's."""


@dataclass(frozen=True)
class Bench:
    """Tools and settings of a tab; `payers` maps the engine's word for a payer to its name.

    `library` holds the user's own documents, None where they are closed.
    """

    tools: Toolbox
    payers: Mapping[str, str]
    settings: Settings | None = None
    library: Library | None = None
    log: Any = field(default_factory=lambda: get_logger("web"))

    def payer_choices(self) -> list[tuple[str, str]]:
        """Names and words for a dropdown, none first."""
        return [("Not stated", ""), *((name, word) for word, name in self.payers.items())]

    def performer_choices(self) -> list[tuple[str, str]]:
        """Credentials for a dropdown, none first."""
        rows = self.tools.knowledge.rules.performers.values()
        return [("Not stated", ""), *sorted((row.label[:1].upper() + row.label[1:], row.performer) for row in rows)]

    def calm(self, work: Callable[..., str]) -> Callable[..., str]:
        """`work` that never raises: what the user can mend is said with its hint, anything else gets a number."""

        def run(*values: Any) -> str:
            try:
                return work(*values)
            except Exception as error:  # Nothing that goes wrong may reach the reader as exception text.
                return self._told(error)

        return run

    def _told(self, error: Exception) -> str:
        if exit_code(error) is not None:
            said = str(error).removeprefix("--")
            return notice_html(f"{said[:1].upper()}{said[1:]}", getattr(error, "hint", ""))
        number = secrets.token_hex(4)
        self.log.error("tool failed", answer_id=number, error_type=type(error).__name__, channel="web")
        return notice_html(
            "Sorry, that could not be worked out just now. Please try again.",
            f"If it happens again, give this number to whoever runs codecite: {number}",
        )


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab: its key (in the address after `#`), its title, and what builds it."""

    key: str
    title: str
    build: Callable[[Bench], None]


def day_of(text: str) -> dt.date:
    """The date of a date field, today when it is empty; raises UsageError when it is none."""
    from bot.inputs import parse_date

    found = parse_date(text.strip(), "Date of service") if text and text.strip() else None
    return found or dt.date.today()
