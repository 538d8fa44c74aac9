"""Own documents in answers: what of them answers or completes, always told as the user's document and in its words.

A question that names a document ("what does our Aetna manual say about ...") is answered from it. Otherwise documents
answer only what the knowledge leaves open, and complete an answer at its end. They never decide: no verdict and no
code comes from them. A passage that the contradiction report finds wrong is told with the correction, or not at all.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot import respond
from bot.answer import AnswerWarning
from bot.evidence import Claim, Evidence, Finding
from bot.guard.injection import neutralize
from bot.guard.phi import find_phi
from bot.own.judged import Judged
from bot.own.library import Hit, Library
from bot.own.report import compare
from bot.turn import Turn
from bot.understand.fillers import FILLERS
from corpus.codes import codes_in
from corpus.knowledge import Knowledge
from corpus.own.store import OwnDocument
from index.lexical import tokenize

OWN, OWN_NOTHING = "own-document", "own-nothing"
"""Rules of the findings that come from documents, or say that nothing stands there."""

_KIND_WORDS = frozenset(
    tokenize(
        "manual policy policies document documents contract handbook guide guidelines guideline page pdf file agreement"
        " bulletin booklet sheet notice provider chapter section edition book website article text copy version"
    )
)
_ASKING = frozenset(
    tokenize("say says said state states according per our my mine we us uploaded own tell read written")
)
_OURS = frozenset(tokenize("our my uploaded own"))
_LINKING = frozenset(tokenize("of from by called titled named"))
_BEFORE, _BEHIND = 4, 5
"""Words before and behind "manual" or "policy" among which the name of the document is looked for."""
_ORDERS = re.compile(
    r"^\W*(?:system|assistant|chat ?bot|ai|user|human|developer)\s*[:>\]]"
    r"|\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}\b(?:rules?|instructions?|guidelines|prompts?|tables?)\b"
    r"|\b(?:language model|chat ?bot|AI assistant|as an AI|the assistant|system prompt)\b"
    r"|\byou (?:must|should|will|are) (?:now|always) (?:a|an|answer|say|tell|recommend|approve|reply|respond)\b"
    r"|\b(?:answer|reply|respond|say) (?:only|always|that every)\b",
    re.IGNORECASE,
)
"""Words that speak to a machine that reads along, beside what the guard takes out of messages."""
_SENTENCE_END = re.compile(r"(?<=[.!?;:])\s+(?=[A-Z0-9(“\"•])|\n+")
_LEAST_ASKED, _LEAST_ALONE, _LEAST_BESIDE = 0.55, 1.15, 1.25
"""Least score of a passage: for a question about the document, as the only answer, beside an answer."""
_LEAST_COVERED = 0.5
"""Least share of the question's weighted words that a passage covers unless the question is about the document."""
_RELATIVE = 0.8
"""Least share of the best passage's score for another one to be told beside it."""
_MOST_ASKED, _MOST_ALONE, _MOST_BESIDE = 3, 2, 1
_WEIGHED = 5
"""Passages whose sentences are weighed one by one."""
_LONGEST_QUOTE = 460
_WEIGHT_COVERAGE, _WEIGHT_CODES, _WEIGHT_HEADING = 0.9, 0.3, 0.35
_NAMES_NONE = 0.35
"""What a passage loses that names none of the codes asked about."""
_SHORT, _TOO_SHORT = 45, 0.4
"""Characters below which a line is rather a title than an answer, and what it loses for that."""


@dataclass(frozen=True, slots=True)
class _Passage:
    """A passage with its score, the share of the question that it covers, and the words of it that are quoted."""

    hit: Hit
    score: float
    coverage: float
    quote: str


