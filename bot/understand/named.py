"""Codes called by their usual name, such as the length of their session: "the hour code"."""

from __future__ import annotations

from collections.abc import Sequence

from bot.question import CodeMention, Facts
from bot.rules.select import codes_of
from bot.understand.lexicon import Lexicon, Mention
from bot.understand.tokens import Token, fold
from corpus.knowledge import Knowledge

_SLOT = "code-name"
_OTHER_FORMS = ("participants", "with_em")


class CodeNames:
    """Reads the names that the vocabulary holds for codes (slot `code-name`)."""

    def __init__(self, knowledge: Knowledge, lexicon: Lexicon) -> None:
        self.knowledge = knowledge
        self.lexicon = lexicon

    def read(self, message: str, words: Sequence[Token], earlier: Facts | None) -> tuple[tuple[CodeMention, ...], str]:
        """The codes named so, and the message without their names, whose numbers are no time of a session.

        A name counts only where the service, if one is said or held, has such a code, and nothing says another form
        of it: "the hour code" of a family session is none of individual therapy.
        """
        said = self.lexicon.mentions(words, _SLOT)
        if not said:
            return (), message
        services = {m.value for m in self.lexicon.mentions(words, "service") if not m.negated}
        services = services or set(earlier.services if earlier else ())
        held = {
            code for row in self.knowledge.services if row.service in services for code in codes_of(self.knowledge, row)
        }
        named = [m for m in said if _is_name(words, m)]
        kept = [m for m in named if (not services or m.value in held) and self._is_form(m, words)]
        codes = dict.fromkeys(m.value for m in kept if not m.negated)
        return tuple(CodeMention(code=code) for code in codes), _without(message, words, kept)

    def _is_form(self, named: Mention, words: Sequence[Token]) -> bool:
        row = self.knowledge.codes.get(named.value)
        for slot in _OTHER_FORMS:
            told = {m.value for m in self.lexicon.mentions(words, slot) if not m.negated} - {"no"}
            if told - {row.participants}:
                return False
        return True


def _is_name(words: Sequence[Token], mention: Mention) -> bool:
    """Whether the words name a code: "the 45 minute code", "an hour code", not "45 min, code?" or "45 min code?"."""
    if words[mention.first].clause != words[mention.last].clause:
        return False
    before = words[mention.first - 1].text if mention.first else ""
    return not words[mention.first].text[0].isdigit() or before in _DETERMINERS


_DETERMINERS = frozenset({"the", "a", "an", "this", "that", "our", "my", "their", "same", "as", "of", "or", "regular"})


def _without(message: str, words: Sequence[Token], named: Sequence[Mention]) -> str:
    text = fold(message)
    for mention in named:
        start, end = words[mention.first].start, words[mention.last].end
        text = text[:start] + " " * (end - start) + text[end:]
    return text if named else message
