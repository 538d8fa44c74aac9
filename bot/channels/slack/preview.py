"""Slack messages and windows as an HTML page that looks like Slack: for reviewing, and for the pictures of the guide.

It reads the same blocks that are sent. What it does not know it shows as such, so nothing hides.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from bot.channels.slack.blocks import Message

_EMOJI = {
    "white_check_mark": ("good", "✔"),
    "small_orange_diamond": ("maybe", "◆"),
    "white_small_square": ("plain", "▫"),
    "no_entry_sign": ("stop", "✖"),
    "octagonal_sign": ("stop", "✖"),
    "warning": ("maybe", "⚠"),
    "information_source": ("plain", "i"),
    "ballot_box_with_check": ("good", "☑"),
}
"""Signs that fonts without emoji have, and their color."""
_LINK = re.compile(r"&lt;(https?://[^|&]*(?:&amp;[^|&]*)*)\|(.*?)&gt;")
_PERSON = re.compile(r"&lt;@([A-Z0-9]+)&gt;")
_MARKS = (
    (re.compile(r"(?<![\w*])\*(?=[^\s*\u200b])([^\n]*?[^\s*])\*(?!\w)"), "b"),
    (re.compile(r"(?<![\w_])_(?=[^\s_\u200b])([^\n]*?[^\s_])_(?!\w)"), "i"),
    (re.compile(r"`([^`\n]+)`"), "code"),
)
_ENTITIES = (("&amp;lt;", "&lt;"), ("&amp;gt;", "&gt;"), ("&amp;amp;", "&amp;"))
STYLE = (Path(__file__).parent / "preview.css").read_text(encoding="utf-8")


def page(parts: Sequence[str], title: str) -> str:
    """A whole page of rendered messages and windows."""
    body = "".join(parts)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body><main>{body}</main></body></html>\n"
    )


def said(name: str, text: str, *, hue: int = 210) -> str:
    """What a person wrote."""
    mark = f'<div class="avatar" style="background:hsl({hue} 45% 45%)">{escape(name[:1])}</div>'
    words = escape(text).replace("@codecite", '<span class="at">@codecite</span>')
    return f'<div class="message">{mark}<div class="body"><b>{escape(name)}</b><p>{words}</p></div></div>'


def posted(message: Message, *, private: bool = False, streamed: str = "") -> str:
    """A message of the bot; `streamed` is Markdown that was written before its blocks."""
    only = '<p class="only">Only visible to you</p>' if private else ""
    told = f'<div class="section">{_markdown(streamed)}</div>' if streamed else ""
    inner = "".join(block_html(block) for block in message.blocks) or f'<div class="section">{text(message.text)}</div>'
    return (
        f'<div class="message"><div class="avatar bot">c</div><div class="body">{only}'
        f'<b>codecite</b> <span class="app">APP</span>{told}{inner}</div></div>'
    )


def view_html(view: dict[str, Any]) -> str:
    """A window, or App Home."""
    inner = "".join(block_html(block) for block in view["blocks"])
    if view["type"] == "home":
        return f'<div class="home">{inner}</div>'
    foot = f'<button class="primary">{escape(view["submit"]["text"])}</button>' if "submit" in view else ""
    head = f'<div class="title">{escape(view["title"]["text"])}<span>✕</span></div>'
    return f'<div class="window">{head}{inner}<div class="foot"><button>Close</button>{foot}</div></div>'


def block_html(block: dict[str, Any]) -> str:
    """One block."""
    match block["type"]:
        case "section":
            return f'<div class="section">{text(block["text"]["text"])}</div>'
        case "header":
            return f"<h2>{escape(block['text']['text'])}</h2>"
        case "context":
            return "".join(f'<div class="context">{text(element["text"])}</div>' for element in block["elements"])
        case "divider":
            return "<hr>"
        case "actions":
            return f'<div class="actions">{"".join(_button(element) for element in block["elements"])}</div>'
        case "context_actions":
            choice = block["elements"][0]
            labels = (choice[f"{name}_button"]["text"]["text"] for name in ("positive", "negative"))
            marks = (f"<span>{sign} {escape(label)}</span>" for sign, label in zip("▲▼", labels, strict=True))
            return f'<div class="feedback">{"".join(marks)}</div>'
        case "rich_text":
            words = block["elements"][0]["elements"][0]["text"]
            return f"<blockquote>{escape(words)}</blockquote>"
        case "input":
            return _input(block)
        case other:
            return f'<div class="unknown">{escape(other)}</div>'


def text(mrkdwn: str) -> str:
    """Slack's mrkdwn as HTML, as Slack would show it."""
    html = escape(mrkdwn, quote=False)
    html = _LINK.sub(lambda found: f'<a href="{found[1]}">{found[2]}</a>', html)
    html = _PERSON.sub('<span class="at">@avery</span>', html)
    for pattern, tag in _MARKS:
        html = pattern.sub(rf"<{tag}>\1</{tag}>", html)
    html = re.sub(r":([a-z_]+):", _sign, html)
    for twice, once in _ENTITIES:
        html = html.replace(twice, once)
    return html.replace("\u200b", "").replace("\n", "<br>")


def _sign(found: re.Match[str]) -> str:
    look = _EMOJI.get(found[1])
    return f'<span class="sign {look[0]}">{look[1]}</span>' if look else found[0]


def _markdown(written: str) -> str:
    html = escape(written, quote=False)
    html = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", html)
    html = re.sub(r"\\([\\`*_\[\]|~#+.)-])", r"\1", html)
    for twice, once in _ENTITIES:
        html = html.replace(twice, once)
    return html.replace("\u200b", "").replace("\n\n- ", "<br>• ")


def _button(element: dict[str, Any]) -> str:
    look = ' class="primary"' if element.get("style") == "primary" else ""
    return f"<button{look}>{escape(element['text']['text'])}</button>"


def _input(block: dict[str, Any]) -> str:
    element = block["element"]
    optional = " <small>(optional)</small>" if block.get("optional") else ""
    label = f"<label>{escape(block['label']['text'])}{optional}</label>"
    hint = f'<p class="hint">{escape(block["hint"]["text"])}</p>' if "hint" in block else ""
    if element["type"] == "radio_buttons":
        first = element["initial_option"]
        rows = "".join(
            f'<p class="radio">{"◉" if option == first else "○"} {escape(option["text"]["text"])}</p>'
            for option in element["options"]
        )
        return f'<div class="input">{label}{rows}</div>'
    value = escape(element.get("initial_value") or element.get("initial_date") or "").replace("\n", "<br>")
    return f'<div class="input">{label}<div class="field">{value or "&nbsp;"}</div>{hint}</div>'
