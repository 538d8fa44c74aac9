"""Text as it is meant to be read: white space, invisible characters, and the furniture of web pages."""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\U000e0000-\U000e007f]")
_SPACE = re.compile(r"[^\S\n]+")
_BREAKS = re.compile(r"\s*\n\s*")

# Lines that web pages put around their text. Each stands for a whole line or for its beginning; none names a subject.
_FURNITURE = re.compile(
    r"""^(?:
      (?:leave|post|write|add)\ an?\ (?:reply|comment|response)\b.*
    | your\ e-?mail\ address\ will\ not\ be\ published.*
    | (?:all\ )?required\ fields\ are\ marked.*
    | save\ my\ name,?\ e-?mail.*
    | (?:notify\ me\ of|cancel\ reply|post\ comment|submit\ comment).*
    | (?:subscribe|sign\ up|join)\b.{0,60}\b(?:newsletter|inbox|mailing\ list|updates|blog)\b.*
    | (?:straight\ |delivered\ )?(?:in|to)\ your\ inbox\b.*
    | what\ you\ need\ to\ know
    | .{0,60}\bget\ \d+\ (?:blog\ )?(?:posts?|articles?)\b.*\b(?:free|month)\b.*
    | (?:we|this\ (?:web)?site)\ uses?\ cookies\b.*
    | (?:accept|reject|manage|allow)\ (?:all\ |your\ )?(?:cookies|preferences)\b.*
    | (?:share|tweet|pin|email|print)(?:\ (?:this|on|via)\b.{0,40})?
    | (?:facebook|twitter|linkedin|instagram|pinterest|whatsapp|youtube)
    | (?:read\ more|learn\ more|continue\ reading|load\ more|show\ more|back\ to\ top|skip\ to\ (?:main\ )?content)\W*
    | (?:previous|next|related|recent|popular)\ (?:posts?|articles?)\b.{0,20}
    | (?:search|menu|home|login|log\ in|sign\ in|register)
    | (?:contact\ us|about\ us|privacy\ policy|terms\ of\ (?:use|service))
    | picture\ of\ [A-Z].{0,40}
    | (?:©|copyright\b).{0,120}
    | all\ rights\ reserved.*
    )$""",
    re.IGNORECASE | re.VERBOSE,
)


def tidy(text: str) -> str:
    """One line of text: compatibility forms of spaces unified, invisible and direction-changing characters removed."""
    return _BREAKS.sub(" ", _SPACE.sub(" ", visible(text))).strip()


def visible(text: str) -> str:
    """`text` without characters that a reader cannot see, which can hide words from him."""
    cleaned = _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(ch for ch in cleaned if ch in "\n\t" or unicodedata.category(ch) != "Cc")


def is_furniture(line: str) -> bool:
    """Whether a line belongs to a web page's frame: comment form, newsletter box, cookie banner, menu."""
    return len(line) <= 160 and _FURNITURE.match(line.strip()) is not None
