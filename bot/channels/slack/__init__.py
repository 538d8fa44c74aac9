"""Slack: the bot in channels, direct messages, the assistant pane, a slash command, a shortcut and App Home.

`attach` mounts HTTP mode into a FastAPI application; `codecite slack run` is Socket Mode. Slack's libraries load only
when one of them is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import FastAPI

    from bot.asking import Asks
    from bot.settings import Settings
    from corpus.knowledge import Knowledge

__all__ = ["attach"]


def attach(app: FastAPI, settings: Settings, bot: Asks, knowledge: Knowledge) -> str:
    """Let Slack reach the bot through a path of `app`, which is returned; see `bot.channels.slack.http`."""
    from bot.channels.slack.http import attach as mount

    return mount(app, settings, bot, knowledge)