class OwnFinder:
    """Finds passages of own documents for a turn; costs next to nothing while there are none."""

    def __init__(self, knowledge: Knowledge, library: Library, embed: Callable[[list[str]], Any]) -> None:
        self.knowledge = knowledge
        self.library = library
        self._embed = embed

    def documents_meant(self, text: str) -> tuple[OwnDocument, ...]:
        """The documents that a message is plainly about: named by their title, publisher or payer, or "our manual"."""
        held = self.library.held()
        stems = tokenize(text) if held else []
        near = _beside_kind_words(stems)
        if not near:
            return ()
        counts = {document.id: len(_names(document) & near) for document in held}
        best = max(counts.values())
        if best:
            return tuple(document for document in held if counts[document.id] == best)
        return held if near & _OURS else ()

    def completed(self, turn: Turn) -> list[Finding]:
        """The turn's findings with what documents add."""
        findings = turn.findings
        held = self.library.held()
        if not held or any(found.rule in (respond.SMALL_TALK, respond.PAST_HORIZON) for found in findings):
            return findings
        meant = self.documents_meant(turn.read.text)
        if meant:
            return self._asked(turn, meant)
        if any(found.rule == respond.ASK for found in findings):
            return findings
        open_question = respond.unanswered(findings)
        passages = self._passages(turn, ())
        least, most = (_LEAST_ALONE, _MOST_ALONE) if open_question else (_LEAST_BESIDE, _MOST_BESIDE)
        fitting = [row for row in passages if self._fits(row, turn, least)]
        told = [self._told(row, turn) for row in fitting[: most * 2]]
        sound = [finding for finding in told if not finding.warnings or finding.rule == OWN][:most]
        if not sound:
            return findings
        return sound if open_question else [*findings, *sound]

    def _asked(self, turn: Turn, meant: Sequence[OwnDocument]) -> list[Finding]:
        """For a question about documents: their words beside what rules decided, then guidance without a verdict."""
        decided = [found for found in turn.findings if found.rule != "guidance" and not _says_nothing(found)]
        guidance = [replace(found, verdict=None) for found in turn.findings if found.rule == "guidance"]
        passages = [row for row in self._passages(turn, meant) if row.score >= _LEAST_ASKED]
        if not passages:
            nothing = Finding((respond.fixed(self.knowledge, "own-nothing"),), rule=OWN_NOTHING)
            return [*decided, *guidance, nothing] if decided or guidance else [nothing]
        best = passages[0].score
        near = [row for row in passages if row.score >= _RELATIVE * best][:_MOST_ASKED]
        told = [self._told(row, turn, correct=True) for row in near]
        # A yes or no that rules found stays the bottom line; else what was asked for comes first.
        settled = turn.read.polar and any(found.verdict for found in decided)
        return [*decided, *told, *guidance] if settled else [*told, *decided, *guidance]

    def _fits(self, passage: _Passage, turn: Turn, least: float) -> bool:
        """Whether a passage is near enough, and its document for the payer and the date in question."""
        document, facts = passage.hit.document, turn.read.facts
        if passage.score < least or passage.coverage < _LEAST_COVERED:
            return False
        if document.effective_from is not None and document.effective_from > turn.on:
            return False
        if document.payer and facts.payer and document.payer != facts.payer:
            return False
        asked = {mention.code for mention in facts.codes}
        # "These codes ..." must not be told without the codes that it speaks of.
        if asked and not asked & set(codes_in(passage.quote)):
            return False
        report = compare(self.knowledge, document, [passage.hit.held], turn.on)
        return not _wrong_in(report.wrong, passage.quote)

    def _passages(self, turn: Turn, meant: Sequence[OwnDocument]) -> list[_Passage]:
        """Passages by score: nearness, words of the question that they hold, and codes that it names."""
        question = turn.read
        asked = self._without_frame(question.text, meant)
        codes = tuple(mention.code for mention in question.facts.codes) + question.neighbour_codes
        vector = self._embed([asked])[0]
        hits = self.library.search(vector, codes, tuple(document.id for document in meant))
        wanted = self._wanted(asked, hits)
        if not hits or not wanted:
            return []
        found = []
        for hit in hits:
            coverage = _covered(wanted, hit.held.excerpt.searched)
            named = set(codes) & set(codes_in(hit.held.excerpt.shown))
            score = hit.cosine + _WEIGHT_COVERAGE * coverage + (_WEIGHT_CODES * len(named) / len(codes) if codes else 0)
            score -= _NAMES_NONE if codes and not named else 0
            score += _WEIGHT_HEADING * _covered(wanted, hit.held.excerpt.heading)
            found.append((score, coverage, hit))
        found.sort(key=lambda row: -row[0])
        return list(self._quoted(found[:_WEIGHED], wanted, vector))

    def _without_frame(self, text: str, meant: Sequence[OwnDocument]) -> str:
        """The question without "what does our Aetna manual say about": all passages of a manual are near to that."""
        if not meant:
            return text
        left_out = {stem for document in meant for stem in _names(document)} | _KIND_WORDS | _ASKING
        words = [word for word in text.split() if not set(tokenize(word)) or not set(tokenize(word)) <= left_out]
        return " ".join(words)

    def _wanted(self, text: str, hits: Sequence[Hit]) -> dict[str, float]:
        """The words of the question with their weights: what few of the near passages hold weighs more."""
        stems = [stem for stem in dict.fromkeys(tokenize(text)) if stem not in FILLERS]
        counts: Counter[str] = Counter()
        for hit in hits:
            counts.update(set(tokenize(hit.held.excerpt.searched)))
        return {stem: math.log(2 + len(hits) / (1 + counts[stem])) for stem in stems}

    def _quoted(
        self, found: Iterable[tuple[float, float, Hit]], wanted: dict[str, float], vector: Any
    ) -> Iterator[_Passage]:
        """The passages with the words that are quoted; those that may not be shown are left out."""
        seen: set[str] = set()
        for score, coverage, hit in found:
            quote = self._quote(hit.held.excerpt.text, wanted, vector)
            if quote and quote not in seen:
                seen.add(quote)
                yield _Passage(hit, score, coverage, quote)

    def _quote(self, text: str, wanted: dict[str, float], vector: Any) -> str:
        """The part of a passage that answers: its best sentence with its neighbors, as far as they may be shown."""
        lines = [line for line in text.split("\n") if not self._gives_orders(line)]
        spans = [span for span in _spans(text) if self._may_be_shown(text[slice(*span)], lines)]
        if not spans:
            return ""
        cosines = self._embed([text[start:end] for start, end in spans]) @ vector
        scores = [
            float(cosine)
            + _WEIGHT_COVERAGE * _covered(wanted, text[start:end])
            - (_TOO_SHORT if end - start < _SHORT else 0)
            for (start, end), cosine in zip(spans, cosines, strict=True)
        ]
        first = last = max(range(len(spans)), key=lambda at: scores[at])
        while True:
            around = [at for at in (last + 1, first - 1) if 0 <= at < len(spans)]
            around = [at for at in around if _joined(text, spans, min(at, first), max(at, last))]
            if not around:
                break
            best = max(around, key=lambda at: (scores[at], at))
            first, last = min(first, best), max(last, best)
        return text[spans[first][0] : spans[last][1]].strip()

    def _may_be_shown(self, sentence: str, lines: Sequence[str]) -> bool:
        """Whether a sentence stands in a paragraph without orders to the assistant, and names no person."""
        return any(sentence.strip() in line for line in lines) and not find_phi(sentence, self.knowledge)

    def _gives_orders(self, line: str) -> bool:
        """Whether a paragraph speaks to the assistant instead of the reader; nothing of it is shown then."""
        return _ORDERS.search(line) is not None or neutralize(line, self.knowledge)[1]

    def _told(self, passage: _Passage, turn: Turn, *, correct: bool = False) -> Finding:
        """A passage as a sentence that says whose words it quotes; with the correction when the tables know better."""
        hit, document = passage.hit, passage.hit.document
        excerpt = hit.held.excerpt
        page = f", page {excerpt.page}" if excerpt.page is not None else ""
        text = f"Your document {document.title}{page}, says: “{passage.quote}”"
        evidence: tuple[Evidence, ...] = (_evidence(passage),)
        warnings: list[AnswerWarning] = []
        wrong = (
            _wrong_in(compare(self.knowledge, document, [hit.held], turn.on).wrong, passage.quote) if correct else []
        )
        for judged in wrong:
            told = "This is outdated" if judged.standing == "outdated" else "Our tables say otherwise"
            text += f" {told}: {judged.ours}"
            evidence += judged.evidence[:3]
            warnings.append(AnswerWarning(kind="conflict", text=f"{told}: {judged.ours}", codes=judged.codes))
        unknown = tuple(code for code in codes_in(passage.quote) if not self._is_known(code, passage.quote))
        if unknown:
            warning = f"{', '.join(unknown)}: in no table held here; only your document names it."
            warnings.append(AnswerWarning(kind="unknown_code", text=warning, codes=unknown))
        return Finding((Claim(text, evidence),), warnings=tuple(warnings), rule=OWN)

    def _is_known(self, code: str, quote: str) -> bool:
        known = code in self.knowledge.codes or code in self.knowledge.neighbours
        return known or not re.search(r"\b(?:bill|report|code|CPT|HCPCS)\w*\b", quote, re.IGNORECASE)


