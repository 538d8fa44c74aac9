"""The app manifest: what Slack must know about the app, with the least scopes that everything here works with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.channels.slack.names import COMMAND, PATH, SHORTCUT

SCOPES: Mapping[str, str] = {
    "app_mentions:read": "hear questions in channels; nothing else that is written there",
    "assistant:write": "the assistant pane: suggested prompts, status, title",
    "channels:read": "see whether a public channel is shared with another organization, and then decline",
    "chat:write": "answer",
    "commands": "/codecite and the message shortcut",
    "groups:read": "the same for private channels",
    "im:history": "hear direct messages to the bot, and see when one is edited or deleted",
}
"""Bot scopes and what each is needed for."""

EVENTS = (
    "app_home_opened",
    "app_mention",
    "assistant_thread_context_changed",
    "assistant_thread_started",
    "message.im",
)

_LONG = (
    "Ask how a health coaching or behavioral health session is billed: codes, units, modifiers, place of service, "
    "payers. Every sentence of an answer leads to the words, table row or arithmetic that it rests on. Please leave "
    "patient details out of your questions; they are never needed."
)


def manifest(address: str = "") -> dict[str, Any]:
    """The manifest as Slack reads it (JSON).

    Args:
        address: public https address of `codecite serve` for HTTP mode; empty for Socket Mode.
    """
    url = f"{address.rstrip('/')}{PATH}" if address else ""
    reached = {"request_url": url} if url else {}
    command = {
        "command": COMMAND,
        "description": "Ask a billing question; only you see the answer",
        "usage_hint": "follow-up coaching, 35 minutes, which code?",
        "should_escape": True,
        **({"url": url} if url else {}),
    }
    return {
        "display_information": {
            "name": "codecite",
            "description": "Billing guidance with proof for every sentence",
            "long_description": _LONG,
            "background_color": "#1d4f5c",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "codecite", "always_online": True},
            "assistant_view": {"assistant_description": "Billing guidance with proof for every sentence"},
            "shortcuts": [
                {
                    "name": "Ask codecite about this",
                    "type": "message",
                    "callback_id": SHORTCUT,
                    "description": "Answers the question in a message",
                }
            ],
            "slash_commands": [command],
        },
        "oauth_config": {"scopes": {"bot": sorted(SCOPES)}},
        "settings": {
            "event_subscriptions": {**reached, "bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True, **reached},
            "org_deploy_enabled": False,
            "socket_mode_enabled": not url,
            "token_rotation_enabled": False,
        },
    }
