"""What people type, read: dates of service, payers, performers, claim lines. Shared by commands, pages and the API.

Every function raises an error of ours whose message names the option and whose hint says what to write instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING

from bot.errors import OptionError, UsageError

if TYPE_CHECKING:
    from bot.rules.claim import Line
    from corpus.knowledge import Knowledge

_ISO = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")
_US_FORMS = ("%m/%d/%Y", "%m-%d-%Y", "%m.%d.%Y", "%m/%d/%y", "%B %d %Y", "%b %d %Y", "%d %B %Y", "%d %b %Y", "%Y%m%d")
ANY_PAYER = "any"
EARLIEST = date(1990, 1, 1)


def parse_date(text: str | None, option: str = "--date") -> date | None:
    """The date of service that `text` names, None when it is None.

    Understood are ISO (2026-03-02, 20260302), US order (3/2/2026, 03-02-26, Mar 2, 2026) and today or yesterday.

    Raises:
        UsageError: it is no date, or no day of any claim that could still be billed (before 1990 or after 2099).
    """
    if text is None:
        return None
    found = _date(" ".join(text.replace(",", " ").split()))
    if found is None:
        raise UsageError(
            f"{option} {text!r} is not a date", hint="Write it as 2026-03-02 or 3/2/2026 (month, day, year)."
        )
    if not EARLIEST <= found < date(2100, 1, 1):
        raise UsageError(f"{option} {text!r} is not a plausible date of service", hint="Check the year.")
    return found


def _date(text: str) -> date | None:
    from datetime import timedelta

    relative = {"today": 0, "yesterday": 1}
    if text.lower() in relative:
        return date.today() - timedelta(days=relative[text.lower()])
    forms = ("%Y-%m-%d",) if _ISO.fullmatch(text) else _US_FORMS
    for form in forms:
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    return None


def parse_payer(text: str | None, held: Knowledge) -> str | None:
    """The payer's short name for what a user typed (`Blue Cross`, `medi-cal`, `uhc`), None when it is None.

    Raises:
        OptionError: no payer is called so; suggests the nearest names.
    """
    if text is None:
        return None
    asked = " ".join(text.lower().split())
    names = {row.phrase: row.value for row in held.phrases if row.slot == "payer"}
    names |= {value: value for value in names.values()}
    if asked in names:
        return names[asked]
    slugs = {row.payer for row in held.statements} - {ANY_PAYER}
    if asked.replace(" ", "-") in slugs:
        return asked.replace(" ", "-")
    hint = "Leave the option out when the payer is not known: the answer then says what depends on it."
    raise OptionError("--payer", text, nearest=nearest(asked, sorted({*names, *slugs})), hint=hint)


def nearest(word: str, known: Iterable[str], limit: int = 3, cutoff: float = 70) -> tuple[str, ...]:
    """The known words most like `word`, best first."""
    from rapidfuzz import fuzz, process

    found = process.extract(word, tuple(known), scorer=fuzz.ratio, limit=limit, score_cutoff=cutoff)
    return tuple(choice for choice, _, _ in found)


_SEPARATORS = re.compile(r"[\s,;|:]+")


def parse_minutes(words: Iterable[str]) -> dict[str, int]:
    """`90837=55` words as code to minutes; raises UsageError for anything else."""
    found: dict[str, int] = {}
    for word in words:
        code, equals, number = word.partition("=")
        if not equals or not re.fullmatch(r"-?\d+", number.strip()):
            raise UsageError(f"--minutes {word!r} is not understood", hint="Write CODE=MINUTES, for example 90837=55.")
        found[code.strip().upper()] = int(number)
    return found


def parse_modifiers(words: Iterable[str]) -> tuple[str, ...]:
    """Modifiers, several to a word when separated by commas or spaces, upper case."""
    return tuple(part.upper() for word in words for part in _SEPARATORS.split(word) if part)


def parse_performer(text: str | None, held: Knowledge) -> str | None:
    """The performer's key for a credential or name; raises OptionError with the nearest names."""
    if text is None:
        return None
    row = held.rules.performer(text)
    if row is None:
        names = sorted({name for one in held.rules.performers.values() for name in (*one.aliases, one.performer)})
        raise OptionError("--performer", text, nearest=nearest(text.lower(), names), hint="For example lcsw, np or md.")
    return row.performer


def parse_lines(words: Iterable[str]) -> tuple[Line, ...]:
    """Claim lines such as `96127x2` or `99213-25`; raises UsageError."""
    from bot.rules.claim import parse_line

    try:
        return tuple(parse_line(word) for word in words)
    except ValueError as error:
        raise UsageError(str(error), hint="Example: codecite check 90837 90785 96127x2") from error
