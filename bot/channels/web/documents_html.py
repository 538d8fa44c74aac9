"""Own documents as HTML: the form, the list and the contradiction report. What comes from documents is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

from bot.channels.web import tool_html
from bot.own.judged import Judged
from bot.own.report import COUNTED, WORDS, Report
from corpus.own import FORMATS, LARGEST_FILE
from corpus.own.store import OwnDocument

ADD, REMOVE = "/documents", "/documents/remove"
_LOOKS = {"outdated": "heed", "contradicts": "stop", "unknown": "tell", "agrees": "tell"}
_FEW = 12
ABOUT = (
    "Manuals, contracts and web pages of your own. Answers may quote them, marked as yours and below official sources. "
    "They stay on the machine that runs codecite. Choose none that name patients."
)
CLOSED = (
    "Documents cannot be added or looked at here: this server can be reached by others, and nobody is asked who they "
    "are. Use `codecite documents` on the machine itself, or set CODECITE_ACCESS."
)


def form(payers: Mapping[str, str]) -> str:
    """The form that sends a file; trusted HTML of our own. The reply opens in a tab of its own."""
    options = "".join(f'<option value="{escape(word)}">{escape(name)}</option>' for word, name in payers.items())
    endings = ",".join(FORMATS)
    return (
        f'<form class="cc-upload" action="{ADD}" method="post" enctype="multipart/form-data" target="_blank">'
        f'<p><label for="cc-doc-file">Document (PDF, DOCX, HTML, Markdown, TXT or CSV, at most '
        f"{LARGEST_FILE // 1_000_000} MB)</label><br>"
        f'<input type="file" id="cc-doc-file" name="file" accept="{endings}" required></p>'
        '<p><label for="cc-doc-title">Title (blank: its own)</label><br>'
        '<input type="text" id="cc-doc-title" name="title" maxlength="200"></p>'
        '<p><label for="cc-doc-payer">Payer</label><br><select id="cc-doc-payer" name="payer">'
        f'<option value="">Not stated</option>{options}</select></p>'
        '<p><label for="cc-doc-day">In effect from</label><br>'
        '<input type="date" id="cc-doc-day" name="effective"></p>'
        '<p><button type="submit">Add the document<span class="cc-out"> (opens in a new tab)</span></button></p></form>'
    )


def listing(documents: Iterable[OwnDocument], *, removable: bool = False) -> str:
    """The documents as a table; with a button to remove each on the page that is ours alone."""
    rows = list(documents)
    if not rows:
        return '<p class="cc-note">No documents yet.</p>'
    columns = ("Title", "Format", "Pages", "Passages", "Payer", "In effect from", "Added")
    cells = [
        (
            escape(row.title),
            escape(row.format),
            str(row.pages or ""),
            str(row.excerpts),
            escape(row.payer),
            row.effective_from.isoformat() if row.effective_from else "",
            escape(row.added_at[:10]),
            *((_remove_button(row),) if removable else ()),
        )
        for row in rows
    ]
    return tool_html.table("Own documents", (*columns, *(("Remove",) if removable else ())), cells)


def _remove_button(document: OwnDocument) -> str:
    return (
        f'<form action="{REMOVE}" method="post"><input type="hidden" name="document" value="{escape(document.id)}">'
        f'<button type="submit">Remove<span class="cc-out"> {escape(document.title)}</span></button></form>'
    )


def report(found: Report) -> str:
    """The contradiction report: what is wrong claim by claim, the rest as counts."""
    counts = ", ".join(f"{count} {COUNTED[standing]}" for standing, count in found.counts.items() if count)
    parts = [
        f'<h2 class="cc-bottom">{escape(found.document.title)}</h2>',
        f'<p class="cc-fine">Compared with the tables for date of service {found.on}: '
        f"{counts or 'nothing in it could be compared'}.</p>",
        *(_claim(row) for row in found.wrong),
    ]
    if not found.wrong:
        parts.append('<p class="cc-note">Nothing in it is outdated or contradicts the tables.</p>')
    codes = list(dict.fromkeys(code for row in found.standing("unknown") for code in row.codes))
    if codes:
        more = f" and {len(codes) - _FEW} more" if len(codes) > _FEW else ""
        parts.append(f'<p class="cc-fine">Not known to us: {escape(", ".join(codes[:_FEW]))}{more}.</p>')
    agreeing = "".join(f"<li>{escape(row.said.text)}</li>" for row in found.standing("agrees"))
    if agreeing:
        parts.append(f'<details class="cc-more"><summary>What agrees</summary><ul>{agreeing}</ul></details>')
    return tool_html.box(*parts)


def _claim(row: Judged) -> str:
    where = row.said.held.excerpt.where
    place = f' <span class="cc-fine">{escape(where)}</span>' if where else ""
    head = f"{WORDS[row.standing]}: {', '.join(row.codes) or row.says}"
    proof = "".join(
        f'<li>{escape(item.title)} {tool_html.tier(item.tier)} <span class="cc-fine">{escape(item.ref)}</span>'
        f"<blockquote>{escape(item.quote)}</blockquote></li>"
        for item in row.evidence
    )
    return (
        f'<section class="cc-warning cc-{_LOOKS[row.standing]}"><p><strong>{escape(head)}</strong>{place}</p>'
        f"<p>It says:</p><blockquote>{escape(row.said.text)}</blockquote><p>We hold: {escape(row.ours)}</p>"
        f'<details class="cc-more"><summary>Our evidence</summary><ul>{proof}</ul></details></section>'
    )
