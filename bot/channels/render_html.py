"""An Answer as HTML: bottom line first, numbered marks that lead to the exact words, codes as a table.

Every text is escaped where it enters and the whole fragment passes an allow-list at the end, so that neither a
document nor a message can bring markup, a script or a link of its own. Links lead to http(s) sources only. The
fragment holds no line break: a Markdown reader treats it as one HTML block and leaves its text alone.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from html import escape
from pathlib import Path

import nh3

from bot.answer import Answer, AnswerWarning, Citation, Clarify, CodeAdvice, Sentence, SourceRef, Verdict
from bot.channels.render import (
    KINDS,
    ROLES,
    STATES,
    STATUSES,
    STOPPING,
    TIERS,
    VERDICTS,
    WARNINGS,
    answer_markdown,
    effective_range,
    evidence_title,
    safe_url,
    slot_name,
    value_words,
)
from bot.followups import follow_ups
from bot.logs import digest
from corpus.codes import CODE_SHAPE

_ATTRIBUTES = {
    "*": {"class", "id"},
    "a": {"href", "target"},
    "ul": {"aria-label", "tabindex"},
    "th": {"scope"},
}
_TAGS = {
    *("div", "p", "span", "br", "b", "strong", "small", "sup", "a", "ul", "ol", "li", "h2", "blockquote"),
    *("table", "caption", "thead", "tbody", "tr", "th", "td", "details", "summary", "aside"),
}


def clean(html: str) -> str:
    """The fragment with nothing but allowed tags and attributes, http(s) links and no line break."""
    return _one_line(nh3.clean(html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes={"http", "https"}))


def _one_line(html: str) -> str:
    return " ".join(html.replace("\t", " ").splitlines())


def message_html(text: str) -> str:
    """A user's message as text, line breaks kept; nothing in it takes effect."""
    return clean(f'<div class="cc-said">{"<br>".join(escape(line) for line in text.splitlines())}</div>')


def notice_html(text: str, detail: str = "") -> str:
    """A calm note of our own in place of an answer, with an optional line in small print."""
    small = f'<p class="cc-fine">{escape(detail)}</p>' if detail else ""
    return clean(
        f'<div class="cc-answer"><div class="cc-body"><p class="cc-note">{escape(text)}</p>{small}</div></div>'
    )


def answer_html(answer: Answer, *, sentences: int | None = None) -> str:
    """The Answer as one HTML fragment.

    Args:
        answer: what the engine returned.
        sentences: how many sentences to show while the answer is being written; None shows the whole of it.
    """
    key = f"a{digest(answer.id)}"
    partial = sentences is not None
    shown = answer.sentences[:sentences]
    parts = [_opening(answer, shown, key), _warnings(answer), _code_tables(answer)]
    parts += [_paragraph(row, answer, key) for row in shown[1:]]
    if not partial:
        parts += [_assumptions(answer), _more(answer, key), _copy(answer)]
    body = f'<div class="cc-body">{"".join(parts)}</div>'
    aside = "" if partial else _evidence_list(answer.citations, key)
    return clean(f'<div class="cc-answer">{body}{aside}</div>')


def clarify_html(clarify: Clarify) -> str:
    """The question back to the user; the channel puts the options below it."""
    return clean(f'<p class="cc-question">{escape(clarify.question)}</p>')


def facts_html(answer: Answer | None, names: Mapping[str, str] | None = None) -> str:
    """The facts in force as chips; an invitation before the first answer. `names` gives values their names."""
    if answer is None:
        return clean('<p class="cc-fine">Facts you state (minutes, payer, place, who) will show here.</p>')
    known = names or {}
    shown = (("date", answer.as_of), *((slot, value) for slot, value in answer.facts.items() if slot not in _DATES))
    chips = "".join(_chip(slot, value, known) for slot, value in shown if value)
    return _clean_chips(f'<ul class="cc-chips" aria-label="Facts in force, press one to change it">{chips}</ul>')


_DATES = ("date", "dos", "date_of_service")


