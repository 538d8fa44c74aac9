"""What a document says, sentence by sentence, with the codes that each sentence is about and where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from corpus.consistency.text import Group, code_groups, split_sentences
from corpus.knowledge import Knowledge
from corpus.own.store import Held, OwnDocument

_DASHES = str.maketrans({dash: "-" for dash in "‐‑‒–—−"} | {"’": "'", "‘": "'", "“": '"', "”": '"', "\xa0": " "})
_SUBJECT = re.compile(r"^(?:this|the|that|these|such) codes?\b|^it\b", re.IGNORECASE)
_HISTORY = re.compile(
    r"""\b(?:
      deleted?|deletes|discontinued|retired|replac\w+|no\ longer|obsolete|formerly|former|previous(?:ly)?|old(?:er)?
    | invalid|expired?|sunset|removed|historical|legacy|crosswalk\w*|used\ to\ be|(?:was|were)\ (?:used|reported|billed)
    | until|through\ (?:19|20)\d\d|prior\ to|before|ended|end-dated|superseded|instead\ of|end(?:s|ed)?\ (?:of|on)
    | (?:do|does|should|must|shall|may|can)\ ?not\ (?:be\ )?(?:use|bill|report)\w*|never\ (?:use|bill|report)\w*
    | not\ (?:be\ )?(?:reportable|billable|valid|active|payable)|terminat\w+|denied|reject\w+|successors?|eliminated
    | out\ of\ date|outdated|inactive|stop(?:ped)?
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True)
class Said:
    """One sentence, list item or table row of a document.

    `text` is copied from the document; `plain` has the same length with one kind of dash and quote. `groups` are the
    codes it names; a sentence that says "this code" is about the code of the sentence or heading before (`subject`).
    """

    held: Held
    document: OwnDocument
    text: str
    plain: str
    groups: tuple[Group, ...]
    kind: str = "text"
    subject: tuple[str, ...] = ()
    before: str = ""
    context: str = field(default="", repr=False)

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes named, ranges spelled out, else those meant by "this code"."""
        named = dict.fromkeys(code for group in self.groups for code in group.codes)
        return tuple(named) or self.subject

    @property
    def tells_history(self) -> bool:
        """Whether the sentence, or the heading above it, speaks of codes that are gone or not to be used."""
        return bool(_HISTORY.search(self.plain) or _HISTORY.search(self.held.excerpt.section))

    @property
    def for_medicare(self) -> bool:
        """Whether Medicare's own rules are spoken of."""
        return bool(re.search(r"\bmedicare\b(?! advantage)|\bCMS\b|\bNCCI\b", self.context, re.IGNORECASE))


def sentences(knowledge: Knowledge, document: OwnDocument, parts: Sequence[Held]) -> Iterator[Said]:
    """Everything that `parts` say in order, headings that name codes included, questions left out."""
    heading = ""
    before = ""
    subject: tuple[str, ...] = ()
    for held in parts:
        if held.excerpt.section != heading:
            heading = held.excerpt.section
            subject, before = (), ""
            said = _said(knowledge, document, held, held.excerpt.heading, "heading", (), "")
            if said.groups:
                yield said
                subject = said.codes
        for line in held.excerpt.text.split("\n"):
            row = " | " in line or document.format == "csv"
            for text in [line] if row else split_sentences(line):
                kind = "row" if row else "question" if _asked(line, text) else "text"
                said = _said(knowledge, document, held, text, kind, subject, before)
                if kind != "question":
                    yield said
                before = text
                if said.groups:
                    subject = said.codes if len(said.codes) == 1 else ()


def _asked(line: str, text: str) -> bool:
    """Whether a sentence of a line is a question, which asserts nothing."""
    end = line.find(text) + len(text)
    return line[end : end + 1] == "?"


def _said(
    knowledge: Knowledge,
    document: OwnDocument,
    held: Held,
    text: str,
    kind: str,
    subject: tuple[str, ...],
    before: str,
) -> Said:
    plain = text.translate(_DASHES)
    groups = tuple(code_groups(plain, knowledge.known_codes, lambda code: _active(knowledge, code)))
    meant = subject if not groups and _SUBJECT.match(plain) else ()
    context = f"{document.title} {document.payer} {held.excerpt.section} {plain}"
    return Said(held, document, text, plain, groups, kind, meant, before, context)


def _active(knowledge: Knowledge, code: str) -> bool:
    row = knowledge.codes.find(code)
    return row is None or row.status == "active"
