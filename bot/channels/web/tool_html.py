"""What the tools found, as HTML: everything escaped, then cleaned by an allow-list that also knows our own buttons.

A button with `data-ask` puts its question to the chat, one with `data-look` opens a code's page (`page.js`).
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

import nh3

from bot.channels.render import STATES, TIERS, safe_url
from bot.codepage import CodePage, CodeRef, StatementRef
from bot.toolbox.models import (
    ChangesReport,
    ClaimReport,
    CodeMatch,
    IssueOut,
    PriceReport,
    Proof,
    SourceRow,
    TimeReport,
)

_TAGS = {
    *("div", "p", "span", "br", "b", "strong", "small", "a", "ul", "ol", "li", "h2", "h3", "blockquote", "button"),
    *("table", "caption", "thead", "tbody", "tr", "th", "td", "details", "summary", "section", "dl", "dt", "dd"),
}
_ATTRIBUTES = {
    "*": {"class", "id"},
    "a": {"href", "target"},
    "th": {"scope"},
    "button": {"type", "data-ask", "data-look"},
    "div": {"tabindex", "role", "aria-label"},
}

SEVERITIES = {"deny": "Would deny", "warn": "Check", "info": "Note"}
_LOOKS = {"deny": "stop", "warn": "heed", "info": "tell"}
STATEMENTS_SHOWN = 8


def clean(html: str) -> str:
    """The fragment with nothing but allowed tags and attributes, and http(s) links."""
    return nh3.clean(html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes={"http", "https"})


def ask_button(question: str, label: str = "Ask about this") -> str:
    """A button that puts `question` to the chat."""
    hidden = f'<span class="cc-out">: {escape(question)}</span>'
    return f'<button type="button" class="cc-ask" data-ask="{escape(question)}">{escape(label)}{hidden}</button>'


def look_button(code: str) -> str:
    """A code that opens its page."""
    return f'<button type="button" class="cc-look" data-look="{escape(code)}">{escape(code)}</button>'


def link(text: str, url: str) -> str:
    """`text`, leading to `url` when that is an http(s) address."""
    address = safe_url(url)
    if not address:
        return escape(text)
    note = '<span class="cc-out"> (opens in a new tab)</span>'
    return f'<a href="{escape(address)}" target="_blank">{escape(text)}{note}</a>'


def box(*parts: str) -> str:
    """A result in its frame, cleaned."""
    return clean(f'<div class="cc-answer cc-tool"><div class="cc-body">{"".join(parts)}</div></div>')


def hint(text: str) -> str:
    """What a tab is for, before anything was asked."""
    return clean(f'<p class="cc-fine">{escape(text)}</p>')


def proofs(rows: Iterable[Proof], title: str = "Evidence") -> str:
    """Evidence folded away: exact words, source, tier and date."""
    items = "".join(_proof(row) for row in rows)
    return f'<details class="cc-more"><summary>{title}</summary>{items}</details>' if items else ""


def _proof(row: Proof) -> str:
    links = "; ".join(
        f"{link(held.title, held.url)} ({escape(held.publisher)}, {escape(held.as_of or 'undated')})"
        for held in row.links
    )
    caveat = f'<p class="cc-caveat"><strong>Caveat:</strong> {escape(row.caveat)}</p>' if row.caveat else ""
    return (
        f'<div class="cc-evidence-row"><p><strong>{escape(row.title)}</strong> {tier(row.tier)}</p>'
        f"<blockquote>{escape(row.quote)}</blockquote>{caveat}"
        f'<p class="cc-fine">{links}{" · " if links else ""}{escape(row.ref)}</p></div>'
    )


def tier(name: str) -> str:
    """A source's tier as a small label."""
    shown = {str(key): value for key, value in TIERS.items()}.get(name, name)
    return f'<span class="cc-tier cc-tier-{escape(name)}">{escape(shown)}</span>'