def _chip(slot: str, value: str, names: Mapping[str, str]) -> str:
    """One fact as a button; `data-say` is the question that changes it, which the script fills in."""
    name = slot_name(slot)
    words = names.get(value) or value_words(value)
    say = corrections().get(slot, f"And if {name.lower()} is {{value}}?")
    return (
        f'<li class="cc-chip"><button type="button" class="cc-chip-edit" data-slot="{escape(slot)}" '
        f'data-name="{escape(name)}" data-value="{escape(words)}" data-say="{escape(say)}">'
        f'<span class="cc-chip-name">{escape(name)}</span> {escape(words)}</button></li>'
    )


@cache
def corrections(path: Path = Path(__file__).parent / "web" / "corrections.csv") -> dict[str, str]:
    """How a changed fact is said, by slot."""
    with path.open(newline="", encoding="utf-8") as handle:
        return {row["slot"]: row["say"] for row in csv.DictReader(handle)}


def _clean_chips(html: str) -> str:
    button = {"type", "data-slot", "data-name", "data-value", "data-say"}
    return _one_line(nh3.clean(html, tags={*_TAGS, "button"}, attributes={**_ATTRIBUTES, "button": button}))


_TOKEN = re.compile(rf"(?P<date>\b\d{{4}}-\d\d-\d\d\b)|{CODE_SHAPE.pattern}")
_COLUMN = re.compile(r"; (?=[a-z_0-9]+: )")
MARKS_KEPT_TOGETHER, LONGEST_WORD_KEPT = 4, 20
"""Up to so many marks stay on one line with the last word, when that is no longer than this (characters)."""

EVIDENCE_SHOWN = 6
"""Evidence listed before the rest is folded away."""


def _write(text: str) -> str:
    """Escaped text, codes in a heavier weight and dates kept on one line."""
    parts, at = [], 0
    for found in _TOKEN.finditer(text):
        tag = "span" if found["date"] else "b"
        parts += [escape(text[at : found.start()]), f'<{tag} class="cc-{tag}">{escape(found[0])}</{tag}>']
        at = found.end()
    return "".join(parts) + escape(text[at:])


def _opening(answer: Answer, shown: tuple[Sentence, ...], key: str) -> str:
    label = STATUSES[answer.status]
    status = f'<p class="cc-status">{escape(label)}</p>' if label else ""
    text = _sentence(shown[0], key, answer.verdict) if shown else _write(answer.answer)
    badges = "".join(
        _badge(WARNINGS[row.kind], _weight(row)) for row in answer.warnings if shown and row.text == shown[0].text
    )
    if answer.verdict and not (shown and _verdict_word(shown[0].text, answer.verdict)):
        badges = _badge(VERDICTS[answer.verdict], answer.verdict) + badges
    return f'{status}<p class="cc-bottom">{badges}{text}</p>'


def _badge(words: str, look: str) -> str:
    return f'<span class="cc-verdict cc-{look}">{words}</span> '


def _verdict_word(text: str, verdict: Verdict) -> str:
    """The word with which the sentence itself gives the verdict, punctuation included; empty when it does not."""
    word = VERDICTS[verdict]
    rest = text[len(word) :]
    return text[: len(word) + 1] if text.lower().startswith(word.lower()) and rest[:1] in (".", ",", ":", ";") else ""


def _sentence(sentence: Sentence, key: str, verdict: Verdict | None = None) -> str:
    """A sentence with its marks; when it begins with the answer's verdict, that word becomes the badge."""
    word = _verdict_word(sentence.text, verdict) if verdict else ""
    badge = _badge(escape(word), verdict) if verdict and word else ""
    text = sentence.text[len(word) :].lstrip() if word else sentence.text
    if not sentence.citations:
        return badge + _write(text)
    marks = "".join(
        f'<a class="cc-mark" href="#{key}e{n}"><span class="cc-out">Evidence </span>{n}</a>' for n in sentence.citations
    )
    start, space, last = text.rpartition(" ")
    if len(sentence.citations) > MARKS_KEPT_TOGETHER or len(last) > LONGEST_WORD_KEPT:
        return f'{badge}{_write(text)}<sup class="cc-marks">{marks}</sup>'
    tail = f'<span class="cc-span">{_write(last)}<sup class="cc-marks">{marks}</sup></span>'
    return f"{badge}{_write(start)}{space}{tail}"


