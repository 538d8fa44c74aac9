"""Text for Slack: escaped so that nothing in it takes effect, and split so that no word or code is ever cut.

Slack's mrkdwn has no escape for its own marks (`*_~` and the backtick); a zero-width space behind an opening one makes
it plain. Mentions, channels and links need `<`, which becomes an entity.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

SECTION = 3000
"""Characters that Slack takes in the text of a section or a context element."""

_BREAK = "\u200b"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_OPENING = re.compile(r"(?<![^\W_])([*_~])(?=[^\s*_~])|([*_~])(?=[*_~])|(`)")
_EMOJI = re.compile(r":(?=[\w+'-]+:)")
_ENTITIES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"))
_RUN = re.compile(r"[0-9A-Za-z]+|[^0-9A-Za-z]")
_MARKDOWN = re.compile(r"([\\`*_\[\]|~#]|^[-+]|(?<=^\d)[.)])")
_REFERENCE = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")


def escape(text: str) -> str:
    """`text` on one line with nothing in it that Slack would format, link, or notify people for."""
    line = _CONTROL.sub("", " ".join(text.split()))
    line = _OPENING.sub(lambda found: found[0] + _BREAK, line)
    line = _EMOJI.sub(f":{_BREAK}", line)
    for sign, entity in _ENTITIES:
        line = line.replace(sign, entity)
    return f"{_BREAK}{line}" if line.startswith("&gt;") else line


def visible(escaped: str) -> str:
    """What a reader sees of escaped text."""
    for sign, entity in reversed(_ENTITIES):
        escaped = escaped.replace(entity, sign)
    return escaped.replace(_BREAK, "")


def markdown(text: str) -> str:
    """`text` for Slack's streaming methods, which read standard Markdown: on one line, nothing in it takes effect."""
    line = _MARKDOWN.sub(r"\\\1", _CONTROL.sub("", " ".join(text.split())))
    line = _EMOJI.sub(f":{_BREAK}", line)
    for sign, entity in _ENTITIES:
        line = line.replace(sign, entity)
    return line


def heard(text: str, me: str = "") -> str:
    """What a person typed: Slack's references and entities as words, the mention of the bot (user id `me`) gone.

    Other people's mentions become "a colleague": who they are is not needed to answer.
    """

    def words(found: re.Match[str]) -> str:
        mark, target, label = found[1], found[2], found[3]
        if mark == "@":
            return " " if target == me else "a colleague"
        if mark == "#":
            return f"#{label}" if label else "a channel"
        if mark == "!":
            return label or ""
        return label or target

    plain = _REFERENCE.sub(words, text)
    for sign, entity in reversed(_ENTITIES):
        plain = plain.replace(entity, sign)
    return "\n".join(" ".join(line.split()) for line in plain.splitlines()).strip()


def lines(text: str, write: Callable[[str], str] = escape, limit: int = SECTION) -> list[str]:
    """`text` as written lines of at most `limit` characters, broken between words.

    A word longer than a line is broken between letters and signs; a run of letters and digits, as codes, dates and
    amounts are, is broken only when the run alone is longer than a line.
    """
    done: list[str] = []
    held = ""
    for part in _parts(" ".join(_CONTROL.sub("", " ".join(text.split())).split()), write, limit):
        if held and len(write(held + part)) > limit:
            done.append(held)
            held = ""
        held = held + part if held else part.lstrip()
    return [write(line.strip()) for line in (*done, held) if line.strip()]


def _parts(text: str, write: Callable[[str], str], limit: int) -> Iterator[str]:
    """Words with the space before them; words that do not fit into a line in smaller parts."""
    for number, word in enumerate(text.split(" ")):
        spaced = f" {word}" if number else word
        if len(write(spaced)) <= limit:
            yield spaced
            continue
        for run in _RUN.findall(spaced):
            size = max(limit // 8, 1)
            yield from (run[at : at + size] for at in range(0, len(run), size)) if len(run) > size else (run,)


def packed(written: Iterable[str], limit: int = SECTION, between: str = "\n") -> list[str]:
    """Written lines joined into as few texts of at most `limit` characters as keep them whole and in order."""
    texts: list[str] = []
    for line in written:
        if texts and len(texts[-1]) + len(between) + len(line) <= limit:
            texts[-1] += between + line
        else:
            texts.append(line)
    return texts


def short(text: str, limit: int) -> str:
    """`text` cut between words to at most `limit` characters, an ellipsis at the end when something is missing."""
    whole = " ".join(text.split())
    if len(whole) <= limit:
        return whole
    kept = whole[: limit - 1]
    if not whole[limit - 1].isspace():
        kept = kept[: kept.rfind(" ")] if " " in kept else ""
    return f"{kept.rstrip()}…"
