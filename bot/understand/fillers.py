"""Stems that say nothing of the subject of a message."""

from __future__ import annotations

from index.lexical import tokenize

FILLERS = frozenset(
    tokenize(
        "a an and are as at be been but by can could do does did for from get got had has have he her here him his how "
        "i if in into is it its just like me my no not now of on or our ours out put she so some than that the their "
        "them then there they thing this those to too up us use want was we were what when where which who whom why "
        "will with without would you your yours am im id ive dont doesnt isnt arent cant wont ok okay please thanks "
        "hi hello right still need really say said tell told us go goes going make made way able also any each per "
        "patient client pt one two code codes bill billing billed cpt"
    )
)
