"""Names of people, found by the words around them and by lists of given and family names.

Five ways lead to a name: a person word before it (`pt jane doe`, `husband Dan`), a title (`Mr. Smith`), two or more
capitalized words of which one is a known name (`Ava Lindqvist`), a capitalized given name that is no English word, and
two words in no list where a name would stand (`forms for leocadia vantongeren`). Words of English and of the field are
never names by themselves.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from bot.guard.lexicon import Lexicon
from bot.guard.spans import Span

_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*", re.UNICODE)
_GAP = re.compile(r"[ \t]+|\.[ \t]+|[ \t]*$")
_CUE_GAP = re.compile(r"[\s:\-–,(\"“']*$")
_MOST_WORDS = 4
_TYPO = 82
"""rapidfuzz ratio from which a lower-case word counts as a misspelled English or field word, not as a name."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a message with its place; `capital` only where capitals carry meaning."""

    text: str
    low: str
    start: int
    end: int
    capital: bool
    acronym: bool


def find_names(message: str, lexicon: Lexicon, taken: Sequence[Span] = ()) -> Iterator[Span]:
    """Spans of people's names in `message`, outside the spans already `taken`."""
    words = _words(message, taken)
    finder = _Finder(message, words, lexicon)
    found: list[tuple[int, int]] = []
    at = 0
    while at < len(words):
        run = finder.name_at(at)
        if run:
            first = at - 1 if finder.family_first(at) else at
            found.append((first, at + run))
            at += run
        else:
            at += 1
    parts = {word.low for first, last in found for word in words[first:last] if len(word.low) > 2}
    for first, last in found:
        yield Span(words[first].start, words[last - 1].end, "NAME")
    # Once somebody is named, the same name alone is the same person.
    again = {part for part in parts if not lexicon.is_word(part) and part not in lexicon.particles}
    for word in words:
        if word.low in again:
            yield Span(word.start, word.end, "NAME")


def _words(message: str, taken: Sequence[Span]) -> list[Word]:
    matches = [
        match
        for match in _WORD.finditer(message)
        if not any(span.start < match.end() and match.start() < span.end for span in taken)
        and not _glued(message, match)
    ]
    lower = sum(match[0][0].islower() for match in matches)
    # In a message all in capitals, or With A Capital On Every Word, a capital says nothing.
    telling = lower >= max(1, 0.25 * len(matches)) or len(matches) <= 2
    words = []
    for match in matches:
        text = re.sub(r"['’]s$", "", match[0])
        end = match.start() + len(text)
        acronym = len(text) > 1 and text.isupper()
        words.append(Word(text, _plain(text), match.start(), end, telling and text[0].isupper(), acronym and telling))
    return words


