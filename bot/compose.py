"""Findings to one Answer: bottom line first, numbered evidence, codes, warnings, at most one question back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from bot.answer import (
    Answer,
    AnswerStatus,
    AnswerWarning,
    Assumption,
    Citation,
    Clarify,
    CodeAdvice,
    Sentence,
    SourceRef,
    Verdict,
)
from bot.evidence import Claim, Evidence, Finding
from corpus.knowledge import Knowledge

SHOWN_SENTENCES = 7
"""Sentences shown at once; the rest goes behind "more"."""

_LEADS: dict[Verdict, str] = {"yes": "Yes", "no": "No", "depends": "It depends"}


class Notes:
    """Numbers evidence in order of first use; the same evidence keeps its number."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._numbers: dict[tuple[str, str, str], int] = {}
        self.citations: list[Citation] = []

    def number(self, evidence: Evidence) -> int:
        """The citation number of `evidence`."""
        key = (evidence.kind, evidence.ref, evidence.quote)
        if key not in self._numbers:
            self._numbers[key] = len(self.citations) + 1
            self.citations.append(self._citation(self._numbers[key], evidence))
        return self._numbers[key]

    def _citation(self, n: int, evidence: Evidence) -> Citation:
        sources = self._knowledge.sources
        refs = tuple(
            SourceRef(title=row.title, publisher=row.publisher, url=row.url, as_of=row.as_of or "", tier=row.tier)
            for row in (sources.get(source) for source in evidence.sources if source in sources)
        )
        return Citation(
            n=n,
            kind=evidence.kind,
            ref=evidence.ref,
            title=evidence.title,
            section=evidence.section,
            quote=evidence.quote,
            sources=refs,
            tier=evidence.tier,
            effective_from=evidence.effective_from.isoformat() if evidence.effective_from else None,
            effective_to=evidence.effective_to.isoformat() if evidence.effective_to else None,
            caveat=evidence.caveat,
        )


def compose(
    knowledge: Knowledge,
    findings: Sequence[Finding],
    *,
    item_id: str,
    question: str,
    polar: bool,
    as_of: dt.date,
    status: AnswerStatus = "answered",
    versions: dict[str, str],
    facts: dict[str, str],
) -> Answer:
    """One Answer from verified findings, strongest first."""
    notes = Notes(knowledge)
    verdict = _verdict(findings) if polar else None
    claims = _claims(findings)
    sentences = [_sentence(notes, claim) for claim in claims]
    if verdict and sentences:
        sentences[0] = _led(sentences[0], verdict)
    shown, more = tuple(sentences[:SHOWN_SENTENCES]), tuple(sentences[SHOWN_SENTENCES:])
    clarify = next((finding.clarify for finding in findings if finding.clarify), None)
    return Answer(
        id=item_id,
        question=question,
        status=status,
        verdict=verdict,
        answer=markdown(shown, clarify),
        codes=_codes(findings),
        warnings=_warnings(findings),
        clarify=clarify,
        sentences=shown,
        citations=tuple(notes.citations),
        assumptions=_assumptions(findings),
        as_of=as_of.isoformat(),
        knowledge=versions,
        facts=facts,
        more=more,
    )


def _verdict(findings: Iterable[Finding]) -> Verdict | None:
    return next((finding.verdict for finding in findings if finding.verdict), None)


def _claims(findings: Iterable[Finding]) -> list[Claim]:
    claims: dict[str, Claim] = {}
    for finding in findings:
        for claim in finding.claims:
            claims.setdefault(claim.text, claim)
    return list(claims.values())


def _sentence(notes: Notes, claim: Claim) -> Sentence:
    return Sentence(text=claim.text, citations=tuple(dict.fromkeys(notes.number(item) for item in claim.evidence)))


def _led(sentence: Sentence, verdict: Verdict) -> Sentence:
    lead = _LEADS[verdict]
    if sentence.text.lower().startswith(lead.lower()):
        return sentence
    return Sentence(text=f"{lead}. {sentence.text}", citations=sentence.citations)


def _codes(findings: Iterable[Finding]) -> tuple[CodeAdvice, ...]:
    held: dict[str, CodeAdvice] = {}
    for finding in findings:
        for row in finding.codes:
            held.setdefault(row.code, row)
    order = {"recommended": 0, "alternative": 1, "rejected": 2, "mentioned": 3}
    return tuple(sorted(held.values(), key=lambda row: order[row.role]))


def _warnings(findings: Iterable[Finding]) -> tuple[AnswerWarning, ...]:
    return tuple({(w.kind, w.text): w for finding in findings for w in finding.warnings}.values())


def _assumptions(findings: Iterable[Finding]) -> tuple[Assumption, ...]:
    return tuple({a.slot: a for finding in findings for a in finding.assumptions}.values())


def marked(sentence: Sentence) -> str:
    """The sentence with its citation marks: `text [1] [2]`."""
    marks = " ".join(f"[{n}]" for n in sentence.citations)
    return f"{sentence.text} {marks}".rstrip()


def markdown(sentences: Sequence[Sentence], clarify: Clarify | None) -> str:
    """The answer text: the bottom line as a paragraph, the rest as a list, then the question back."""
    if not sentences:
        return clarify.question if clarify else ""
    parts = [marked(sentences[0])]
    if len(sentences) > 1:
        parts.append("\n".join(f"- {marked(sentence)}" for sentence in sentences[1:]))
    if clarify is not None:
        options = f" ({' / '.join(clarify.options)})" if clarify.options else ""
        parts.append(f"{clarify.question}{options}")
    return "\n\n".join(parts)
