"""What every channel says in words, and an Answer as Markdown.

The labels here are the product's wording for the contract's fixed values; a channel shows them next to any color or
icon, so that no meaning rests on color alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from bot.answer import (
    Answer,
    AnswerStatus,
    AnswerWarning,
    Assumption,
    Citation,
    CitationTier,
    CodeAdvice,
    CodeRole,
    CodeState,
    EvidenceKind,
    Sentence,
    Verdict,
    WarningKind,
)

VERDICTS: Mapping[Verdict, str] = {"yes": "Yes", "no": "No", "depends": "It depends"}

STATUSES: Mapping[AnswerStatus, str] = {
    "answered": "",
    "needs_clarification": "One detail decides this",
    "out_of_scope": "Outside what this assistant covers",
    "no_evidence": "No data held, which is not permission",
    "refused": "Not something this assistant helps with",
}

ROLES: Mapping[CodeRole, str] = {
    "recommended": "Bill this",
    "alternative": "On a condition",
    "mentioned": "Mentioned",
    "rejected": "Do not bill",
}

STATES: Mapping[CodeState, str] = {
    "active": "Active",
    "deleted": "Deleted",
    "not_yet_effective": "Not yet in effect",
    "unknown": "Not in our tables",
}

TIERS: Mapping[CitationTier, str] = {
    "official": "Official",
    "payer": "Payer",
    "society": "Society",
    "vendor": "Vendor",
    "own-document": "Your document",
}

KINDS: Mapping[EvidenceKind, str] = {
    "statement": "Guidance statement",
    "table": "Table row",
    "computation": "Computation",
    "document": "Your document",
}

WARNINGS: Mapping[WarningKind, str] = {
    "deleted_code": "Deleted code",
    "unknown_code": "Unknown code",
    "stale_premise": "Out of date",
    "not_covered": "Not covered",
    "bundling": "Bundled",
    "units_limit": "Units limit",
    "time_not_met": "Time not met",
    "payer_varies": "Payer decides",
    "vintage": "Age of the data",
    "conflict": "Sources disagree",
    "assumption": "Assumption",
    "phi": "Patient details removed",
    "compliance": "Compliance",
}

STOPPING: frozenset[WarningKind] = frozenset(
    {"deleted_code", "unknown_code", "not_covered", "bundling", "units_limit", "time_not_met", "compliance"}
)
"""Warnings that can stop a claim; the others are remarks."""

TABLES: Mapping[str, str] = {
    "codes": "Code table",
    "code_history": "Code history",
    "edits": "NCCI edits",
    "gpci_2026": "Medicare localities",
    "payers": "Payer positions",
    "places": "Place of service table",
    "rates_2026": "Medicare rates",
    "time_units": "Time table",
}
"""What a table is called where the name of its file does not say it."""

WORDS: Mapping[str, str] = {
    "date": "date of service",
    "dos": "date of service",
    "pos": "place of service",
    "place": "place of service",
    "performer": "rendering provider",
    "participants": "who took part",
    "services": "service",
    "with_em": "medical visit the same day",
}
"""What a fact is called where its slot's own name does not say it."""


def slot_name(slot: str) -> str:
    """A fact's name as a reader says it: `date_of_service` becomes `Date of service`."""
    words = WORDS.get(slot, slot.replace("_", " ").replace("-", " ").strip())
    return words[:1].upper() + words[1:]


def effective_range(citation: Citation) -> str:
    """When the evidence is in force, as words; empty when no date is known."""
    start, end = citation.effective_from, citation.effective_to
    if start and end:
        return f"In effect {start} to {end}"
    if start:
        return f"In effect from {start}"
    return f"In effect until {end}" if end else ""


def evidence_title(citation: Citation) -> str:
    """The title of a piece of evidence; a table row without one is named by its table and key."""
    table, found, key = citation.ref.partition(":")
    if citation.kind != "table" or not found or citation.title != f"{table} {key}":
        return citation.title
    return f"{TABLES.get(table, table.replace('_', ' ').capitalize())}, {key.replace('@', ', ').replace('/', ', ')}"