def _plain(text: str) -> str:
    """Lower case without accents, as the name lists are written."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(sign))


def _glued(message: str, match: re.Match[str]) -> bool:
    """Whether a word touches a digit (`90834x`, `F41`, `35min`): part of a code or a measure."""
    before, after = message[match.start() - 1 : match.start()], message[match.end() : match.end() + 1]
    return before.isdigit() or after.isdigit()


class _Finder:
    """Looks for a name at one word of a message."""

    def __init__(self, message: str, words: Sequence[Word], lexicon: Lexicon) -> None:
        self._message = message
        self._words = words
        self._lexicon = lexicon

    def name_at(self, at: int) -> int:
        """How many words from `at` on are a person's name; 0 when none."""
        word, lexicon = self._words[at], self._lexicon
        cue = self._cue_before(at)
        if word.low in lexicon.never or cue == "saint":
            return 0
        if cue == "title" and (word.capital or not lexicon.is_word(word.low)):
            return self._extent(at)
        if cue == "person" and self._after_person(at):
            return self._extent(at)
        if word.acronym:
            return 0
        if self._is_word(word.low):
            return self._word_as_name(at, cue)
        if cue == "weak" and word.low in lexicon.given and word.low not in lexicon.brands:
            return self._extent(at)
        return self._alone(at) or self._rare(at, cue)

    def _rare(self, at: int, cue: str) -> int:
        """Two words that no list holds, written as a name is: `for leocadia vantongeren`, `Jaylen Oduya, 3rd grader`.

        An abbreviation begins a word that we know, and a misspelled word is near one: neither is a name.
        """
        word, extent = self._words[at], self._extent(at)
        parts = self._words[at : at + extent]
        if extent < _RARE_WORDS or not all(self._strange(part) for part in parts):
            return 0
        if word.capital:
            opens = at == 0 or cue == "weak"
            return extent if opens or self._trait_after(at + extent - 1) else 0
        return extent if cue == "weak" and self._ends_after(parts[-1]) else 0

    def _strange(self, word: Word) -> bool:
        """Whether a word is in no list, near none and the beginning of none."""
        low, lexicon = word.low, self._lexicon
        if len(low) < _RARE_LETTERS or word.acronym or low in lexicon.brands or low in lexicon.never:
            return False
        known = low in lexicon.given or low in lexicon.family
        near = lexicon.near(low)
        return known or (self._unknown(word) and not any(other.startswith(low) for other in near))

    def family_first(self, at: int) -> bool:
        """Whether a family name and a comma stand before the given name at `at` (`Smith, John`)."""
        if at == 0:
            return False
        before, word = self._words[at - 1], self._words[at]
        between = self._message[before.end : word.start]
        if re.fullmatch(r",\s*", between) is None or not before.capital or before.acronym:
            return False
        if before.low in self._lexicon.family and before.low not in self._lexicon.field_words:
            return True
        return self._trait_after(at) and (before.low in self._lexicon.family or not self._is_word(before.low))

    def _word_as_name(self, at: int, cue: str) -> int:
        """A capitalized given name that is a word too (Grace, Mark): taken when more speaks for a name."""
        word, lexicon = self._words[at], self._lexicon
        if not word.capital or word.low not in lexicon.given or word.low in lexicon.brands:
            return 0
        extent = self._extent(at)
        if self._trait_after(at + extent - 1) and (extent > 1 or self.family_first(at)):
            return extent
        if word.low in lexicon.field_words:
            return 0
        last = self._words[at + extent - 1]
        grown = extent > 1 and last.low in lexicon.family and last.low not in lexicon.field_words
        return extent if grown or cue == "weak" else 0

    def _alone(self, at: int) -> int:
        """A name without a cue: a known given name with a family name after it, or capitalized by itself."""
        word, lexicon = self._words[at], self._lexicon
        extent = self._extent(at)
        following = self._words[at + 1] if extent > 1 else None
        if following is not None:
            known = word.low in lexicon.given or (word.capital and word.low in lexicon.family)
            if word.low in lexicon.brands:
                known = word.low in lexicon.given and following.low in lexicon.family
            if known or (word.capital and following.capital and following.low in lexicon.family):
                return extent
            return extent if word.capital and self._trait_after(at + extent - 1) else 0
        if word.capital and word.low in lexicon.given and word.low not in lexicon.brands and len(word.low) > 2:
            return extent
        return 0

    def _after_person(self, at: int) -> bool:
        """Whether the word after `pt`, `client`, `husband` ... begins a name."""
        word, lexicon = self._words[at], self._lexicon
        named = word.low in lexicon.given
        if word.low in lexicon.brands and not named:
            return False
        if word.capital:
            if word.acronym and not (named or word.low in lexicon.family):
                return False
            if word.low in lexicon.never:
                return False
            if self._is_word(word.low):
                return named and self._ends_or_grows(at)
            return len(word.low) > 1
        following = self._next(at)
        if word.low in lexicon.never or len(word.low) < 2:
            return False
        if self._is_word(word.low):
            return (
                named
                and following is not None
                and self._continues(word, following, at + 1)
                and _listed(following, lexicon)
            )
        if named:
            return True
        return (
            following is not None
            and self._unknown(word)
            and (following.low in lexicon.family or self._unknown(following))
            and not self._is_word(following.low)
        )

    def _ends_or_grows(self, at: int) -> bool:
        """Whether `Grace` after `client` is a name: another name, a stop or no lower-case verb follows."""
        following = self._next(at)
        if following is None:
            return True
        return (following.capital and not self._is_word(following.low)) or self._words[at].low not in _MODALS

    def _next(self, at: int) -> Word | None:
        if at + 1 >= len(self._words):
            return None
        word, following = self._words[at], self._words[at + 1]
        between = self._message[word.end : following.start]
        return following if _GAP.fullmatch(between) else None

    def _extent(self, at: int) -> int:
        """How many words from `at` on belong to the name that begins there."""
        first = self._words[at]
        count = 1
        while count < _MOST_WORDS and at + count < len(self._words):
            word = self._words[at + count]
            between = self._message[self._words[at + count - 1].end : word.start]
            if not _GAP.fullmatch(between) or not self._continues(first, word, at + count):
                break
            count += 1
        while count > 1 and (
            self._words[at + count - 1].low in self._lexicon.particles or len(self._words[at + count - 1].low) == 1
        ):
            count -= 1
        return count

    def _continues(self, first: Word, word: Word, at: int) -> bool:
        lexicon = self._lexicon
        if len(word.low) == 1 and word.text.isupper() == first.text[0].isupper():
            return word.low not in ("i", "a", "w") or word.text.isupper()
        if word.low in lexicon.particles and word.low not in lexicon.never and at + 1 < len(self._words):
            return True
        if word.low in lexicon.never or word.acronym:
            return False
        if first.capital:
            return word.capital and (
                not self._is_word(word.low) or (word.low in lexicon.family and word.low not in _STOPS)
            )
        if word.low in lexicon.field_words or word.low in lexicon.brands:
            return word.low in lexicon.common_family and word.low not in _STOPS and self._ends_after(word)
        return word.low in lexicon.family or (not self._is_word(word.low) and self._unknown(word))

    def _is_word(self, low: str) -> bool:
        if self._lexicon.is_word(low):
            return True
        parts = re.split(r"[-'’]", low)
        return len(parts) > 1 and all(len(part) < 3 or self._lexicon.is_word(part) for part in parts)

    def _unknown(self, word: Word) -> bool:
        """Whether a word is in no list and no misspelling of a word."""
        low = word.low
        if len(low) < 3 or low in self._lexicon.person_cues:
            return False
        near = process.extractOne(low, self._lexicon.near(low), scorer=fuzz.ratio, score_cutoff=_TYPO)
        return near is None

    def _cue_before(self, at: int) -> str:
        """The kind of cue that stands right before word `at`: `title`, `person`, `weak` or none."""
        lexicon = self._lexicon
        back = at - 1
        if back < 0:
            return ""
        between = self._message[self._words[back].end : self._words[at].start]
        if self._words[back].low in lexicon.titles and re.fullmatch(r"\.?\s+", between):
            return "title"
        if self._words[back].low in _SAINTS and re.fullmatch(r"\.?\s+", between):
            return "saint"
        skipped = 0
        while skipped < 2 and back >= 0 and self._words[back].low in _LINKS:
            back -= 1
            skipped += 1
        if back < 0:
            return ""
        between = self._message[self._words[back].end : self._words[back + 1].start]
        if not _CUE_GAP.fullmatch(re.sub(r"^['’]s", "", between)):
            return ""
        low = self._words[back].low
        pair = f"{self._words[back - 1].low} {low}" if back else low
        if low in lexicon.person_cues or pair in lexicon.person_cues:
            return "person"
        return "weak" if low in lexicon.weak_cues and not skipped else ""

    def _ends_after(self, word: Word) -> bool:
        """Whether a stop, a figure or a trait follows a word, so that a surname such as Young may end a name there."""
        return _END.match(self._message, word.end) is not None or _TRAIT.match(self._message, word.end) is not None

    def _trait_after(self, last: int) -> bool:
        """Whether an age or an identifier follows a name (`Xiomara Quispe, 9yo`)."""
        return _TRAIT.match(self._message, self._words[last].end) is not None


_LINKS = frozenset({"name", "named", "is", "called", "s"})
_MODALS = frozenset({"will", "may", "can"})
_SAINTS = frozenset({"st", "saint", "san", "santa", "mount", "fort", "los"})
_STOPS = frozenset({"day", "case", "page", "price", "call", "bill", "may", "will"})
_TRAIT = re.compile(
    r"[\s,(]*(?:aged?\b|\d{1,3}\s*-?\s*(?:y/?o|yrs?\b|years?)|dob\b|ssn\b|mrn\b|d\.o\.b|born\b|date of birth|\["
    r"|(?:in )?\d{1,2}(?:st|nd|rd|th)[\s-]+grade)",
    re.I,
)
_RARE_WORDS, _RARE_LETTERS = 2, 4
_END = re.compile(r"\s*(?:$|[,.;:?!)\]]|\d)")


def _listed(word: Word, lexicon: Lexicon) -> bool:
    """Whether a word is a family name in our lists."""
    return word.low in lexicon.family or word.low in lexicon.common_family
