"""The independent checker: nothing reaches a reader that the knowledge does not support.

It shares no code with the composer. Every code, number (digits or words), range, date, modifier, place of service and
name with digits in a sentence must occur, compared by value and unit, in the quotes of its evidence (`match`); every
quote is looked up again in the knowledge (`support`); computations are done again (`arithmetic`); limits may not be
turned round (`bounds`); figures of one code may not come from evidence about others; statements must be in force on
the date of service (`claims`); a code's descriptor, status, units, modifiers and places are checked against tables
and evidence (`advice`); a finished Answer is checked with its markers (`answers`).

    check_claim(claim, knowledge, on)   -> problems of one sentence
    verify(claims, knowledge, on, ...)  -> which sentences may be shown, and why the others may not
    check_answer(answer, knowledge)     -> problems of a finished Answer

Fixed texts (questions back, "nothing found") are rows of `fixed_texts.csv`: a claim cites them like any table row
(`fixedtext:KEY`) and must then read as they do; they may name any code, but a figure filled into them needs evidence
of its own. Replies of `declines.csv` may stand in an Answer without citations.

What it does not do: judge whether a sentence without figures says what its evidence says. That is why the composer
takes its words from the evidence. The figures that go into a computation are not traced to what the user said.
"""

from bot.verify.answers import check_answer
from bot.verify.claims import check_claim, check_sentence, pruned, verify
from bot.verify.problem import Dropped, Problem, ProblemKind, Verified

__all__ = [
    "Dropped",
    "Problem",
    "ProblemKind",
    "Verified",
    "check_answer",
    "check_claim",
    "check_sentence",
    "pruned",
    "verify",
]
