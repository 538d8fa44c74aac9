"""What a turn is about: cue phrases of the vocabulary together with the shape of what was stated."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence

from bot.question import CodeMention, Facts
from bot.understand.codes import CodesRead
from bot.understand.tokens import fold

_MODAL = r"(?:can|could|may|should|must|will|would|is|are|am|was|were|isnt|arent|cant|wont|does|doesnt)"
_HELPER = r"(?:do|did|has|have|dont)"
_SUBJECT = (
    r"(?:i|we|he|she|they|it|you|there|my|our|the|a|an|this|that|any|someone|anyone|medicare|medicaid|both|these|those"
    r"|either)"
)
_TELL_ME = r"you (?:please )?(?:tell|explain|help|show|give|list)\b"
_POLAR_START = re.compile(
    rf"^\s*(?:(?:and|but|so|or|wait|ok|hi|hey|hello|then|also)\s+)*(?:{_MODAL}\b|{_HELPER}\s+{_SUBJECT}\b)"
    rf"\s+(?!{_TELL_ME})"
)
_POLAR_FIRST = re.compile(rf"^\s*{_HELPER}\b")
_POLAR_BARE = re.compile(
    r"^\s*(?:need|any|both|ok|okay|allowed|possible|same|still|really|billable|payable|covered|reportable|required|valid)\b"
)
_POLAR_TAG = re.compile(
    r"^\s*(?:or no|or nah|or not|y/n|yes|no|yeah"
    r"|(?:is (?:that|this) )?(?:right|correct|ok|okay|true|allowed|fine|legit)(?: (?:for|with|by|in|under) .*)?)\s*$"
)
_POLAR_END = re.compile(
    r"\b(?:or no|or nah|or not|y/n|yeah|right|correct|ok|okay|allowed|legit|kosher|true|fine|possible)\s*$"
)
_POLAR_INSIDE = re.compile(
    r"\b(?:ok to|okay to)\b|(?<!what )(?<!how )(?<!which )(?<!who )(?<!when )(?<!where )(?<!why )(?<!code )"
    r"\b(?:can|could|may|should|must|do|does|did|is|are|was|were|will|would|has|have) "
    rf"(?!{_TELL_ME})(?:i|we|he|she|they|it|you|my|our|that|this|both|these|those|medicare|medicaid)\b"
    rf"|\b(?:asks?|asked|asking|wonders?|wondering|sure|know|unclear|see|check) (?:if|whether) {_SUBJECT} "
)
_MANY_WORDS = 5
MOVES = frozenset({"greeting", "capability", "why", "doubt", "shorter", "sources"})
_CUE = 3
"""Weight of a cue that was said, against 1 to 3 for what only the shape of the message suggests."""
_OPEN = re.compile(
    r"^\s*(?:(?:and|but|so)\s+)?(?:(?:what|which|how|who|why|whats|until when|since when)\b"
    rf"|(?:when|where)\b(?!\s+{_SUBJECT}\b))"
)
"""A question word at the front; "when we run over, can I ..." only sets a condition."""
_TELLS = re.compile(
    r"^\s*(?:(?:and|but|so|ok|well|sorry|no|actually)\W+)*(?:he|she|they|we|it|i|pt|patient|client|kid|mom|dad|(?:the|her|his|my"
    r"|our|their) \w+) (?:\w+ ){0,2}?(?:was|were|had|has|have|did|didnt|left|came|went|got|had|wasnt|is|isnt|\w+ed)\b"
)
_CHOICE = re.compile(r"\b(?:\d{4}[0-9TF]|[A-V]\d{4}) or (?:\d{4}[0-9TF]|[A-V]\d{4})\b", re.IGNORECASE)
_WHAT_IS = re.compile(
    r"\b(?:what(?:s| is| does)|explain|describe|define) (?:a |an |the |this |code |cpt |hcpcs )*"
    r"(\d{4}[0-9tf]|[a-v]\d{4})\b(?!-)(?= and|[,?.;]| mean| for,| stand)"
)
_REQUEST = re.compile(
    r"^\s*(?:can|could|would|will) you (?:please |just )?(?:tell|explain|help|show|list|give|describe)\b"
)
_OR_ELSE = re.compile(
    rf"\bor (?:else )?(?=(?:{_HELPER}|{_MODAL}|need) {_SUBJECT}\b|(?:is|are|must|should|will) |(?:only|just|still)\b)"
)
_CLAUSE = re.compile(r"([,.;:?!]+| - )(?!\d)")


def polar_clause(message: str) -> str:
    """The part of `message` that wants yes or no; the whole message when only a tag ("right?") asks; "" when none."""
    parts = _CLAUSE.split(fold(message))
    clauses = [(part, parts[n + 1] if n + 1 < len(parts) else "") for n, part in enumerate(parts) if n % 2 == 0]
    for text, mark in reversed(clauses):
        if _OPEN.match(text) or _REQUEST.match(text):
            continue
        if _POLAR_TAG.match(text):
            return fold(message)
        if _POLAR_START.search(text) or (_POLAR_BARE.match(text) and "?" in mark) or _POLAR_INSIDE.search(text):
            return _first_alternative(text)
        if _POLAR_END.search(text):
            return fold(message)
    return clauses[0][0] if _POLAR_FIRST.match(clauses[0][0]) else ""


def _first_alternative(clause: str) -> str:
    """What yes or no is said to when a second question is offered: "is verbal ok | or must it be signed"."""
    first = _OR_ELSE.split(clause, maxsplit=1)[0]
    return first if _POLAR_START.search(first) or _POLAR_BARE.match(first) or _POLAR_INSIDE.search(first) else clause


def tells(message: str) -> bool:
    """Whether a message only tells what people of the case did or were: "the supervisor was on vacation that day"."""
    return _TELLS.match(fold(message)) is not None and not asks(message)


def opens_wide(message: str) -> bool:
    """Whether a part of a message begins with a question word: "what would the code be"."""
    return any(_OPEN.match(part) or _REQUEST.match(part) for part in _CLAUSE.split(fold(message)))


def asks(message: str) -> bool:
    """Whether a message has the form of a question or request: a mark, a question word, or wanting yes or no."""
    return "?" in message or opens_wide(message) or bool(polar_clause(message))


def chooses(message: str) -> bool:
    """Whether one of two codes is to be chosen: "90846 or 90847 then"."""
    return _CHOICE.search(message) is not None


def what_is(message: str) -> tuple[str, ...]:
    """The codes of which a message asks what they are, beside other things: "what's 90834 and how long is it"."""
    return tuple(match.group(1).upper() for match in _WHAT_IS.finditer(fold(message)))


def is_polar(
    message: str, cues: Collection[str], codes: Sequence[CodeMention] = (), places: Sequence[str] = ()
) -> bool:
    """Whether yes or no is expected: "can I ...", "..., right?", "ok to ...?", "need a modifier?".

    A longer message that ends in a question mark or names two codes, without a question word, and asks for no code,
    units or comparison, is one too ("art class as group therapy 90853?"); so is one that names the place of service
    ("POS 03 because it is a school?").
    """
    if polar_clause(message):
        return True
    if len(codes) > 1 and _CHOICE.search(message):
        return False
    text = fold(message).strip()
    ends = (text.endswith("?") or len(codes) > 1) and len(text.split()) >= _MANY_WORDS and not opens_wide(message)
    claimed = any(mention.units for mention in codes)
    open_cues = {
        "select",
        "compare",
        "identify",
        "who",
        "frequency",
        "time-rule",
        "denial",
        *(() if len(places) == 1 else ("place",)),
        *(() if claimed else ("units",)),
    }
    return ends and not open_cues & set(cues)


def intents_of(
    cues: Sequence[str],
    stated: Facts,
    facts: Facts,
    codes: CodesRead,
    performers: Sequence[str],
) -> tuple[str, ...]:
    """Intents, strongest first. Cues count once each; the shape of what was stated adds to them."""
    score: Counter[str] = Counter()
    for cue in dict.fromkeys(cues):
        score[cue] += _CUE
    number = len(codes.codes)
    if codes.denials:
        score["denial"] += 3
    if number == 1 and len(score) == 0:
        score["identify"] += 2
    if number >= 2:
        score["pair"] += 2
    if stated.minutes is not None or stated.days is not None:
        score["units" if facts.codes else "select"] += 2
    if facts.services and not facts.codes:
        score["select"] += 1
    if performers and ("who" in score or "coverage" in score):
        score["who"] += 1
    if stated.payer:
        score["coverage"] += 1
    if codes.modifiers:
        score["modifier"] += 2
    return tuple(intent for intent, _ in sorted(score.items(), key=lambda item: -item[1]))