def safe_url(url: str) -> str:
    """`url` when it is an http(s) address with a host, else empty: nothing else ever becomes a link."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    return url.strip() if parts.scheme in ("http", "https") and parts.hostname else ""


def facts_in_force(answer: Answer, names: Mapping[str, str] | None = None) -> tuple[tuple[str, str], ...]:
    """Facts as (name, value) for display, the date of service first and always present.

    `names` gives values (a payer's word, say) their names; other words lose their hyphens.
    """
    known = names or {}
    others = [
        (slot_name(slot), known.get(value) or value_words(value))
        for slot, value in answer.facts.items()
        if value and slot_name(slot) != slot_name("date")
    ]
    return ((slot_name("date"), answer.as_of), *others)


def value_words(value: str) -> str:
    """A table's word as a reader says it: hyphens between letters become spaces."""
    return _HYPHEN.sub(" ", value)


def answer_markdown(answer: Answer) -> str:
    """The whole Answer as Markdown: bottom line, warnings, sentences, codes, evidence and what was assumed.

    Text is escaped so that neither Markdown nor HTML inside it takes effect; links lead to http(s) sources only.
    """
    blocks = [
        _opening(answer),
        "\n".join(_warning(row) for row in answer.warnings),
        "\n".join(f"- {_sentence(row)}" for row in answer.sentences[1:]),
        _codes(answer.codes),
        _clarify(answer),
        "\n".join(_assumption(row) for row in answer.assumptions),
        "\n".join(("**More**\n", *(f"- {_sentence(row)}" for row in answer.more))) if answer.more else "",
        "\n".join(("**Evidence**\n", *(_evidence(row) for row in answer.citations))) if answer.citations else "",
        f"For dates of service on {plain(answer.as_of)}.",
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


_HYPHEN = re.compile(r"(?<=[a-z])-(?=[a-z])")
_SPECIAL = re.compile(r"([\\`*_\[\]<>|~#]|^[-+]|(?<=^\d)[.)])")


def plain(text: str) -> str:
    """`text` with everything escaped that Markdown or HTML would read, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split())).replace("&", "&amp;")


def _opening(answer: Answer) -> str:
    label = STATUSES[answer.status]
    text = answer.sentences[0].text if answer.sentences else answer.answer
    verdict = VERDICTS[answer.verdict] if answer.verdict else ""
    said = not verdict or text.lower().startswith(verdict.lower())
    first = f"**{plain(text)}**{_marks(answer.sentences[0])}" if answer.sentences else plain(text)
    return "\n\n".join(
        part for part in (f"_{label}_" if label else "", first if said else f"**{verdict}.** {first}") if part
    )


def _marks(sentence: Sentence) -> str:
    return "".join(f" [{n}]" for n in sentence.citations)


def _sentence(sentence: Sentence) -> str:
    return plain(sentence.text) + _marks(sentence)


def _warning(warning: AnswerWarning) -> str:
    return f"> **{WARNINGS[warning.kind]}:** {plain(warning.text)}"


def _assumption(row: Assumption) -> str:
    why = f" ({plain(row.why)})" if row.why else ""
    return f"Assumed: {plain(slot_name(row.slot))} = {plain(row.value)}{why}"


def _codes(codes: Iterable[CodeAdvice]) -> str:
    rows = tuple(codes)
    if not rows:
        return ""
    lines = ["| Code | Role | Units | Modifiers | Place | Status | Descriptor | Source | Amount |", "|" + " --- |" * 9]
    for row in rows:
        cells = (
            row.code,
            ROLES[row.role],
            "" if row.units is None else str(row.units),
            ", ".join(row.modifiers),
            ", ".join(row.pos),
            STATES[row.status],
            " - ".join(part for part in (row.descriptor, row.why) if part),
            row.descriptor_source,
            row.amount,
        )
        lines.append("| " + " | ".join(plain(cell) for cell in cells) + " |")
    return "\n".join(lines)


def _clarify(answer: Answer) -> str:
    if not answer.clarify:
        return ""
    options = "".join(f"\n- {plain(option)}" for option in answer.clarify.options)
    return f"**{plain(answer.clarify.question)}**" + (f"\n{options}" if options else "")


def _evidence(citation: Citation) -> str:
    where = ": ".join(part for part in (evidence_title(citation), citation.section) if part)
    details = ", ".join(part for part in (TIERS[citation.tier], effective_range(citation), citation.ref) if part)
    lines = [f"{citation.n}. {plain(where)} ({plain(details)})", f"   > {plain(citation.quote)}"]
    for source in citation.sources:
        url = safe_url(source.url)
        name = plain(source.title or source.url)
        dated = f", as of {plain(source.as_of)}" if source.as_of else ""
        lines.append(f"   - {f'[{name}](<{url}>)' if url else name}, {plain(source.publisher)}{dated}")
    if citation.caveat:
        lines.append(f"   - Caveat: {plain(citation.caveat)}")
    return "\n".join(lines)
