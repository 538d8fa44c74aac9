"""Pictures of the guide (docs/slack.md): `python -m tests.bot.channels.slack.pictures docs/slack`, with chromium."""

from __future__ import annotations

import datetime as dt
import io
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from bot.channels.slack.app import status_of
from bot.channels.slack.blocks import Look, Message, messages
from bot.channels.slack.claims import checked
from bot.channels.slack.posting import streamed
from bot.channels.slack.preview import page, posted, said, view_html
from bot.channels.slack.talk import PLEASE_DELETE
from bot.channels.slack.windows import (
    ClaimForm,
    answer_window,
    claim_of,
    claim_window,
    feedback_window,
    home,
    report_window,
    sources_window,
)
from bot.commands.common import open_bot
from bot.engine import Bot
from bot.settings import load

DAY = dt.date(2026, 11, 21)


def pages(bot: Bot) -> dict[str, tuple[str, ...]]:
    """Every kind of message and window, from real answers."""
    time, claim = "Individual therapy, 52 minutes, LCSW. Which code?", "can we bill 90837 with 90785 and 96127x3?"
    where = "what does Medicare pay for 90837 in California?"
    first, back, refused = (bot.ask(text, date=DAY) for text in (time, where, claim))
    patient = bot.ask("John Smith, DOB 3/4/1980, 53 minutes of therapy", date=DAY)
    asked = f"You asked: {time}"
    opening, rest = streamed(first)
    held = load().model_copy(update={"slack_channels": "", "slack_mode": "socket"})
    report = checked(bot.knowledge, ClaimForm("90837 90785 96127x3", DAY.isoformat()))
    private = messages(first, Look(share=True, asked=time, feedback=False, head=asked))[0]
    return {
        "mention": (said("Avery", f"@codecite {time}"), *map(posted, messages(first))),
        "claim": (said("Blake", f"@codecite {claim}", hue=20), *map(posted, messages(refused))),
        "question-back": (said("Avery", f"@codecite {where}"), *map(posted, messages(back))),
        "command": (posted(private, private=True),),
        "pane": (
            said("Avery", time),
            posted(messages(first, Look(streamed=True))[0], streamed=opening + "".join(rest)),
        ),
        "shortcut": (view_html(answer_window(first, "Only you see this.", {})),),
        "sources": (view_html(sources_window(refused)),),
        "check": (view_html(claim_window(claim_of(refused))),),
        "report": (view_html(report_window(report)),),
        "feedback": (view_html(feedback_window("a-1")),),
        "home": (view_html(home(status_of(bot.knowledge, held), DAY)),),
        "note": (
            said("Avery", "@codecite (a name, a birth date), 53 minutes of therapy"),
            posted(Message((), f"{patient.warnings[0].text} {PLEASE_DELETE}"), private=True),
        ),
    }


def main(folder: Path, wanted: list[str]) -> None:
    """Write the pictures, in a phone's width where the name ends in -phone."""
    bot = open_bot(load())
    made = pages(bot)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name in wanted or [*made, *(f"{name}-phone" for name in made)]:
            width = 390 if name.endswith("-phone") else 620
            view = browser.new_page(viewport={"width": width, "height": 200})
            view.set_content(page(made[name.removesuffix("-phone")], name))
            shot = Image.open(io.BytesIO(view.screenshot(full_page=True)))
            shot.quantize(64).save(folder / f"{name}.png", optimize=True)
            view.close()
        browser.close()
    bot.close()


if __name__ == "__main__":
    _, target, *names = sys.argv
    Path(target).mkdir(parents=True, exist_ok=True)
    main(Path(target), names)
