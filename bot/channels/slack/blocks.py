"""An Answer as Slack messages: pure functions from the contract to Block Kit.

Slack takes 50 blocks a message and 3,000 characters a text. What is longer becomes several texts or several messages,
broken between lines and words; nothing is dropped and no code is cut.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.answer import Answer, AnswerWarning, Citation, CodeAdvice, CodeRole, Sentence
from bot.channels.render import (
    ROLES,
    STATES,
    STATUSES,
    STOPPING,
    TIERS,
    VERDICTS,
    WARNINGS,
    effective_range,
    evidence_title,
    facts_in_force,
    safe_url,
    slot_name,
)
from bot.channels.slack.mrkdwn import SECTION, escape, lines, packed, short

Block = dict[str, Any]

BLOCKS = 50
"""Blocks that Slack takes in a message."""
BUTTON = 75
"""Characters on a button."""
ROW = 5
"""Buttons in a row that a phone still shows well."""
FALLBACK = 3000
"""Characters of the text for notifications and screen readers."""
ASKED = 1500
"""Characters of the question that travel with a private answer."""
CITED = 4
"""Citations shown below an answer; the window behind "Sources" holds all of them."""

OPTION, SOURCES, CHECK, SHARE, FEEDBACK = (
    f"codecite_{name}" for name in ("option", "sources", "check", "share", "feedback")
)
"""Identifiers of the buttons."""

_ROLE_SIGNS: Mapping[CodeRole, str] = {
    "recommended": ":white_check_mark:",
    "alternative": ":small_orange_diamond:",
    "mentioned": ":white_small_square:",
    "rejected": ":no_entry_sign:",
}


@dataclass(frozen=True, slots=True)
class Message:
    """One message to post: its blocks, and the same in plain words for notifications and screen readers."""

    blocks: tuple[Block, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Look:
    """What a rendering shows beside the answer.

    `head` is a line of ours above it (written mrkdwn), `asked` the question as it travels with the button that shares,
    `chosen` the option that was taken already, `streamed` leaves
    out the sentences because they were streamed, `names` gives fact values their names.
    """

    share: bool = False
    asked: str = ""
    feedback: bool = True
    buttons: bool = True
    head: str = ""
    chosen: str = ""
    hide_phi: bool = False
    streamed: bool = False
    names: Mapping[str, str] = field(default_factory=dict)


def messages(answer: Answer, look: Look | None = None) -> tuple[Message, ...]:
    """The Answer as messages to be posted in order; all but very long answers are one."""
    shown = look or Look()
    blocks = answer_blocks(answer, shown)
    text = fallback(answer, shown)
    pages = [blocks[at : at + BLOCKS] for at in range(0, len(blocks), BLOCKS)]
    return tuple(
        Message(tuple(page), text if number == 1 else f"Continued ({number} of {len(pages)}).")
        for number, page in enumerate(pages, start=1)
    )


def answer_blocks(answer: Answer, look: Look) -> list[Block]:
    """All blocks of an answer: bottom line, warnings, codes, sentences, question back, sources, buttons."""
    blocks: list[Block] = []
    if look.head:
        blocks += contexts([look.head])
    if not look.streamed:
        blocks += _opening(answer)
    blocks += sections(line for row in _unsaid(answer, look) for line in _warning(row))
    if answer.codes:
        blocks += _codes(
            answer.codes, "\n".join([*(row.text for row in answer.sentences), *(row.text for row in answer.warnings)])
        )
    if not look.streamed:
        blocks += sections(line for row in answer.sentences[1:] for line in _said(row, answer))
    blocks += _clarify(answer, look)
    blocks += contexts(_small_print(answer, look))
    blocks += contexts(line for row in answer.citations[:CITED] for line in lines_of_citation(row))
    if look.buttons:
        blocks += _buttons(answer, look)
    return blocks


def sections(written: Iterable[str], between: str = "\n") -> list[Block]:
    """Written lines as section blocks."""
    return [{"type": "section", "text": mrkdwn(text)} for text in packed(written, between=between)]


def contexts(written: Iterable[str]) -> list[Block]:
    """Written lines as context blocks, small print."""
    return [{"type": "context", "elements": [mrkdwn(text)]} for text in packed(written)]


def mrkdwn(text: str) -> Block:
    """A text object; `verbatim` keeps Slack from linking names, channels and addresses by itself."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def plain(text: str, limit: int = BUTTON) -> Block:
    """A plain text object, cut between words where Slack allows no more."""
    return {"type": "plain_text", "text": short(text, limit), "emoji": True}


def button(action: str, label: str, value: str, *, style: str = "", hint: str = "") -> Block:
    """A button; `hint` is what a screen reader says instead of the label."""
    made: Block = {"type": "button", "action_id": action, "text": plain(label), "value": value}
    if style:
        made["style"] = style
    if hint:
        made["accessibility_label"] = short(hint, BUTTON)
    return made