def table(caption: str, columns: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table of cells that are HTML already; it scrolls sideways by itself where the screen is narrow."""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in columns)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return (
        f'<div class="cc-scroll" tabindex="0" role="region" aria-label="{escape(caption)}"><table class="cc-table">'
        f'<caption class="cc-out">{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody>'
        "</table></div>"
    )


def matches(rows: tuple[CodeMatch, ...], asked: str) -> str:
    """Codes that may have been meant."""
    if not rows:
        told = f"Nothing in our tables is like “{escape(asked)}”. That does not mean that no such code exists."
        return box(f'<p class="cc-note">{told}</p>')
    cells = (
        (
            look_button(row.code),
            escape(row.descriptor),
            f'<span class="cc-state cc-{row.status}">{STATES[row.status]}</span>',
        )
        for row in rows
    )
    return box(
        f'<p class="cc-note">{len(rows)} codes that may be meant by “{escape(asked)}”:</p>',
        table("Codes found", ("Code", "What it is", "Status"), cells),
    )


def page(held: CodePage) -> str:
    """The page of one code."""
    notices = "".join(f'<p class="cc-warning cc-heed">{escape(text)}</p>' for text in held.notices)
    since = "".join(
        f" {word} {day}" for word, day in (("since", held.effective_from), ("until", held.effective_to)) if day
    )
    asks = [
        ask_button(f"What is {held.code}, and who may bill it?", "Ask about this code"),
        ask_button(f"What must be documented for {held.code}?", "Documentation"),
        ask_button(f"Can {held.code} be billed by telehealth?", "Telehealth"),
    ]
    return box(
        f'<h2 class="cc-bottom"><b>{escape(held.code)}</b> {escape(held.descriptor)}</h2>',
        f'<p class="cc-fine"><span class="cc-state cc-{held.status}">{STATES[held.status]}</span> on {held.on}{since}'
        f" · {escape(held.system)} · {escape(held.descriptor_source)}</p>",
        notices,
        f'<p class="cc-asks">{"".join(asks)}</p>',
        f'<dl class="cc-facts">{"".join(_fact(name, text) for name, text in _facts(held) if text)}</dl>',
        _ladder(held),
        _statements(held.statements),
        _history(held),
        _bibliography(held),
    )


def _fact(name: str, value: str) -> str:
    return f"<dt>{escape(name)}</dt><dd>{value}</dd>"


def _facts(held: CodePage) -> Iterable[tuple[str, str]]:
    yield "Replaced by", _refs(held.replaced_by)
    yield "Only when", escape(held.replacement_condition) if held.replaced_by else ""
    yield "Replaces", _refs(held.replaces)
    yield "Time", escape(held.time.text)
    yield "One unit", escape(held.time.unit_meaning or held.time.unit)
    yield "Participants", escape(held.participants_meaning or held.participants)
    yield "Who", escape(", ".join(held.performed_by))
    yield "Supervision", escape(held.supervision_meaning or held.supervision)
    yield "Needs", escape(held.requires)
    yield f"Medicare {held.medicare.year}", escape(_medicare(held))
    if limit := held.unit_limit:
        yield "Unit limit", f"{limit.units} a day; {escape(limit.meaning)} (edition {escape(limit.edition)})"
    video = f"{held.telehealth.video}; audio only: {held.telehealth.audio_only}"
    yield f"Telehealth {held.telehealth.year}", escape(video)
    yield "Add-on to", _refs(held.addon_to)
    yield "Add-ons", _refs(held.addons)
    yield "Same family", _refs(held.related[:10])
    yield "Note", escape(held.note)


def _medicare(held: CodePage) -> str:
    row = held.medicare
    amounts = [
        f"{name} ${value:,.2f}"
        for name, value in (("office", row.office_amount), ("facility", row.facility_amount))
        if value is not None
    ]
    return "; ".join(part for part in (row.meaning, ", ".join(amounts), row.amount_note) if part)


def _refs(rows: Iterable[CodeRef]) -> str:
    return " ".join(
        f'<span class="cc-ref">{look_button(row.code)} <span class="cc-fine">{escape(row.descriptor)}</span></span>'
        for row in rows
    )


def _ladder(held: CodePage) -> str:
    rows = held.time.ladder
    if not rows:
        return ""
    cells = (
        (f"{row.minutes_from} to {row.minutes_to} {escape(row.measure)}", escape(row.bills) or "nothing")
        for row in rows
    )
    return table(f"Time and units ({rows[0].convention})", ("Time", "Bills"), cells)


def _statements(rows: tuple[StatementRef, ...]) -> str:
    if not rows:
        return ""
    first = "".join(_statement(row) for row in rows[:STATEMENTS_SHOWN])
    rest = "".join(_statement(row) for row in rows[STATEMENTS_SHOWN:])
    more = f"<details class=cc-more><summary>{len(rows) - STATEMENTS_SHOWN} more</summary><ul>{rest}</ul></details>"
    return f'<h3 class="cc-h3">What our sources say</h3><ul class="cc-list">{first}</ul>{more if rest else ""}'


def _statement(row: StatementRef) -> str:
    payer = "" if row.payer == "any" else f" · {escape(row.payer)}"
    caveat = f' <span class="cc-fine">{escape(row.caveat)}</span>' if row.caveat else ""
    return f'<li>{escape(row.text)}{caveat} {tier(row.tier)} <span class="cc-fine">{escape(row.id)}{payer}</span></li>'


def _history(held: CodePage) -> str:
    rows = "".join(
        f"<li><strong>{row.date or 'undated'}</strong> {escape(row.event)}: {escape(row.text)}</li>"
        for row in held.history
    )
    return f'<details class="cc-more"><summary>History</summary><ul>{rows}</ul></details>' if rows else ""


def _bibliography(held: CodePage) -> str:
    rows = "".join(
        f"<li>{link(row.title, row.url)}, {escape(row.publisher)}, {escape(row.as_of or 'undated')} "
        f"{tier(row.tier)}</li>"
        for row in held.sources
    )
    return f'<details class="cc-more"><summary>Sources</summary><ul>{rows}</ul></details>' if rows else ""


def claim(report: ClaimReport) -> str:
    """A checked claim: the bottom line, each line with its findings, then what concerns the whole claim."""
    worst = "stop" if report.denies else "heed" if report.issues else "yes"
    about = ", ".join(part for part in (f"date of service {report.date}", report.payer, report.performer) if part)
    rows = []
    for row in report.lines:
        own = [issue for issue in report.issues if row.line in issue.lines]
        details = " ".join(
            part
            for part in (
                f"x {row.units}" if row.units != 1 else "",
                "-".join(("", *row.modifiers)) if row.modifiers else "",
                f"POS {row.pos}" if row.pos else "",
                f"{row.minutes} min" if row.minutes is not None else "",
            )
            if part
        )
        found = "".join(_issue(issue) for issue in own) or '<p class="cc-fine">No rule held stands against it.</p>'
        rows.append(
            f'<section class="cc-line"><h3 class="cc-h3">Line {row.line}: {look_button(row.code)} '
            f"{escape(details)}</h3>{found}</section>"
        )
    whole = "".join(_issue(issue) for issue in report.issues if not issue.lines)
    codes = " and ".join(dict.fromkeys(row.code for row in report.lines))
    question = f"Can {codes} be billed on the same day?" if " and " in codes else f"What does {codes} require?"
    return box(
        f'<h2 class="cc-bottom"><span class="cc-verdict cc-{worst}">{_word(report)}</span> '
        f"{escape(report.summary)}</h2>",
        f'<p class="cc-fine">Checked for {escape(about)}.</p>',
        whole,
        *rows,
        f'<p class="cc-asks">{ask_button(question)}</p>',
    )


def _word(report: ClaimReport) -> str:
    return SEVERITIES[report.issues[0].severity] if report.issues else "No finding"


def _issue(issue: IssueOut) -> str:
    fix = f'<p class="cc-fix"><strong>Do:</strong> {escape(issue.fix)}</p>' if issue.fix else ""
    return (
        f'<div class="cc-warning cc-{_LOOKS[issue.severity]}"><p><strong>{SEVERITIES[issue.severity]}:</strong> '
        f"{escape(issue.text)}</p>{fix}{proofs(issue.evidence)}</div>"
    )


def time(report: TimeReport) -> str:
    """The worked count; the picture stands above it (`timeline.py`)."""
    over = "".join(f'<p class="cc-warning cc-stop">{escape(text)}</p>' for text in report.over_limit)
    others = "".join(f"<li>{escape(text)}</li>" for text in report.readings)
    readings = f'<p class="cc-fine">Other ways of counting give:</p><ul class="cc-list">{others}</ul>' if others else ""
    bottom = report.bills if report.bills != "nothing" else "nothing is billable"
    cells = (
        (
            f"{row.first} to {row.last}" if row.last is not None else f"{row.first} or more",
            escape(row.bills) or "nothing",
        )
        for row in report.rungs
    )
    question = f"{report.minutes} {report.measure} of {report.label.partition(' (')[0].lower()}: which code?"
    return box(
        f'<h2 class="cc-bottom">{report.minutes} {escape(report.measure)}: {escape(bottom)}</h2>',
        over,
        f"<p>{escape(report.arithmetic)}</p>",
        table("Boundaries", (report.measure.capitalize(), "Bills"), cells),
        readings,
        f'<p class="cc-fine">Counted by: {escape(report.convention)}.</p>',
        f'<p class="cc-asks">{ask_button(question)}</p>',
        proofs(report.evidence),
    )


def price(report: PriceReport, descriptor: str) -> str:
    """A Medicare amount with its formula, or why there is none."""
    head = f"{report.code}: ${report.total:,.2f}" if report.total is not None else f"{report.code}: no Medicare amount"
    each = ""
    if report.amount is not None and report.units != 1:
        each = f"<p>{report.units} units at ${report.amount:,.2f}.</p>"
    reason = f'<p class="cc-warning cc-heed">{escape(report.reason)}</p>' if report.reason else ""
    formula = f'<p class="cc-formula">{escape(report.formula)}</p>' if report.formula else ""
    where = f"{report.locality}, {report.setting}, date of service {report.date}"
    who = f", {report.performer}" if report.performer else ""
    return box(
        f'<h2 class="cc-bottom">{escape(head)}</h2>',
        f'<p class="cc-fine">{escape(descriptor)}. {escape(where + who)}.</p>',
        reason,
        each,
        formula,
        '<p class="cc-fine">What Medicare allows, before deductible and coinsurance. Other payers set their own.</p>',
        f'<p class="cc-asks">{ask_button(f"What does Medicare pay for {report.code}?")}</p>',
        proofs(report.evidence),
    )


_GROUPS = (
    ("code", "added", "New codes"),
    ("code", "deleted", "Deleted codes"),
    ("code", "redefined", "Codes with a new meaning"),
    ("amount", "revalued", "Medicare amounts"),
    ("rule", "begins", "Rules that begin"),
    ("rule", "ends", "Rules that end"),
)


def changed(report: ChangesReport) -> str:
    """What changed, by kind; the first group is open."""
    late = ""
    if report.end > report.horizon:
        late = f'<p class="cc-warning cc-heed">Later changes than {report.horizon} are not known to us.</p>'
    groups = []
    for group, kind, title in _GROUPS:
        rows = [row for row in report.changes if (row.group, row.kind) == (group, kind)]
        if not rows:
            continue
        items = "".join(
            f"<li>{look_button(row.subject) if row.group != 'rule' else f'<b>{escape(row.subject)}</b>'} "
            f"<span class=cc-fine>{row.first_day}</span> {escape(row.text)} "
            f"{ask_button(f'What changed for {row.subject} on {row.first_day}?') if row.group == 'code' else ''}</li>"
            for row in rows
        )
        head = f"<summary>{title} ({len(rows)})</summary>"
        groups.append(f'<details class="cc-more">{head}<ul class="cc-list">{items}</ul></details>')
    nothing = "" if groups else '<p class="cc-note">No change is held for this time.</p>'
    ask = ask_button(f"What changed in behavioral health billing in {report.end.year}?", "Ask what changed")
    return box(
        f'<h2 class="cc-bottom">After {report.start}, up to {report.end}: {len(report.changes)} changes</h2>',
        late,
        *groups,
        nothing,
        f'<p class="cc-asks">{ask}</p>',
    )


def library(rows: tuple[SourceRow, ...], shown: int = 60) -> str:
    """Sources with tier, age and how much rests on them."""
    cells = (
        (
            f"{link(row.title, row.url)}<br><span class=cc-fine>{escape(row.publisher)}</span>",
            tier(row.tier),
            f"{escape(row.as_of) or 'undated'}<br><span class=cc-fine>{_age(row.months)}</span>",
            str(row.statements),
            ask_button(f"What are the rules for {row.code}?", f"Ask about {row.code}") if row.code else "",
        )
        for row in rows[:shown]
    )
    more = f"The first {shown} are shown; narrow the search to see others." if len(rows) > shown else ""
    return box(
        f'<p class="cc-note">{len(rows)} sources. {more}</p>',
        table("Sources", ("Source", "Tier", "As of", "Statements", "Chat"), cells) if rows else "",
    )


def _age(months: int | None) -> str:
    if months is None:
        return "age unknown"
    return "this month" if months == 0 else f"{months} months old" if months < 24 else f"{months // 12} years old"