def _weight(warning: AnswerWarning) -> str:
    return "stop" if warning.kind in STOPPING else "heed"


def _warnings(answer: Answer) -> str:
    """Warnings that no sentence says in the same words."""
    said = {row.text for row in answer.sentences}
    rows = "".join(
        f'<li class="cc-warning cc-{_weight(row)}"><strong>{WARNINGS[row.kind]}:</strong> {_write(row.text)}</li>'
        for row in answer.warnings
        if row.text not in said
    )
    return f'<ul class="cc-warnings">{rows}</ul>' if rows else ""


def _paragraph(sentence: Sentence, answer: Answer, key: str) -> str:
    """One sentence; it looks like a warning, and says which, when a warning has the same words."""
    same = next((row for row in answer.warnings if row.text == sentence.text), None)
    if same is None:
        return f'<p class="cc-sentence">{_sentence(sentence, key)}</p>'
    label = f"<strong>{WARNINGS[same.kind]}:</strong> "
    return f'<p class="cc-warning cc-{_weight(same)}">{label}{_sentence(sentence, key)}</p>'


def _code_tables(answer: Answer) -> str:
    """The codes that decide, and below them, folded away, those that sentences only mention."""
    decisive = tuple(row for row in answer.codes if row.role != "mentioned")
    mentioned = tuple(row for row in answer.codes if row.role == "mentioned")
    if not decisive:
        return _code_table(mentioned, "Codes")
    table = _code_table(decisive, "Codes")
    if not mentioned:
        return table
    summary = f"<summary>Codes mentioned ({len(mentioned)})</summary>"
    return f'{table}<details class="cc-more">{summary}{_code_table(mentioned, "")}</details>'


