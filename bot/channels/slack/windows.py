"""Windows (modals) and App Home as Slack views: pure functions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.answer import Answer, Citation, Sentence
from bot.channels.render import KINDS, TIERS, effective_range, evidence_title, safe_url
from bot.channels.slack.blocks import (
    Block,
    Look,
    answer_blocks,
    button,
    contexts,
    link,
    marks,
    plain,
    sections,
    share_button,
)
from bot.channels.slack.mrkdwn import SECTION, escape, lines, short
from bot.rules.claim import Report, Severity

VIEW_BLOCKS = 100
"""Blocks that Slack takes in a window."""
PAGE = 15
"""Citations on one page of the sources window."""
INPUT = 3000
"""Characters of a text field."""

CHECKED, REPORTED, MORE = "codecite_checked", "codecite_reported", "codecite_more"

SEVERITY: Mapping[Severity, str] = {
    "deny": ":octagonal_sign: *Would deny*",
    "warn": ":warning: *Check*",
    "info": ":information_source: *Note*",
}

EXAMPLES = (
    "Follow-up coaching, 35 minutes, one client on video. Which code?",
    "Individual therapy, 50 minutes, LCSW. Which code?",
    "Does Medicare pay for health coaching?",
    "Can I bill a phone session when the patient has no video?",
)

View = dict[str, Any]


def window(title: str, blocks: Sequence[Block], **more: Any) -> View:
    """A window; Slack's limits on title and blocks are kept."""
    return {
        "type": "modal",
        "title": plain(title, 24),
        "close": plain("Close"),
        "blocks": _fitting(blocks),
        **more,
    }


def _fitting(blocks: Sequence[Block], most: int = VIEW_BLOCKS) -> list[Block]:
    """The blocks, or as many as fit with a remark that there are more."""
    if len(blocks) <= most:
        return list(blocks)
    return [*blocks[: most - 1], *contexts(["There is more than a window of Slack can show."])]


def note_window(title: str, text: str) -> View:
    """A window with one note of ours."""
    return window(title, sections([text]))


def answer_window(answer: Answer, head: str, metadata: Mapping[str, str]) -> View:
    """An answer for the eyes of one person, with a button that posts it into the thread."""
    blocks = answer_blocks(answer, Look(feedback=False, head=head))
    post: Block = {"type": "actions", "elements": [share_button(answer, "Post in thread", answer.question)]}
    return window("codecite", [*_fitting(blocks, VIEW_BLOCKS - 1), post], private_metadata=json.dumps(dict(metadata)))