def _says_nothing(finding: Finding) -> bool:
    return finding.rule in (respond.NOTHING, respond.ASK)


def _evidence(passage: _Passage) -> Evidence:
    document, held = passage.hit.document, passage.hit.held
    return Evidence(
        kind="document",
        ref=held.ref,
        title=document.title,
        section=held.excerpt.where,
        quote=passage.quote,
        tier="own-document",
        effective_from=document.effective_from,
    )


def _wrong_in(wrong: Sequence[Judged], quote: str) -> list[Judged]:
    """The wrong claims that a quote tells, one for each thing that we hold against them."""
    told = {row.ours: row for row in wrong if row.said.text in quote or quote in row.said.text}
    return list(told.values())


def _names(document: OwnDocument) -> frozenset[str]:
    """The words by which people name a document: of its title, file name, publisher and payer, not "manual"."""
    text = f"{document.title} {re.sub(r'[._-]+', ' ', document.origin)} {document.publisher} {document.payer}"
    return frozenset(stem for stem in tokenize(text) if not stem.isdigit()) - _KIND_WORDS - FILLERS


def _beside_kind_words(stems: Sequence[str]) -> frozenset[str]:
    """The words before "manual", "policy" and the like, and behind it after "of" or "called"; empty without one."""
    near: set[str] = set()
    for at, stem in enumerate(stems):
        if stem in _KIND_WORDS:
            near.update(stems[max(0, at - _BEFORE) : at])
            if set(stems[at + 1 : at + 2]) & _LINKING:
                near.update(stems[at + 2 : at + _BEHIND])
    return frozenset(near)


def _covered(wanted: dict[str, float], text: str) -> float:
    """Share (0 to 1) of the wanted words' weight that a text holds."""
    held = set(tokenize(text))
    return sum(weight for stem, weight in wanted.items() if stem in held) / (sum(wanted.values()) or 1.0)


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Where the sentences and lines of a passage begin and end."""
    start = 0
    for match in _SENTENCE_END.finditer(text):
        if text[start : match.start()].strip():
            yield start, match.start()
        start = match.end()
    if text[start:].strip():
        yield start, len(text)


def _joined(text: str, spans: Sequence[tuple[int, int]], first: int, last: int) -> bool:
    """Whether sentences stand in one paragraph without a gap and are short enough together to be quoted."""
    start, end = spans[first][0], spans[last][1]
    gaps = (text[spans[at][1] : spans[at + 1][0]] for at in range(first, last))
    return end - start <= _LONGEST_QUOTE and all(gap.strip() == "" and "\n" not in gap for gap in gaps)
