"""Rows of the tables that the guard reads: what is declined, and the words that mark and clear identifiers."""

from __future__ import annotations

from typing import Literal

from corpus.rows import Items, Row, Text

DeclineKind = Literal[
    "crisis",
    "clinical-advice",
    "legal-advice",
    "other-specialty",
    "unrelated",
    "invent-code",
    "upcoding",
    "instructions",
]


class Decline(Row):
    """One kind of request that is not answered (`declines.csv`).

    `reply` says why in one or two sentences and `help` what we can do instead; `priority` decides between kinds
    that fit a message equally well (lowest first). `sources` is filled where the reply states a fact.
    """

    kind: DeclineKind
    status: Literal["out_of_scope", "refused"]
    priority: int
    reply: Text
    help: Text
    sources: Items


class DeclineExample(Row):
    """One utterance that is to be declined (`decline_examples.csv`)."""

    kind: DeclineKind
    utterance: Text


CueRole = Literal["ask", "topic", "phrase", "clear"]


class DeclineCue(Row):
    """One cue of the decline matcher (`decline_cues.csv`).

    `phrase` decides alone; an `ask` and a `topic` of one kind decide together; `clear` takes a message out of the
    kind (a billing word in it). `words` is matched as whole words, `*` at the end of a word stands for any ending.
    """

    kind: Text
    role: CueRole
    words: Text


GuardSlot = Literal["name-cue", "title", "given-name", "id-cue", "dob-cue", "street", "not-name"]


class GuardWord(Row):
    """One word of the identifier recognizers (`guard_words.csv`); `tag` is the kind of identifier that it marks."""

    slot: GuardSlot
    word: Text
    tag: Text
