"""Rows of the tables that the guard reads: what is declined, and the words that mark and clear identifiers."""

from __future__ import annotations

from typing import Literal

from corpus.rows import Items, Row, Text

DeclineKind = Literal[
    "crisis",
    "clinical-advice",
    "business-advice",
    "legal-advice",
    "other-specialty",
    "unrelated",
    "invent-code",
    "upcoding",
    "sure-payment",
    "instructions",
    "contact-data",
    "statistics",
    "forecast",
    "product-opinion",
]


class Decline(Row):
    """One kind of request that is not answered (`declines.csv`).

    `status` is `no_evidence` for what is of our field but that no statement can hold, such as a fax number.

    `reply` says why in one or two sentences and `help` what we can do instead; `priority` decides between kinds
    that fit a message equally well (lowest first). `sources` is filled where the reply states a fact.
    """

    kind: DeclineKind
    status: Literal["out_of_scope", "refused", "no_evidence"]
    priority: int
    reply: Text
    help: Text
    sources: Items


class DeclineExample(Row):
    """One utterance and what becomes of it (`decline_examples.csv`): declined as `kind`, or answered."""

    kind: DeclineKind | Literal["answered"]
    utterance: Text


CueRole = Literal["ask", "topic", "phrase", "clear", "ordinary"]


class DeclineCue(Row):
    """One cue of the decline matcher (`decline_cues.csv`).

    `phrase` decides alone; an `ask` and a `topic` of one kind decide together; `clear` takes a message out of the
    kind (kind `*`: billing words, which take it out of every soft kind); `ordinary` words ("what do i bill") take it
    out where only the classifier speaks for the kind. Kind `injection` marks instructions hidden
    in a message. `words` are matched as whole words without apostrophes; `*` ends a word in any way, alone it stands
    for one or two words; `...` for up to four.
    """

    kind: Text
    role: CueRole
    words: Text


class Premise(Row):
    """Something that people take for granted and that is not so, or no longer (`premises.csv`).

    It is told by phrases, written as in `decline_cues.csv`: one of `about`, one of `also` and one of `says` (an empty
    list asks for nothing), and none of `unless`. With one of `yes_to` the question is whether a thing is allowed
    that the premise would forbid, so that the answer is yes. `payers` are those of whom it is not so; `statements`
    correct it, the first of them first, on the dates on which they hold.
    """

    premise: Text
    about: Items
    also: Items
    says: Items
    unless: Items
    yes_to: Items
    payers: Items
    statements: Items


GuardSlot = Literal["name-cue", "title", "particle", "not-name", "id-cue", "dob-cue", "street"]


class GuardWord(Row):
    """One word of the identifier recognizers (`guard_words.csv`).

    `tag` is the placeholder of an `id-cue`; `person` or `weak` of a `name-cue` (a weak one needs a known given name
    after it); `suffix` or `strong` of a `street` (a strong one also counts in lower case).
    """

    slot: GuardSlot
    word: Text
    tag: Text


class PersonNames(Row):
    """Names with one initial (`person_names.csv`), lower case; the commonest family names stand twice."""

    kind: Literal["given", "family", "common-family"]
    initial: Text
    names: Items


class Words(Row):
    """Words with one initial (`words.csv`), lower case: what is no name by itself.

    `field` words occur in our corpus, `english` ones are the commonest others.
    """

    kind: Literal["field", "english"]
    initial: Text
    words: Items