def share_button(answer: Answer, label: str, asked: str) -> Block:
    """The button that shows a private answer to others; `asked`, redacted by the engine, travels along."""
    return button(SHARE, label, f"{answer.id}|{short(asked, ASKED)}", style="primary")


def link(text: str, url: str) -> str:
    """Escaped `text` that leads to `url` when that is a web address, else the text alone."""
    address = safe_url(url)
    label = escape(text)
    if not address or any(sign in address for sign in "<>| \n"):
        return label
    return f"<{address.replace('&', '&amp;')}|{label.replace('|', '¦')}>"


def facts_line(answer: Answer, names: Mapping[str, str]) -> str:
    """The facts in force, as they carry over to the next question of the thread."""
    return " · ".join(f"{escape(name)}: {escape(value)}" for name, value in facts_in_force(answer, names))


def lines_of_citation(row: Citation) -> list[str]:
    """A citation as written lines: its number, title with a link, how strong it is and when it holds."""
    source = next((one for one in row.sources if safe_url(one.url)), None)
    title = evidence_title(row) or row.ref
    details = " · ".join(escape(part) for part in (TIERS[row.tier], effective_range(row)) if part)
    linked = link(title, source.url) if source else escape(title)
    whole = f"[{row.n}] {linked} · {details}"
    return [whole] if len(whole) <= SECTION else lines(f"[{row.n}] {title}")


