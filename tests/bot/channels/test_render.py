"""An Answer as Markdown: whole, and with nothing in it taking effect."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.answer import AnswerWarning, Sentence
from bot.channels.render import answer_markdown, plain
from tests.bot.channels.answers import answer, citation, code, question_back
from tests.bot.channels.test_render_html import INJECTIONS, Seen, poisoned

READER = MarkdownIt("commonmark", {"html": True}).enable("table")


def test_markdown_says_everything() -> None:
    text = answer_markdown(answer())
    assert text.startswith("**Yes.** **Bill 0592T, 1 unit.** [1] [2]")
    for part in (
        "> **Not covered:** Medicare has no coach benefit.",
        "- Below 30 minutes there is no code. [1]",
        "| 0592T | Bill this | 1 | 95 | 10, 02 | Active |",
        "Assumed: Place of service = office (no place was stated)",
        "**More**\n\n- Longer sessions stay one unit. [2]",
        "1. Health and well-being coaching: Time (Society, In effect from 2020-01-01, coaching-001)",
        "> 0592T and 0593T each require at least 30 minutes.",
        "[Physician fee schedule](<https://www.cms.gov/pfs>), CMS, as of 2026-07",
        "Caveat: Contractor-priced.",
        "For dates of service on 2026-11-21.",
    ):
        assert part in text


def test_a_question_back_lists_its_options() -> None:
    text = answer_markdown(question_back("16-37 minutes", "53 minutes or more"))
    assert "_One detail decides this_" in text
    assert "**How long was the session?**\n\n- 16-37 minutes\n- 53 minutes or more" in text


@pytest.mark.parametrize("text", INJECTIONS)
def test_markdown_lets_no_markup_in(text: str) -> None:
    seen = Seen(READER.render(answer_markdown(poisoned(text))))
    assert not set(seen.tags) & {"script", "img", "svg", "iframe", "style", "form", "a", "math", "h1"}


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("*_`[]()<>|~#\\!&;-+. a1\n"), max_size=30))
def test_escaped_text_reads_as_typed(text: str) -> None:
    words = " ".join(text.split())
    seen = Seen(READER.render(f"- {plain(text)}"))
    assert seen.text.strip("\n") == words
    assert seen.tags == ["ul", "li"]


def test_a_cell_cannot_break_the_table() -> None:
    text = answer_markdown(answer(codes=(code(why="a | b\nc"),)))
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert len(rows) == 3
    assert "a \\| b c" in rows[2]


def test_empty_parts_leave_no_headings() -> None:
    bare = answer(
        verdict=None,
        codes=(),
        warnings=(AnswerWarning(kind="vintage", text="Tables end in 2026."),),
        sentences=(Sentence(text="Nothing more.", citations=()),),
        citations=(),
        assumptions=(),
        more=(),
    )
    assert answer_markdown(bare) == (
        "**Nothing more.**\n\n> **Age of the data:** Tables end in 2026.\n\nFor dates of service on 2026-11-21.\n"
    )
    assert citation().quote
