"""Findings to one Answer: bottom line first, numbered evidence, codes, warnings, at most one question back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.answer import (
    Answer,
    AnswerWarning,
    Assumption,
    Citation,
    Clarify,
    CodeAdvice,
    Sentence,
    SourceRef,
    Verdict,
)
from bot.evidence import Claim, Evidence, Finding, from_row
from bot.question import Facts
from bot.respond import ASK, NOTHING, PAST_HORIZON
from bot.turn import Draft, Turn
from corpus.knowledge import Knowledge

SHOWN_SENTENCES = 7
"""Sentences shown at once; the rest goes behind "more"."""

_FIXED = "fixedtext:"
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


def compose(knowledge: Knowledge, turn: Turn) -> Draft:
    """A draft from the turn's findings, strongest first."""
    findings = turn.findings
    draft = Draft(
        verdict=(_same_as_before(turn) or _verdict(findings)) if turn.read.polar else None,
        claims=(*_crisis(knowledge, turn), *_claims(findings)),
        codes=_codes(findings),
        warnings=(*_screened(knowledge, turn), *_warnings(findings)),
        clarify=next((finding.clarify for finding in findings if finding.clarify), None),
        assumptions=_assumptions(findings),
    )
    rules = {finding.rule for finding in findings if finding.claims}
    if rules <= {NOTHING, PAST_HORIZON}:
        draft.status = "no_evidence"
    elif rules <= {ASK}:
        draft.status = "needs_clarification"
    return draft


def _crisis(knowledge: Knowledge, turn: Turn) -> tuple[Claim, ...]:
    """Whom to call, above the answer, when someone may be in danger and billing was asked all the same."""
    if turn.screened is None or not turn.screened.crisis:
        return ()
    row = next(row for row in knowledge.declines if row.kind == "crisis")
    return (Claim(row.reply, (from_row(knowledge, row, ("kind", "reply")),)),)


def _screened(knowledge: Knowledge, turn: Turn) -> tuple[AnswerWarning, ...]:
    """What the guard did: identifiers replaced (by kind, never by value), news or orders in the message set aside."""
    if turn.screened is None:
        return ()
    found = []
    if turn.screened.phi:
        text = knowledge.fixed_texts["phi"].text.format(kinds=", ".join(turn.screened.phi))
        found.append(AnswerWarning(kind="phi", text=text))
    if turn.screened.injection:
        found.append(AnswerWarning(kind="compliance", text=knowledge.fixed_texts["false-update"].text))
    return tuple(found)


def answer(knowledge: Knowledge, turn: Turn, versions: dict[str, str]) -> Answer:
    """The Answer of a checked draft: evidence numbered, bottom line first, seven sentences and the rest behind more."""
    draft = turn.draft
    notes = Notes(knowledge)
    sentences = [_sentence(notes, claim) for claim in draft.claims]
    if draft.verdict and sentences and not _is_fixed(draft.claims[0]):
        sentences[0] = _led(sentences[0], draft.verdict)
    shown, more = tuple(sentences[:SHOWN_SENTENCES]), tuple(sentences[SHOWN_SENTENCES:])
    return Answer(
        id=turn.item_id,
        question=turn.screened.text if turn.screened else "",
        status=draft.status,
        verdict=draft.verdict,
        answer=markdown(shown, draft.clarify),
        codes=draft.codes,
        warnings=draft.warnings,
        clarify=draft.clarify,
        sentences=shown,
        citations=tuple(notes.citations),
        assumptions=draft.assumptions,
        as_of=turn.on.isoformat(),
        knowledge=versions,
        facts=shown_facts(turn.question.facts) if turn.question else {},
        more=more,
    )


def shown_facts(facts: Facts) -> dict[str, str]:
    """The facts in force as short texts for a reader, by slot."""
    shown = {}
    for name, value in facts.stated().items():
        if name == "codes":
            shown[name] = ", ".join(mention.code for mention in facts.codes)
        elif isinstance(value, tuple):
            shown[name] = ("; " if any("," in str(item) for item in value) else ", ").join(map(str, value))
        else:
            shown[name] = str(value)
    return shown


def _is_fixed(claim: Claim) -> bool:
    """Whether a sentence is a fixed text, which takes no "Yes." before it."""
    return all(item.ref.startswith(_FIXED) for item in claim.evidence)


def _same_as_before(turn: Turn) -> Verdict | None:
    """For "same code?": whether the codes to bill are those of the last answer."""
    if "same" not in turn.read.cues or turn.previous is None:
        return None
    before = {row.code for row in turn.previous.codes if row.role == "recommended"}
    now = {row.code for row in _codes(turn.findings) if row.role == "recommended"}
    return None if not before or not now else "yes" if before == now else "no"


def _verdict(findings: Iterable[Finding]) -> Verdict | None:
    """The first verdict found; none when the answer opens with a fixed text, which settles nothing."""
    told = [finding for finding in findings if finding.claims]
    if told and not told[0].verdict and _is_fixed(told[0].claims[0]):
        return None
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
    denied: set[str] = set()
    for finding in findings:
        for row in finding.codes:
            known = held.setdefault(row.code, row)
            counted = known.units is None and row.units is not None and row.code not in denied
            if counted and known.role in (row.role, "mentioned"):
                held[row.code] = row
        denied |= {row.code for row in finding.codes if finding.verdict == "no"}
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


def without_documents(answer: Answer) -> Answer:
    """The answer without what it tells of own documents, so that removing a document leaves no copy of its words."""
    own = {citation.n for citation in answer.citations if citation.kind == "document"}
    if not own:
        return answer
    kept = tuple(row for row in answer.sentences if not own & set(row.citations))
    return answer.model_copy(
        update={
            "sentences": kept,
            "more": tuple(row for row in answer.more if not own & set(row.citations)),
            "citations": tuple(citation for citation in answer.citations if citation.n not in own),
            "answer": markdown(kept, answer.clarify),
        }
    )