def fallback(answer: Answer, look: Look) -> str:
    """The answer in plain words, at most `FALLBACK` characters, whole lines only: the bottom line is always there."""
    wanted = [_verdict(answer) + _first(answer).text]
    wanted += [f"{WARNINGS[row.kind]}: {row.text}" for row in _unsaid(answer, look)]
    wanted += [" ".join(part for part in (row.code, _facts_of(row)) if part) for row in _decisive(answer.codes)]
    wanted += [row.text for row in answer.sentences[1:]]
    if answer.clarify:
        wanted.append(answer.clarify.question)
        wanted += answer.clarify.options
    wanted.append(f"For date of service {answer.as_of}.")
    written = [line for text in wanted for line in lines(text, limit=FALLBACK // 2)]
    return packed(written, FALLBACK)[0]


def _first(answer: Answer) -> Sentence:
    return answer.sentences[0] if answer.sentences else Sentence(text=answer.answer)


def _verdict(answer: Answer) -> str:
    word = VERDICTS[answer.verdict] if answer.verdict else ""
    return "" if not word or _first(answer).text.lower().startswith(word.lower()) else f"{word}. "


def _opening(answer: Answer) -> list[Block]:
    """Status where there is one, then the bottom line in bold."""
    first = _first(answer)
    labels = [STATUSES[answer.status]] if STATUSES[answer.status] else []
    labels += dict.fromkeys(f"{_sign(row)} *{WARNINGS[row.kind]}*" for row in answer.warnings if row.text in first.text)
    written = lines(_verdict(answer) + first.text, lambda text: f"*{escape(text)}*", SECTION - 100)
    written[-1] += marks(first.citations)
    return [*contexts([" · ".join(labels)] if labels else []), *sections(written)]


def marks(numbers: Iterable[int]) -> str:
    """The numbers of citations behind a sentence."""
    return "".join(f" [{n}]" for n in numbers)


def _unsaid(answer: Answer, look: Look) -> tuple[AnswerWarning, ...]:
    """Warnings that no displayed sentence says in the same words; streamed sentences carry no labels."""
    said = "" if look.streamed else "\n".join(row.text for row in answer.sentences)
    return tuple(row for row in answer.warnings if row.text not in said and not (look.hide_phi and row.kind == "phi"))


def _sign(row: AnswerWarning) -> str:
    return ":octagonal_sign:" if row.kind in STOPPING else ":warning:"


def _warning(row: AnswerWarning) -> list[str]:
    written = lines(row.text, limit=SECTION - 100)
    return [f"{_sign(row)} *{WARNINGS[row.kind]}:* {written[0]}", *written[1:]] if written else []


def _said(row: Sentence, answer: Answer) -> list[str]:
    same = next((warning for warning in answer.warnings if warning.text == row.text), None)
    written = _warning(same) if same else [f"• {line}" for line in lines(row.text, limit=SECTION - 100)]
    return [*written[:-1], written[-1] + marks(row.citations)] if written else []


def _decisive(codes: Iterable[CodeAdvice]) -> tuple[CodeAdvice, ...]:
    rows = tuple(codes)
    return tuple(row for row in rows if row.role != "mentioned") or rows


def _facts_of(row: CodeAdvice) -> str:
    parts = (
        ROLES[row.role],
        "" if row.units is None else f"{row.units} unit{'' if row.units == 1 else 's'}",
        f"modifier {', '.join(row.modifiers)}" if row.modifiers else "",
        f"place {', '.join(row.pos)}" if row.pos else "",
        row.amount,
        "" if row.status == "active" else STATES[row.status],
    )
    return " · ".join(part for part in parts if part)


def _codes(codes: tuple[CodeAdvice, ...], said: str) -> list[Block]:
    """The codes as a list that a phone shows without scrolling sideways; codes only mentioned in one line below.

    Reasons that are `said` elsewhere in the answer are not repeated.
    """
    told = _decisive(codes)
    sources = {row.descriptor_source for row in told}
    common = sources.pop() if len(sources) == 1 else ""
    written = ["\n".join(part) for row in told for part in _whole(_code(row, common, said))]
    blocks = [{"type": "divider"}, *sections(written, between="\n\n")]
    rest = ", ".join(row.code for row in codes if row not in told)
    notes = [f"Wording of codes: {escape(common)}"] if common else []
    notes += lines(f"Also mentioned: {rest}") if rest else []
    return [*blocks, *contexts(notes), {"type": "divider"}]


def _code(row: CodeAdvice, common: str, said: str) -> list[str]:
    written = [f"{_ROLE_SIGNS[row.role]} *{escape(row.code)}*  {escape(_facts_of(row))}"]
    wording = "" if row.descriptor_source == common else f" ({row.descriptor_source})"
    written += lines(row.descriptor + wording)
    if row.why and row.why not in said:
        written += lines(row.why, lambda text: f"_{escape(text)}_")
    return written


def _whole(written: list[str]) -> list[list[str]]:
    """The lines of one code together when they fit into a section, else each on its own."""
    return [written] if sum(len(line) + 1 for line in written) <= SECTION else [[line] for line in written]


def _clarify(answer: Answer, look: Look) -> list[Block]:
    """The question back with a button for each option; long options are listed and the buttons carry numbers."""
    if not answer.clarify:
        return []
    options = answer.clarify.options
    numbered = any(len(option) > BUTTON for option in options)
    written = lines(answer.clarify.question, lambda text: f"*{escape(text)}*")
    if look.chosen:
        return sections([*written, *lines(look.chosen, lambda text: f":ballot_box_with_check: {escape(text)}")])
    if not look.buttons:
        return sections([*written, *(f"• {line}" for option in options for line in lines(option, limit=SECTION - 5))])
    if numbered:
        for number, option in enumerate(options, start=1):
            written += [f"{number}. {line}" for line in lines(option, limit=SECTION - 5)]
    buttons = [
        button(f"{OPTION}_{at}", str(at + 1) if numbered else option, f"{answer.id}|{at}", hint=option)
        for at, option in enumerate(options)
    ]
    rows = [buttons[at : at + ROW] for at in range(0, len(buttons), ROW)]
    return [*sections(written), *({"type": "actions", "elements": row} for row in rows)]


def _small_print(answer: Answer, look: Look) -> list[str]:
    written = []
    for row in answer.assumptions:
        why = f" ({row.why})" if row.why else ""
        written += lines(f"Assumed {slot_name(row.slot).lower()}: {row.value}{why}")
    horizon = answer.knowledge.get("horizon", "")
    reach = f" · Knowledge to {escape(horizon)}" if horizon else ""
    whole = f"{facts_line(answer, look.names)}{reach}"
    return [*written, whole] if len(whole) <= SECTION else [*written, *lines(f"Date of service: {answer.as_of}")]


def _buttons(answer: Answer, look: Look) -> list[Block]:
    row = []
    if answer.citations:
        label = f"Sources ({len(answer.citations)})"
        row.append(button(SOURCES, label, answer.id, hint="Show sources with their exact words"))
    if any(code.role in ("recommended", "rejected") for code in answer.codes):
        row.append(button(CHECK, "Check this claim", answer.id))
    if look.share:
        row.append(share_button(answer, "Share with channel", look.asked))
    blocks: list[Block] = [{"type": "actions", "elements": row}] if row else []
    if look.feedback and answer.citations:
        blocks.append(_feedback(answer))
    return blocks


def _feedback(answer: Answer) -> Block:
    def choice(label: str, value: str, hint: str) -> Block:
        return {"text": plain(label), "value": f"{value}|{answer.id}", "accessibility_label": hint}

    buttons = {
        "type": "feedback_buttons",
        "action_id": FEEDBACK,
        "positive_button": choice("Helpful", "good", "This answer helped"),
        "negative_button": choice("Not right", "bad", "Something is wrong with this answer"),
    }
    return {"type": "context_actions", "elements": [buttons]}
