"""Checking a finished Answer once more, from nothing but its own contents and the knowledge."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from bot.answer import Answer, Citation, Sentence
from bot.verify.advice import check_advice, check_warning, coverage
from bot.verify.claims import check_sentence
from bot.verify.match import unsupported
from bot.verify.problem import Problem
from bot.verify.support import Documents, Support, fixed_support, read_evidence, template
from bot.verify.tokens import tokens
from corpus.knowledge import Knowledge

_MARKER = re.compile(r"\[(\d{1,3})\]")
_LIST_NUMBER = re.compile(r"^\s*\d+[.)]\s", re.M)
_SENTENCE_END = re.compile(r"(?<=[.!?])(?=(?:\s*\[\d{1,3}\])*\s+(?:[A-Z*0-9-]|$))|\n+")


def check_answer(answer: Answer, knowledge: Knowledge, documents: Documents | None = None) -> tuple[Problem, ...]:
    """Everything in a finished answer that the knowledge does not support; empty when all of it holds.

    Checked are each quote, each sentence against the citations it names, each piece of the Markdown against its
    markers, and the codes and warnings. Sentences without citations must be fixed texts of the tables (declines,
    questions back) or the answer's own `clarify` question.
    """
    on = date.fromisoformat(answer.as_of)
    problems: list[Problem] = []
    supports: dict[int, Support] = {}
    for citation in answer.citations:
        supports[citation.n], wrong = read_evidence(citation, knowledge, documents)
        problems += wrong
    fixed = _Fixed(answer, knowledge)
    every = [*supports.values(), coverage(knowledge)]
    for sentence in (*answer.sentences, *answer.more):
        problems += _sentence(sentence, answer.citations, knowledge, on, fixed, every, documents)
    problems += _markdown(answer, supports, knowledge, on, fixed)
    held = [supports[citation.n] for citation in answer.citations if citation.kind != "document"]
    for code in answer.codes:
        problems += check_advice(code, held, knowledge, on)
    for warning in answer.warnings:
        problems += check_warning(warning, held, knowledge, on)
    return tuple(dict.fromkeys(problems))


class _Fixed:
    """What may be said without a citation: fixed texts of the tables and the answer's own question back."""

    def __init__(self, answer: Answer, knowledge: Knowledge) -> None:
        texts = [f"{row.reply} {row.help}" for row in knowledge.declines]
        if answer.clarify is not None:
            texts += [answer.clarify.question, *answer.clarify.options]
        self._texts = "\n".join(_flat(text) for text in texts)
        self._templates = [(template(_flat(row.text)), _flat(row.text)) for row in knowledge.fixed_texts.values()]

    def own_words(self, text: str) -> Support | None:
        """What a fixed text supports by itself (not its filled placeholders), or None when `text` is none."""
        if text in self._texts:
            return fixed_support(text)
        for pattern, words in self._templates:
            if text in words or pattern.fullmatch(text):
                return fixed_support(words)
        return None


def _flat(text: str) -> str:
    return " ".join(_MARKER.sub(" ", text).replace("*", "").split())


def _sentence(
    sentence: Sentence,
    citations: Sequence[Citation],
    knowledge: Knowledge,
    on: date,
    fixed: _Fixed,
    every: Sequence[Support],
    documents: Documents | None,
) -> tuple[Problem, ...]:
    text = _MARKER.sub(" ", sentence.text).strip()
    own = None if sentence.citations else fixed.own_words(_flat(text))
    if own is not None:
        return tuple(unsupported(text, tokens(text), [own, *every], knowledge, on))
    numbers = {citation.n for citation in citations}
    missing = [n for n in sentence.citations if n not in numbers]
    if missing:
        return tuple(Problem("marker", f"[{n}]", text) for n in missing)
    cited = [citation for citation in citations if citation.n in sentence.citations]
    return check_sentence(text, cited, knowledge, on, documents)


def _markdown(
    answer: Answer, supports: dict[int, Support], knowledge: Knowledge, on: date, fixed: _Fixed
) -> list[Problem]:
    """Markers without a citation, and figures in the displayed text that the marked citations do not hold.

    A piece without a marker of its own (the bottom line, a row of a list) is held against all citations together.
    """
    problems = []
    every = [*supports.values(), coverage(knowledge)]
    for piece in _pieces(answer.answer):
        numbers = [int(n) for n in _MARKER.findall(piece)]
        problems += [Problem("marker", f"[{n}]", piece) for n in numbers if n not in supports]
        text = _flat(_LIST_NUMBER.sub("", piece))
        own = fixed.own_words(text) if text else None
        marked = [supports[n] for n in numbers if n in supports] or every
        problems += unsupported(text, tokens(text), [*marked, own] if own else marked, knowledge, on)
    return problems


def _pieces(markdown: str) -> list[str]:
    """The sentences of a Markdown text, each with the markers that follow it."""
    pieces: list[str] = []
    for part in _SENTENCE_END.split(markdown):
        markers = re.match(r"\s*((?:\[\d{1,3}\]\s*)+)", part or "")
        if markers and pieces:
            pieces[-1] += f" {markers[1]}"
            part = part[markers.end() :]
        if part and part.strip():
            pieces.append(part.strip())
    return pieces
