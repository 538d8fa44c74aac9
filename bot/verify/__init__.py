"""The independent checker: nothing reaches a reader that the knowledge does not support.

It shares no code with the composer. Every code, number (digits or words), range, date, modifier and place of service
in a sentence must occur, compared by value, in the quotes of its evidence; every quote is looked up again in the
knowledge; computations are done again; statements must be in force on the date of service; a code's descriptor,
status, units, modifiers and places are checked against tables and evidence.

    check_claim(claim, knowledge, on)   -> problems of one sentence
    verify(claims, knowledge, on, ...)  -> which sentences may be shown, and why the others may not
    check_answer(answer, knowledge)     -> problems of a finished Answer

Fixed texts (declines, questions back, "nothing found") are rows of `fixed_texts.csv` and `declines.csv`: a claim cites
them like any table row (`fixedtext:KEY`, `decline:KIND`), and their wording is then checked like any other quote.

What it does not do: judge whether a sentence without figures says what its evidence says. That is why the composer
takes its words from the evidence.
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