def _code_table(codes: tuple[CodeAdvice, ...], caption: str) -> str:
    if not codes:
        return ""
    optional: tuple[tuple[str, Callable[[CodeAdvice], str]], ...] = (
        ("Units", lambda row: "" if row.units is None else str(row.units)),
        ("Modifiers", lambda row: ", ".join(row.modifiers)),
        ("Place", lambda row: ", ".join(row.pos)),
        ("Amount", lambda row: row.amount),
    )
    columns = [(name, value) for name, value in optional if any(value(row) for row in codes)]
    head = "".join(f'<th scope="col">{name}</th>' for name in ("Code", "Role", *(name for name, _ in columns)))
    rows = "".join(_code_row(row, columns) for row in codes)
    title = f"<caption>{caption}</caption>" if caption else ""
    return (
        f'<table class="cc-codes">{title}'
        f'<thead><tr>{head}<th scope="col">Status</th><th scope="col">Descriptor</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def _code_row(row: CodeAdvice, columns: Iterable[tuple[str, Callable[[CodeAdvice], str]]]) -> str:
    cells = "".join(
        f'<td{"" if value(row) else " class=cc-empty"}><span class="cc-cell">{name}</span>{escape(value(row))}</td>'
        for name, value in columns
    )
    why = f'<br><span class="cc-why">{_write(row.why)}</span>' if row.why else ""
    return (
        f'<tr class="cc-row-{row.role}"><th scope="row">{escape(row.code)}</th>'
        f'<td><span class="cc-role cc-{row.role}">{ROLES[row.role]}</span></td>{cells}'
        f'<td><span class="cc-cell">Status</span>'
        f'<span class="cc-state cc-{row.status}">{STATES[row.status]}</span></td>'
        f'<td class="cc-descriptor">{escape(row.descriptor)}{why}'
        f'<br><span class="cc-source">{escape(row.descriptor_source)}</span></td></tr>'
    )


def _assumptions(answer: Answer) -> str:
    if not answer.assumptions:
        return ""
    rows = "; ".join(
        f"{escape(slot_name(row.slot))}: {escape(row.value)}{f' ({escape(row.why)})' if row.why else ''}"
        for row in answer.assumptions
    )
    return f'<p class="cc-fine"><strong>Assumed:</strong> {rows}</p>'


def _more(answer: Answer, key: str) -> str:
    if not answer.more:
        return ""
    rows = "".join(f"<li>{_sentence(row, key)}</li>" for row in answer.more)
    return (
        f'<details class="cc-more"><summary>More on this ({len(answer.more)})</summary>'
        f'<ul class="cc-more-list">{rows}</ul></details>'
    )


def _copy(answer: Answer) -> str:
    # Not displayed: the page's script hands it out when the reader copies the answer or saves the conversation.
    lines = answer_markdown(answer).splitlines()
    copied = f'<div class="cc-copy">{"<br>".join(escape(line) for line in lines)}</div>'
    # Not displayed either: the script makes buttons of them.
    next_questions = "".join(f'<span class="cc-next-question">{escape(row)}</span>' for row in follow_ups(answer))
    return f'{copied}<div class="cc-hidden"><span class="cc-id">{escape(answer.id)}</span>{next_questions}</div>'


def _evidence_list(citations: tuple[Citation, ...], key: str) -> str:
    """The evidence; a long list is folded after its first items, which are those of the bottom line."""
    if not citations:
        return ""
    rows = [_evidence(row, key) for row in citations]
    if len(rows) <= EVIDENCE_SHOWN + 1:
        return f'<aside class="cc-evidence"><h2>Evidence</h2>{"".join(rows)}</aside>'
    first, rest = "".join(rows[:EVIDENCE_SHOWN]), "".join(rows[EVIDENCE_SHOWN:])
    more = f"<summary>More evidence ({len(rows) - EVIDENCE_SHOWN})</summary>{rest}"
    return f'<aside class="cc-evidence"><h2>Evidence</h2>{first}<details class="cc-more">{more}</details></aside>'


def _evidence(row: Citation, key: str) -> str:
    where = f'<p class="cc-where">{escape(row.section)}</p>' if row.section else ""
    sources = "".join(
        f"<li>{_link(source.title or source.url, source.url)}"
        f'<br><span class="cc-fine">{escape(_publication(source))}</span></li>'
        for source in row.sources
    )
    dates = effective_range(row)
    caveat = f'<p class="cc-caveat"><strong>Caveat:</strong> {escape(row.caveat)}</p>' if row.caveat else ""
    fine = " · ".join(escape(part) for part in (KINDS[row.kind], row.ref, dates) if part)
    return (
        f'<details class="cc-proof"><summary><span class="cc-n">{row.n}</span> '
        f'<span class="cc-title">{escape(evidence_title(row))}</span> '
        f'<span class="cc-tier cc-tier-{row.tier}">{TIERS[row.tier]}</span></summary>'
        f'<div class="cc-proof-body" id="{key}e{row.n}">{where}<blockquote>{_quote(row)}</blockquote>{caveat}'
        f'{f"<ul class=cc-sources>{sources}</ul>" if sources else ""}<p class="cc-fine">{fine}</p></div></details>'
    )


def _quote(row: Citation) -> str:
    """The exact words; the cells of a table row stand on lines of their own."""
    cells = _COLUMN.split(row.quote) if row.kind == "table" else [row.quote]
    return "<br>".join(escape(cell) for cell in cells)


def _publication(source: SourceRef) -> str:
    dated = f"as of {source.as_of}" if source.as_of else ""
    return ", ".join(part for part in (source.publisher, dated, source.tier) if part)


def _link(text: str, url: str) -> str:
    address = safe_url(url)
    if not address:
        return escape(text)
    note = '<span class="cc-out"> (opens in a new tab)</span>'
    return f'<a href="{escape(address)}" target="_blank">{escape(text)}{note}</a>'
