"""Whether a message asks for an amount of money, for a payer's yes or no, or for the pay of one beside another.

Words of paying are data: `payment` cues among the intents, and the slots `paying` (any word of paying; `weak` ones ask
for no amount where yes or no is asked, as in "is that something they pay on") and `parity` of `vocabulary.csv`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.question import CodeMention
from bot.understand.intents import is_polar, polar_clause
from bot.understand.lexicon import Lexicon, Mention
from bot.understand.tokens import Token, fold

PAYMENT = "payment"
_SLOT, _WEAK, _COMPARED, _NOTHING = "paying", "weak", "parity", "none"
_LOOSE = frozenset({"identify", "define", "coverage"})
"""What words seem to ask where an amount may be asked ("what is the payment for")."""
_OTHERWISE = re.compile(r"\b(?:why|when|who|where|which|how(?! much\b)|if)\b")
_SHORT = 12


@dataclass(frozen=True, slots=True)
class Paying:
    """What a message says of money.

    `asked`: a cue asks for payment. `open`: a code is named and nothing else is asked of it, so that a city or a
    clinician beside it asks for the amount. `amount`: dollars are asked for. `polar`: yes or no is asked. `parity`:
    how the pay of clinicians is compared.
    """

    asked: bool
    open: bool
    worded: bool
    amount: bool
    polar: bool
    parity: str | None


def read_paying(
    lexicon: Lexicon,
    message: str,
    words: Sequence[Token],
    cues: Collection[str],
    codes: Sequence[CodeMention],
    *,
    held: bool,
    places: Sequence[str] = (),
) -> Paying:
    """What `message` (`words` as read) says of money; `cues` are the intents said, or those of the turn before.

    `held` tells that amounts of the payer are held: no other payer is named. `places` are those named by number.
    """
    paying = lexicon.mentions(words, _SLOT)
    weak = {mention.phrase for mention in paying if mention.value == _WEAK}
    said = [mention.phrase for mention in lexicon.mentions(words, "intent") if mention.value == PAYMENT]
    amount = any(phrase not in weak for phrase in said)
    yes_or_no = is_polar(message, cues, codes, places)
    loose = bool(codes) and not yes_or_no and not set(cues) - _LOOSE and not _OTHERWISE.search(fold(message))
    return Paying(
        asked=PAYMENT in cues,
        open=loose and (bool(paying) or (not cues and len(words) <= _SHORT)),
        worded=bool(paying),
        amount=amount or (PAYMENT in cues and not (said and yes_or_no)),
        polar=yes_or_no and not (held and amount and not polar_clause(message)),
        parity=_parity(lexicon.mentions(words, _COMPARED)) if paying else None,
    )


def _parity(said: Sequence[Mention]) -> str | None:
    """How pay is compared: the longest phrase that compares; "the same day" compares nothing."""
    kept = [mention for mention in said if mention.value != _NOTHING]
    return max(kept, key=lambda mention: mention.last - mention.first).value if kept else None