def sources_window(answer: Answer, page: int = 0) -> View:
    """Everything the answer rests on, with the exact words; long lists have pages."""
    shown = answer.citations[page * PAGE : (page + 1) * PAGE]
    blocks: list[Block] = []
    if page == 0 and answer.more:
        blocks += [_heading("More on this"), *sections(line for row in answer.more for line in _bullet(row))]
        blocks += [_heading("Sources")]
    for row in shown:
        blocks += _evidence(row)
    pages = -(-len(answer.citations) // PAGE)
    if pages > 1:
        turns = [
            button(f"{MORE}_{number}", f"Page {number + 1}", f"{answer.id}|{number}")
            for number in range(pages)
            if number != page
        ]
        blocks = [*_fitting(blocks, VIEW_BLOCKS - 1), {"type": "actions", "elements": turns[:25]}]
    return window("Sources", blocks)


def _bullet(row: Sentence) -> list[str]:
    written = [f"• {line}" for line in lines(row.text, limit=SECTION - 100)]
    return [*written[:-1], written[-1] + marks(row.citations)] if written else []


def _heading(text: str) -> Block:
    return {"type": "header", "text": plain(text, 150)}


def _evidence(row: Citation) -> list[Block]:
    """One citation: what it is, its exact words, and where they come from (at most six blocks)."""
    where = " › ".join(part for part in (evidence_title(row), row.section) if part)
    head = lines(where, lambda text: f"*[{row.n}] {escape(text)}*")[:1]
    details = (KINDS[row.kind], TIERS[row.tier], effective_range(row), row.ref)
    fine = lines(" · ".join(part for part in details if part))
    if row.caveat:
        fine += lines(f"Check: {row.caveat}")
    # Words of a source stand in rich text, which has no marks to escape: they are copied as they are.
    quote = {
        "type": "rich_text",
        "elements": [{"type": "rich_text_quote", "elements": [{"type": "text", "text": row.quote or " "}]}],
    }
    sources = [
        f"{link(one.title or one.url, one.url)}, {escape(one.publisher)}{f', {escape(one.as_of)}' if one.as_of else ''}"
        for one in row.sources
        if len(one.title) + len(one.url) < SECTION // 2 or not safe_url(one.url)
    ]
    return [*sections(head), quote, *contexts([*fine, *sources])[:3]]


@dataclass(frozen=True, slots=True)
class ClaimForm:
    """What the claim window holds: words as typed, in the forms that `codecite check` reads."""

    lines: str
    day: str
    payer: str = ""
    performer: str = ""
    pos: str = ""
    minutes: str = ""


FIELDS: Mapping[str, tuple[str, str]] = {
    "lines": ("Claim lines", "A code with its units (x2) and modifiers (-25), one to a line"),
    "payer": ("Payer", "For example medicare"),
    "performer": ("Rendering provider", "For example lcsw, np or md"),
    "pos": ("Place of service", "Two digits"),
    "minutes": ("Documented minutes", "CODE=MINUTES, separated by spaces"),
}


def claim_of(answer: Answer) -> ClaimForm:
    """The claim that an answer describes, to be corrected by the reader."""
    told = [row for row in answer.codes if row.role != "mentioned"]
    billed = [row for row in told if row.role == "recommended"] or told
    words = [
        "-".join((row.code, *row.modifiers)) + (f"x{row.units}" if row.units and row.units > 1 else "")
        for row in billed
    ]
    places = sorted({row.pos[0] for row in billed if len(row.pos) == 1})
    spent = answer.facts.get("minutes", "")
    return ClaimForm(
        lines="\n".join(words),
        day=answer.as_of,
        payer=answer.facts.get("payer", ""),
        performer=answer.facts.get("performer", ""),
        pos=places[0] if len(places) == 1 else "",
        minutes=f"{billed[0].code}={spent}" if billed and spent.isdigit() else "",
    )


def claim_window(form: ClaimForm) -> View:
    """A form of a claim, filled with what the answer said."""
    blocks = contexts(["Every rule that is held is applied to these lines. Leave patient details out."])
    blocks.append(_field("lines", form.lines, optional=False, multiline=True))
    day: Block = {"type": "datepicker", "action_id": "day"}
    if form.day:
        day["initial_date"] = form.day
    blocks.append({"type": "input", "block_id": "day", "label": plain("Date of service"), "element": day})
    blocks += [_field(name, getattr(form, name)) for name in ("payer", "performer", "pos", "minutes")]
    return window("Check this claim", blocks, callback_id=CHECKED, submit=plain("Check"))


def _field(name: str, value: str, *, optional: bool = True, multiline: bool = False) -> Block:
    label, hint = FIELDS[name]
    element: Block = {
        "type": "plain_text_input",
        "action_id": name,
        "multiline": multiline,
        "max_length": INPUT if multiline else 200,
    }
    if value:
        element["initial_value"] = value[: INPUT if multiline else 200]
    return {
        "type": "input",
        "block_id": name,
        "optional": optional,
        "label": plain(label),
        "hint": plain(hint, 150),
        "element": element,
    }


def form_of(values: Mapping[str, Any]) -> ClaimForm:
    """The form as submitted (`view.state.values`)."""

    def held(name: str) -> str:
        cell = values.get(name, {}).get(name, {})
        return str(cell.get("value") or cell.get("selected_date") or "").strip()

    return ClaimForm(held("lines"), held("day"), held("payer"), held("performer"), held("pos"), held("minutes"))


def report_window(report: Report) -> View:
    """What the rules say about a claim: the bottom line, its lines, every issue with its correction."""
    claim = report.claim
    about = " · ".join(
        part for part in (f"Date of service {claim.on}", claim.payer or "", claim.performer or "") if part
    )
    rows = [
        " · ".join(
            part
            for part in (
                f"{number}. *{escape(line.code)}*",
                f"{line.units} unit{'' if line.units == 1 else 's'}",
                f"modifier {escape(', '.join(line.modifiers))}" if line.modifiers else "",
                f"place {escape(line.pos)}" if line.pos else "",
                f"{line.minutes} minutes" if line.minutes is not None else "",
            )
            if part
        )
        for number, line in enumerate(claim.lines, start=1)
    ]
    blocks = [*sections([f"*{escape(_bottom_line(report))}*"]), *contexts([escape(about)]), *sections(rows)]
    for issue in report.issues:
        where = f" (line {', '.join(map(str, issue.lines))})" if issue.lines else ""
        written = lines(issue.text + where, limit=SECTION - 100)
        blocks += sections([f"{SEVERITY[issue.severity]}  {written[0]}", *written[1:], *_fix(issue.fix)])
        blocks += contexts(line for each in issue.evidence[:2] for line in lines(f"{each.title}: {each.quote}"))[:1]
    return window("Claim check", blocks)


def _fix(text: str) -> list[str]:
    written = lines(text, limit=SECTION - 100)
    return [f"*Do:* {written[0]}", *written[1:]] if written else []


def _bottom_line(report: Report) -> str:
    denied = {number for issue in report.of("deny") for number in issue.lines}
    if report.denies:
        count = len(report.claim.lines)
        return f"{len(denied)} of {count} line{'s' if count > 1 else ''} would deny." if denied else "It would deny."
    if report.of("warn"):
        return "Nothing denies by the rules held; read what to check before sending."
    return "No rule that is held stands against this claim. That is not a promise of payment."


def feedback_window(answer_id: str) -> View:
    """Asks what was wrong with an answer."""
    choices = {"wrong": "The answer is wrong", "evidence-wrong": "The evidence does not say that"}
    options = [{"text": plain(label), "value": value} for value, label in choices.items()]
    radio = {"type": "radio_buttons", "action_id": "kind", "options": options, "initial_option": options[0]}
    text = {"type": "plain_text_input", "action_id": "text", "multiline": True, "max_length": 2000}
    blocks: list[Block] = [
        {"type": "input", "block_id": "kind", "label": plain("What is not right?"), "element": radio},
        {
            "type": "input",
            "block_id": "text",
            "optional": True,
            "label": plain("What should it say?"),
            "hint": plain("Kept without your name. Leave patient details out.", 150),
            "element": text,
        },
    ]
    return window(
        "Not right", blocks, callback_id=REPORTED, submit=plain("Send"), private_metadata=json.dumps({"id": answer_id})
    )


@dataclass(frozen=True, slots=True)
class Status:
    """What App Home tells: the knowledge held and the settings in force, as label and value."""

    knowledge: tuple[tuple[str, str], ...]
    settings: tuple[tuple[str, str], ...]


def home(status: Status, on: date) -> View:
    """App Home: how to ask, what is known and how far it reaches, what is set, what is never kept."""
    ways = (
        "*In a channel:* mention me, `@codecite`, with your question. I answer in the thread.",
        "*In a direct message:* just ask. `start over` makes me forget what you said.",
        "*Anywhere:* `/codecite` and your question. Only you see the answer until you share it.",
        '*About a message:* its menu, "Ask codecite about this".',
    )
    kept = (
        "Please leave names, birth dates and member numbers out. What looks like one is replaced before anything else "
        "happens. Messages are neither logged nor stored; answers are kept for 30 days, without the question, so that "
        "the buttons below them work."
    )
    return {
        "type": "home",
        "blocks": [
            _heading("Billing guidance with proof for every sentence"),
            *sections(
                ["Codes, units, payers and rules for health coaching and behavioral health in the United States."]
            ),
            {"type": "divider"},
            *sections(["*How to ask*", *(f"• {way}" for way in ways)]),
            *sections(["*For example*", *(f"• {escape(text)}" for text in EXAMPLES)]),
            *sections(["A thread is one conversation: minutes, payer and place that you named carry over within it."]),
            {"type": "divider"},
            *sections(["*What I know*", *_pairs(status.knowledge)]),
            *sections(["*How I am set up*", *_pairs(status.settings)]),
            {"type": "divider"},
            *sections(["*Privacy*", kept]),
            *contexts([f"As of {on.isoformat()}. This is no promise of payment, and no legal or clinical advice."]),
        ],
    }


def _pairs(rows: Iterable[tuple[str, str]]) -> list[str]:
    return [f"• {escape(name)}: {escape(value)}" for name, value in rows]


def prompts() -> list[dict[str, str]]:
    """Suggested prompts of the assistant pane."""
    return [{"title": short(text, 75), "message": text} for text in EXAMPLES]


def help_blocks() -> list[Block]:
    """What to write, for someone who wrote nothing."""
    examples = (f"• {escape(text)}" for text in EXAMPLES)
    return sections(["Ask me about a code, a session or a claim. For example:", *examples])


def help_text() -> str:
    """`help_blocks` in plain words."""
    return "\n".join(["Ask me about a code, a session or a claim. For example:", *map(escape, EXAMPLES)])
