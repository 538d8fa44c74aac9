"""The matter of a talk in the knowledge's own words, so that a turn of few words is looked up with its subject.

"How long do I have to appeal?" - "and the next level after that?": the second turn says nothing of appeals. What is
remembered are no words of a message, but those of the statements that answered it which the message used, too.
"""

from __future__ import annotations

import calendar

from bot.answer import Answer
from bot.question import Question
from bot.understand.fillers import FILLERS
from bot.understand.lexicon import Lexicon
from corpus.knowledge import Knowledge
from index.lexical import tokenize

_LEADING = 2
"""Statements of an answer whose words are looked at."""
_MOST = 10
_DATES = frozenset(tokenize(" ".join((*calendar.month_name, *calendar.month_abbr, "year today yesterday"))))
"""Words of dates, which are facts, too."""


def matter_of(knowledge: Knowledge, lexicon: Lexicon, question: Question, answer: Answer) -> tuple[str, ...]:
    """Words of the question that also stand in the statements that lead its answer, the earlier matter behind them.

    A turn that names a matter of its own leaves nothing of the one before. Payers and dates are facts, no part of it.
    """
    refs = [cited.ref for cited in answer.citations if cited.kind == "statement"][:_LEADING]
    rows = [knowledge.statements.get(ref) for ref in refs]
    texts = [row.text for row in rows]
    texts += [typical.question for ref in refs for typical in knowledge.asked.get(ref, ())]
    held = {stem for text in texts for stem in tokenize(text)} - FILLERS
    shared = [word for word in question.search_text.split() if held.issuperset(tokenize(word))]
    heading = [word for word in rows[0].section.lower().split() if tokenize(word)] if rows else []
    idle = FILLERS | _DATES
    named = [word for word in (*shared, *heading) if word.isalpha() and not idle.issuperset(tokenize(word))]
    words = (*question.denials, *named, *question.about)
    kept = (word for word in words if not lexicon.mentions(lexicon.read(word), "payer"))
    return tuple(dict.fromkeys(kept))[:_MOST]
