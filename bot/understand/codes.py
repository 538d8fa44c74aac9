"""Codes, modifiers and denial codes as people type them: "90834-95", "96127 x2", "90791-90792", "co 97"."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from bot.question import CodeMention
from bot.understand.durations import digits
from corpus.codes import CODE_SHAPE

_TWICE = re.compile(r"\b(\d{4}[0-9TF]|[A-V]\d{4}) twice\b", re.IGNORECASE)
_PLURAL = re.compile(r"\b(\d{4}[0-9TF]|[A-V]\d{4})['’]?s\b", re.IGNORECASE)
_UNITS_GLUED = re.compile(r"\b(\d{4}[0-9A-W]|[A-W]\d{4})X(?=\d{1,2}\b)")
_UNITS_AFTER = re.compile(r"\s*(?:x|×|\*)\s*(\d{1,2})\b", re.IGNORECASE)
_MODIFIER_AFTER = re.compile(r"\s*-\s*([A-Z0-9]{2})(?![A-Z0-9])", re.IGNORECASE)
_MODIFIER_BEFORE = re.compile(
    r"(?<![A-Z0-9])([A-Z0-9]{2})\s+(?:ON|ONTO|TO)\s+(?:(?:MY|OUR|THE|THEIR|HIS|HER|AN?|ALL|EVERY|EACH|ANY)\s+){0,2}$"
)
_UNITS_BEFORE = re.compile(r"\b(\d|1[0-2])\s*(?:x|units?(?: of)?)?\s*$", re.IGNORECASE)
_WITHOUT = re.compile(
    r"\b(?:WITHOUT|W/O|INSTEAD OF|RATHER THAN|NO|NOT)\s+(?:(?:AN?|THE|EITHER)\s+)?"
    r"(?:[A-Z0-9]{5}\s*(?:,|/|\bOR\b)\s*){0,3}$"
)
_MODIFIER_CUE = re.compile(r"\b(?:modifiers?|mods?)\b", re.IGNORECASE)
_TWO = re.compile(r"(?<![A-Za-z0-9$.:/-])([A-Z]{2}|[A-Z]\d|\d{2})(?![A-Za-z0-9%:]|\.\d|/\d)")
_NOT_A_MODIFIER = re.compile(
    r"^\s*-?\s*(?:min|mins|minutes?|hours?|hrs?|h\b|m\b|years?|yrs?|yo\b|days?|weeks?|wks?|months?|times|units?|"
    r"patients?|clients?|kids|people|percent|bucks|dollars|sessions?|visits?|of\b)",
    re.IGNORECASE,
)
_POS = re.compile(
    r"\b(?:pos|places? of service)\s*(?:codes?)?\s*#?\s*(\d\d)\b(?:\s*(?:or|and|/|vs\.?|,)\s*(\d\d)\b)?", re.IGNORECASE
)
_DENIAL = re.compile(r"\b(CO|PR|OA|PI)\s*[- ]?\s*([A-Z]?\d{1,3})\b", re.IGNORECASE)
_DENIAL_CUE = re.compile(
    r"\b(?:carc|rarc|denial code|reason code|remark code|remark)\s*#?\s*([A-Z]{0,2}\d{1,3})\b", re.IGNORECASE
)
_REMARK = re.compile(r"\b(N\d{2,3}|MA?\d{2,3})\b")
_DIAGNOSIS = re.compile(
    r"(?<![A-Za-z0-9.$#-])([A-TV-Z])\d[0-9A-Z]\.[0-9A-Z]{1,4}(?![A-Za-z0-9])"
    r"|\b(?:DX|DIAGNOSIS|DIAGNOSES|ICD(?:-?10)?)(?: CODE)?(?: (?:OF|IS|WAS))?[ :]+"
    r"([A-TV-Z])\d[0-9A-Z]{1,5}(?![A-Za-z0-9.])",
    re.IGNORECASE,
)
"""ICD-10-CM codes: with their point, or right behind a word for diagnosis."""


def diagnosis_letters(message: str) -> tuple[str, ...]:
    """The first letters (lower case) of the ICD-10-CM codes in `message`, in reading order."""
    return tuple((match.group(1) or match.group(2)).lower() for match in _DIAGNOSIS.finditer(message))


@dataclass(frozen=True, slots=True)
class CodesRead:
    """What code-like words a message holds."""

    codes: tuple[CodeMention, ...]
    unknown: tuple[str, ...]
    neighbours: tuple[str, ...]
    modifiers: tuple[str, ...]
    denials: tuple[str, ...]


def read_codes(
    message: str,
    *,
    known: Collection[str],
    neighbours: Collection[str],
    modifiers: Collection[str],
    denials: Collection[str],
) -> CodesRead:
    """Codes with units and modifiers, code-like words in no table, modifiers and denial codes, in reading order."""
    message = _TWICE.sub(r"\1 x2", message)
    message = _PLURAL.sub(r"\1", message)
    upper = _UNITS_GLUED.sub(r"\1 X", digits(message.lower()).upper())
    typed = {name for name in modifiers if not name.isalpha() or re.search(rf"\b{name}\b", message)}
    mentions: dict[str, CodeMention] = {}
    unknown: dict[str, None] = {}
    beside: dict[str, None] = {}
    for match in CODE_SHAPE.finditer(upper):
        code = match.group(1)
        if code in known:
            mentions[code] = _merged(mentions.get(code), _mention(code, upper, match, modifiers, typed))
        elif code in neighbours:
            beside[code] = None
        elif not _is_year(code):
            unknown[code] = None
    attached = tuple(modifier for mention in mentions.values() for modifier in mention.modifiers)
    found = dict.fromkeys((*attached, *_modifiers(message, modifiers)))
    return CodesRead(tuple(mentions.values()), tuple(unknown), tuple(beside), tuple(found), _denials(message, denials))


def _is_year(code: str) -> bool:
    return not any(character.isdigit() for character in code)


def _mention(
    code: str, upper: str, match: re.Match[str], modifiers: Collection[str], typed: Collection[str]
) -> CodeMention:
    """One code with what stands around it; a word before it is a modifier only as `typed` ("59 on 99214", "HO on")."""
    rest, held = upper[match.end() :], []
    while (hit := _MODIFIER_AFTER.match(rest)) and hit.group(1) in modifiers:
        held.append(hit.group(1))
        rest = rest[hit.end() :]
    ahead = _MODIFIER_BEFORE.search(upper[: match.start()])
    if ahead and ahead.group(1) in typed:
        held.append(ahead.group(1))
    after, before = _UNITS_AFTER.match(rest), _UNITS_BEFORE.search(upper[: match.start()])
    units = int(after.group(1)) if after else int(before.group(1)) if before else None
    negated = _WITHOUT.search(upper[: match.start()]) is not None
    return CodeMention(code=code, units=units, modifiers=tuple(held), negated=negated)


def _merged(old: CodeMention | None, new: CodeMention) -> CodeMention:
    if old is None:
        return new
    modifiers = tuple(dict.fromkeys((*old.modifiers, *new.modifiers)))
    negated = old.negated and new.negated
    return CodeMention(code=new.code, units=new.units or old.units, modifiers=modifiers, negated=negated)


def _modifiers(message: str, known: Collection[str]) -> tuple[str, ...]:
    """Modifiers named on their own: two capitals or digits of the table, not followed by a unit of something else."""
    cue = _MODIFIER_CUE.search(message) is not None
    text = message.upper() if cue else message
    found = []
    for match in _TWO.finditer(text):
        value = match.group(1)
        alone = value.isdigit() and _NOT_A_MODIFIER.match(text[match.end() :])
        if value in known and not alone and (cue or not value.isalpha() or value.isupper()):
            found.append(value)
    return tuple(found) if cue else tuple(value for value in found if not value.isdigit() or _joined(message, value))


def _joined(message: str, value: str) -> bool:
    """Without the word modifier, a number counts only when it is offered as a choice ("25 or 59") or appended."""
    return (
        re.search(
            rf"\b\d{{2}} or {value}\b|\b{value} or \d{{2}}\b|\b(?:put|append|add|use) (?:a )?{value}\b", message.lower()
        )
        is not None
    )


def places_named(message: str, known: Collection[str]) -> tuple[str, ...]:
    """Places of service of `known` that are named by their number: "POS 02", "place of service 10 or 11"."""
    numbers = (number for match in _POS.finditer(message) for number in match.groups() if number in known)
    return tuple(dict.fromkeys(numbers))


def _denials(message: str, known: Collection[str]) -> tuple[str, ...]:
    found = [match.group(2).upper() for match in _DENIAL.finditer(message)]
    found += [match.group(1).upper() for match in _DENIAL_CUE.finditer(message)]
    found += [match.group(1) for match in _REMARK.finditer(message)]
    return tuple(dict.fromkeys(code for code in found if code in known))
