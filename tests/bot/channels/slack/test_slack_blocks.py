"""Answers as Slack blocks: what a reader sees, Slack's limits kept, nothing cut, nothing that takes effect."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answer import Answer, AnswerWarning, Clarify, Sentence
from bot.channels.slack.blocks import BLOCKS, Look, link, messages
from bot.channels.slack.manifest import EVENTS, SCOPES, manifest
from bot.channels.slack.mrkdwn import SECTION, escape, heard, lines, markdown, packed, short, visible
from bot.channels.slack.posting import streamed
from bot.channels.slack.preview import page, posted, view_html
from bot.channels.slack.preview import text as shown_text
from bot.channels.slack.windows import (
    VIEW_BLOCKS,
    answer_window,
    claim_of,
    claim_window,
    feedback_window,
    sources_window,
)
from tests.bot.channels.answers import answer, citation, code, question_back
from tests.bot.channels.slack.fake import problems


def texts(blocks: Any) -> list[str]:
    """All written texts of blocks, in order."""
    found = []
    for block in blocks:
        if block["type"] in ("section", "header"):
            found.append(block["text"]["text"])
        elif block["type"] == "context":
            found += [element["text"] for element in block["elements"]]
        elif block["type"] == "actions":
            found += [element["text"]["text"] for element in block["elements"]]
    return found


def whole(shown: Answer, look: Look | None = None) -> str:
    """Everything a reader sees of an answer."""
    return "\n".join(visible(text) for message in messages(shown, look) for text in texts(message.blocks))


HOSTILE = st.text(st.sampled_from("*_~`<>&|@#!:- .\n\u200b\u202eaZ09/[]()\\"), max_size=60)


@given(st.one_of(HOSTILE, st.text(max_size=80)))
def test_escaped_text_reads_the_same_and_nothing_in_it_takes_effect(text: str) -> None:
    made = escape(text)
    wanted = re.sub(r"[\x00-\x08\x0b-\x1f\x7f\u200b\u2028\u2029\u202a-\u202e\u2066-\u2069]", "", " ".join(text.split()))
    assert visible(made) == wanted
    assert not re.search(r"<|>|&(?!amp;|lt;|gt;)", made)
    assert not re.search(r"(?<![^\W_])[*_~](?=[^\s*_~\u200b])", made)
    assert not re.search(r":[\w+'-]+:", made)
    assert not made.startswith("&gt;")
    assert "<b>" not in shown_text(made)
    assert "<i>" not in shown_text(made)
    assert "<a " not in shown_text(made)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("<!here> *now* <@U1>", "&lt;!here&gt; *\u200bnow* &lt;@U1&gt;"),
        ("minutes_from: 30; codes_and_units: 0593Tx1", "minutes_from: 30; codes_and_units: 0593Tx1"),
        ("> quoted", "\u200b&gt; quoted"),
        ("a & b :tada:", "a &amp; b :\u200btada:"),
        ("two\n lines", "two lines"),
    ],
)
def test_escaping(text: str, seen: str) -> None:
    assert escape(text) == seen


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<@U0CODECITE> 35 minutes &amp; video?", "35 minutes & video?"),
        ("<@U0CODECITE>, ask <@U0BLAKE> about <#C1|billing>", ", ask a colleague about #billing"),
        ("see <https://cms.gov/x|cms.gov/x> or <https://a.b>", "see cms.gov/x or https://a.b"),
        ("<!here> &lt;90837&gt;", "<90837>"),
        ("call <tel:+15551234|555-1234> <mailto:a@b.c|a@b.c>", "call 555-1234 a@b.c"),
        ("one\ntwo", "one\ntwo"),
    ],
)
def test_what_a_person_typed_is_read_without_slacks_marks(text: str, said: str) -> None:
    assert heard(text, "U0CODECITE") == said


CODES = st.from_regex(r"(?:\d{4}[0-9A-Z]|[A-Z]\d{4})", fullmatch=True)
WORDS = st.one_of(CODES, st.text(st.characters(blacklist_categories=("Cs",)), min_size=1, max_size=30))


def test_text_without_anything_to_see_makes_no_line() -> None:
    assert lines(" \x00 \u200b \n") == []
    assert lines("a \x00 b") == ["a b"]


@settings(max_examples=60)
@given(st.lists(WORDS, max_size=120), st.integers(60, 400))
def test_splitting_keeps_every_word_and_cuts_no_code(words: list[str], limit: int) -> None:
    text = " ".join(words)
    made = lines(text, limit=limit)
    assert all(0 < len(line) <= limit for line in made)
    together = visible(" ".join(made))
    assert re.sub(r"\s", "", together) == re.sub(r"\s", "", visible(escape(text)))
    kept = set(re.findall(r"[0-9A-Za-z]+", visible(escape(text))))
    assert {word for word in kept if len(word) <= limit // 8} <= set(re.findall(r"[0-9A-Za-z]+", together))


@given(st.lists(st.text("ab ", min_size=1, max_size=50), max_size=40))
def test_packing_keeps_all_lines_in_order(written: list[str]) -> None:
    made = packed(written, 60)
    assert all(len(text) <= 60 for text in made)
    assert "\n".join(made) == "\n".join(written)


@given(st.text(max_size=60), st.integers(2, 40))
def test_shortened_text_ends_between_words(text: str, limit: int) -> None:
    made = short(text, limit)
    assert len(made) <= limit
    words = text.split()
    assert made == " ".join(words) or made.removesuffix("…").split() == words[: len(made.removesuffix("…").split())]


LONG = st.lists(WORDS, min_size=1, max_size=300).map(" ".join).filter(str.strip)


@settings(max_examples=25, deadline=None)
@given(
    texts=st.lists(LONG, min_size=1, max_size=12),
    codes=st.lists(CODES, max_size=60, unique=True),
    options=st.lists(LONG, max_size=8, unique=True),
    count=st.integers(0, 60),
)
def test_no_answer_breaks_slacks_limits_or_loses_a_code(
    texts: list[str], codes: list[str], options: list[str], count: int
) -> None:
    shown = answer(
        codes=tuple(code(each, descriptor=texts[0], why=texts[-1]) for each in codes),
        sentences=tuple(Sentence(text=text, citations=(1, 2)) for text in texts),
        warnings=tuple(AnswerWarning(kind="bundling", text=f"{text} again") for text in texts),
        clarify=Clarify(slot="minutes", question=texts[0], options=tuple(options)),
        citations=tuple(citation(n, title=texts[0], quote=texts[-1]) for n in range(1, count + 1)),
    )
    for look in (Look(), Look(share=True, asked=texts[0]), Look(streamed=True), Look(chosen=texts[0])):
        made = messages(shown, look)
        for message in made:
            assert list(problems(message.blocks)) == []
            assert 1 <= len(message.text) <= SECTION
            assert len(message.blocks) <= BLOCKS
        seen = "\n".join(visible(text) for message in made for text in text_of(message.blocks))
        assert all(re.search(rf"(?<!\w){each}(?!\w)", seen) for each in codes)
    for view in (sources_window(shown), sources_window(shown, 1), answer_window(shown, "Head", {})):
        assert list(problems(view["blocks"], VIEW_BLOCKS)) == []


def text_of(blocks: Any) -> list[str]:
    """`texts`, under a name that the property above does not use for its own."""
    return texts(blocks)


def test_an_answer_shows_the_bottom_line_first_and_everything_that_decides() -> None:
    (message,) = messages(answer())
    seen = whole(answer())
    assert visible(message.blocks[0]["text"]["text"]) == "*Yes. Bill 0592T, 1 unit.* [1] [2]"
    order = [
        "Bill 0592T",
        "Medicare has no coach benefit.",
        "96158",
        "Below 30 minutes",
        "Date of service",
        "[1] <https",
    ]
    assert [seen.index(words) for words in order] == sorted(seen.index(words) for words in order)
    for words in ("Bill this · 1 unit · modifier 95 · place 10, 02", "Do not bill", "Needs a psychologist.", "Assumed"):
        assert words in seen


@pytest.mark.parametrize("words", ["Bill 0592T, 1 unit.", "Medicare has no coach benefit.", "0592T Bill this", "2026"])
def test_notifications_and_screen_readers_get_the_answer_in_words(words: str) -> None:
    assert words in messages(answer())[0].text


@pytest.mark.parametrize(
    ("look", "there", "gone"),
    [
        (Look(), ["Sources (2)", "Check this claim"], ["Share with channel"]),
        (Look(share=True), ["Share with channel"], []),
        (Look(buttons=False), [], ["Sources (2)", "Check this claim"]),
        (Look(streamed=True), ["Medicare has no coach benefit."], ["Below 30 minutes"]),
        (Look(head="Shared by <@U1>"), ["Shared by <@U1>"], []),
    ],
)
def test_a_rendering_shows_what_it_is_asked_to(look: Look, there: list[str], gone: list[str]) -> None:
    seen = whole(answer(), look)
    assert all(words in seen for words in there)
    assert not any(words in seen for words in gone)


def test_a_warning_in_the_words_of_a_sentence_is_shown_once_with_its_label() -> None:
    text = "96127 is bundled into 90837."
    shown = answer(
        verdict="no",
        sentences=(Sentence(text=f"No. {text}", citations=(1,)),),
        warnings=(AnswerWarning(kind="bundling", text=text),),
        codes=(code(why=text),),
    )
    seen = whole(shown)
    assert seen.count(text) == 1
    assert "*Bundled*" in seen


@pytest.mark.parametrize("status", ["out_of_scope", "refused", "no_evidence"])
def test_a_declined_question_is_shown_with_its_status_and_without_buttons(status: Any) -> None:
    declined = answer(status=status, verdict=None, codes=(), citations=(), sentences=(), warnings=(), more=())
    (message,) = messages(declined)
    assert not any(block["type"] in ("actions", "context_actions") for block in message.blocks)
    assert message.blocks[0]["type"] == "context"


def test_options_too_long_for_a_button_are_listed_and_numbered() -> None:
    long = "Los Angeles-Long Beach-Anaheim (Los Angeles and Orange counties), or another part of the south"
    seen = texts(messages(question_back(long, "Fresno"))[0].blocks)
    assert f"1. {long}" in "\n".join(seen)
    assert seen[seen.index("1") : seen.index("1") + 2] == ["1", "2"]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://x", "https://a|b", "https://a b", "", "https://a<b>"])
def test_only_web_addresses_become_links(url: str) -> None:
    assert "<" not in link("Source <b>", url)


def test_streamed_sentences_are_those_of_the_answer() -> None:
    opening, rest = streamed(answer())
    assert opening == "**Bill 0592T, 1 unit.** [1] [2]"
    assert rest == ("\n\n- Below 30 minutes there is no code. [1]",)
    assert markdown("*a* [b](c) <!here> #1\\") == "\\*a\\* \\[b\\](c) &lt;!here&gt; \\#1\\\\"


def test_every_window_keeps_slacks_limits_and_can_be_previewed() -> None:
    many = answer(citations=tuple(citation(n, section="Time", caveat="Check.") for n in range(1, 61)))
    views = [sources_window(many, page) for page in range(4)]
    views += [claim_window(claim_of(answer())), feedback_window("a-1"), answer_window(answer(), "Only you.", {})]
    for view in views:
        assert list(problems(view["blocks"], VIEW_BLOCKS)) == []
        assert len(view["title"]["text"]) <= 24
        assert "unknown" not in view_html(view)
    html = page([posted(messages(answer())[0])], "x")
    assert "Bill 0592T" in html
    assert 'class="unknown"' not in html


@pytest.mark.parametrize("address", ["", "https://codecite.example.org/"])
def test_the_manifest_asks_for_the_least(address: str) -> None:
    made = manifest(address)
    assert made["oauth_config"]["scopes"] == {"bot": sorted(SCOPES)}
    assert not {
        scope for scope in SCOPES if scope.endswith(":write") and scope not in ("assistant:write", "chat:write")
    }
    assert "channels:history" not in SCOPES
    assert made["settings"]["socket_mode_enabled"] is (not address)
    assert made["settings"]["event_subscriptions"]["bot_events"] == list(EVENTS)
    urls = re.findall(r"https://codecite[^'\"]*", str(made))
    assert urls == (["https://codecite.example.org/slack/events"] * 3 if address else [])
    about = made["display_information"]
    assert 174 <= len(about["long_description"]) <= 4000
    assert len(about["description"]) <= 140
