"""Turns about the last answer: why, are you sure, shorter, show the sources. Nothing new is claimed.

"Are you sure?" checks the last answer again, from nothing but its contents and the knowledge, and stands by it; it
never gives in, because no argument of the user is evidence.
"""

from __future__ import annotations

from collections.abc import Callable

from bot.answer import Answer, Sentence
from bot.compose import markdown
from bot.question import Question
from bot.verify import check_answer
from corpus.knowledge import Knowledge

_DOUBT = "doubt"
_LONGEST_MOVE, _LONGEST_DOUBT = 8, 16


def move_of(question: Question, previous: Answer | None) -> str | None:
    """The name of the move when a turn is only about the last answer, else None."""
    if previous is None or not previous.sentences or question.stated.stated():
        return None
    move = next((cue for cue in question.cues if cue in _MOVES), None)
    if question.doubted:
        return _DOUBT
    longest = _LONGEST_DOUBT if move == _DOUBT else _LONGEST_MOVE
    return move if len(question.text.split()) <= longest else None


def revisit(knowledge: Knowledge, move: str, previous: Answer, item_id: str, asked: str) -> Answer:
    """The last answer seen in another way; its citations, codes and warnings stay."""
    sentences = _MOVES[move](knowledge, previous)
    return previous.model_copy(
        update={
            "id": item_id,
            "question": asked,
            "sentences": sentences,
            "answer": markdown(sentences, previous.clarify),
            "more": (),
        }
    )


def _why(_: Knowledge, previous: Answer) -> tuple[Sentence, ...]:
    return (*previous.sentences[1:], *previous.more) or previous.sentences


def _doubt(knowledge: Knowledge, previous: Answer) -> tuple[Sentence, ...]:
    key = "checked-again" if not check_answer(previous, knowledge) else "checked-failed"
    return (Sentence(text=knowledge.fixed_texts[key].text), *previous.sentences)


def _shorter(_: Knowledge, previous: Answer) -> tuple[Sentence, ...]:
    return previous.sentences[:1]


def _sources(_: Knowledge, previous: Answer) -> tuple[Sentence, ...]:
    return tuple(Sentence(text=citation.quote, citations=(citation.n,)) for citation in previous.citations)


_MOVES: dict[str, Callable[[Knowledge, Answer], tuple[Sentence, ...]]] = {
    "why": _why,
    "doubt": _doubt,
    "shorter": _shorter,
    "sources": _sources,
}
