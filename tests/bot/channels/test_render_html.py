"""HTML of an Answer: everything shown, nothing let in."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answer import (
    AnswerStatus,
    AnswerWarning,
    Assumption,
    Citation,
    CitationTier,
    CodeRole,
    CodeState,
    EvidenceKind,
    Sentence,
    Verdict,
    WarningKind,
)
from bot.channels import render
from bot.channels.render_html import answer_html, clarify_html, facts_html, message_html, notice_html
from tests.bot.channels.answers import SOURCE, answer, citation, code, question_back

INJECTIONS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "![x](https://evil.example/pixel.png)",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<style>*{display:none}</style>",
    "<!-- --><form action=//evil.example><button>Sign in</button></form>",
    "</div></aside></details><h1>Take over</h1>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\u202e<scr\x00ipt>alert(1)</scr\x00ipt>",
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
)

ALLOWED_TAGS = {
    *("div", "p", "span", "br", "b", "strong", "sup", "a", "ul", "li", "h2", "blockquote"),
    *("table", "caption", "thead", "tbody", "tr", "th", "td", "details", "summary", "aside"),
}


class Seen(HTMLParser):
    """Tags, attributes, addresses and text of a fragment, as a browser would split it."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data

    def values(self, name: str) -> list[str]:
        return [value for key, value in self.attributes if key == name]


def poisoned(text: str) -> Any:
    """An Answer that carries `text` wherever text can be carried."""
    return answer(
        id=text,
        question=text,
        answer=text,
        codes=(
            code(text, modifiers=(text,), pos=(text,), descriptor=text, descriptor_source=text, why=text, amount=text),
        ),
        warnings=(AnswerWarning(kind="phi", text=text, codes=(text,)),),
        sentences=(Sentence(text=text, citations=(1,)), Sentence(text=text, citations=(1,))),
        citations=(
            citation(
                ref=text,
                title=text,
                section=text,
                quote=text,
                caveat=text,
                effective_from=text,
                sources=(SOURCE.model_copy(update={"title": text, "publisher": text, "url": text, "as_of": text}),),
            ),
        ),
        assumptions=(Assumption(slot=text, value=text, why=text),),
        as_of=text,
        facts={text: text},
        more=(Sentence(text=text, citations=(1,)),),
    )


def fragments(text: str) -> list[str]:
    clarify = question_back(text).clarify
    assert clarify is not None
    return [
        answer_html(poisoned(text)),
        answer_html(poisoned(text), sentences=1),
        facts_html(poisoned(text)),
        message_html(text),
        notice_html(text, text),
        clarify_html(clarify.model_copy(update={"question": text})),
    ]


def shown(html: str) -> str:
    """The text that is displayed: without the copy that only the Copy button hands out."""
    return Seen(re.sub(r'<div class="cc-copy">.*?</div>', "", html)).text


def assert_harmless(html: str) -> None:
    seen = Seen(html)
    # Buttons stand among the facts only, where each holds the value that it changes.
    facts = 'class="cc-chips"' in html
    assert set(seen.tags) <= ALLOWED_TAGS | ({"button"} if facts else set())
    assert {name for name, _ in seen.attributes} <= {
        *(("type", "data-slot", "data-name", "data-value", "data-say") if facts else ()),
        "class",
        "id",
        "href",
        "target",
        "rel",
        "scope",
        "aria-label",
        "tabindex",
    }
    assert all(address.startswith(("#", "https://", "http://")) for address in seen.values("href"))
    assert "\n" not in html


@pytest.mark.parametrize("text", INJECTIONS)
def test_text_never_becomes_markup(text: str) -> None:
    for html in fragments(text):
        assert_harmless(html)


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("<>\"'&/=ab \n\t`[]()!#-x0:;"), max_size=40))
def test_no_text_opens_a_tag(text: str) -> None:
    for html in fragments(text):
        assert_harmless(html)


def test_a_message_is_shown_as_typed() -> None:
    html = message_html("<b>90837</b> & 95?\nsecond line")
    assert html == '<div class="cc-said">&lt;b&gt;90837&lt;/b&gt; &amp; 95?<br>second line</div>'


@pytest.mark.parametrize(
    ("url", "linked"),
    [
        ("https://www.cms.gov/pfs", True),
        ("http://www.ama-assn.org/x?a=1&b=2", True),
        ("javascript:alert(1)", False),
        ("JaVaScRiPt:alert(1)", False),
        ("data:text/html,<script>alert(1)</script>", False),
        ("file:///etc/passwd", False),
        ("//evil.example", False),
        ("https://", False),
        ("/relative", False),
        ("http://[bad", False),
        ("", False),
    ],
)
def test_only_http_sources_are_links(url: str, linked: bool) -> None:
    row = citation(sources=(SOURCE.model_copy(update={"url": url}),))
    seen = Seen(answer_html(answer(citations=(row,))))
    outside = [address for address in seen.values("href") if not address.startswith("#")]
    assert outside == ([url] if linked else [])
    assert SOURCE.title in seen.text


def test_every_mark_leads_to_its_evidence() -> None:
    seen = Seen(answer_html(answer()))
    marks = [address[1:] for address in seen.values("href") if address.startswith("#")]
    assert len(marks) == 4, "two in the first sentence, one in the second, one under More"
    assert set(marks) == set(seen.values("id"))
    assert len(set(seen.values("id"))) == 2


def test_long_evidence_is_folded_after_that_of_the_bottom_line() -> None:
    rows = tuple(citation(n) for n in range(1, 13))
    text = shown(answer_html(answer(citations=rows)))
    assert "More evidence (6)" in text
    assert text.index("coaching-006") < text.index("More evidence") < text.index("coaching-007")
    assert "More evidence" not in answer_html(answer(citations=rows[:7]))


def test_marks_of_two_answers_never_meet() -> None:
    first, second = (set(Seen(answer_html(answer(id=name))).values("id")) for name in ("a-1", "a-2"))
    assert not first & second


def test_the_bottom_line_comes_first_then_warnings_and_codes() -> None:
    text = shown(answer_html(answer()))
    order = ["Yes", "Bill 0592T, 1 unit.", "Not covered:", "Codes", "Below 30 minutes", "Assumed:", "More on this (1)"]
    assert [text.index(part) for part in order] == sorted(text.index(part) for part in order)


def test_the_code_table_shows_only_columns_that_say_something() -> None:
    text = shown(answer_html(answer()))
    for part in (
        "0592T",
        "Bill this",
        "Do not bill",
        "95",
        "10, 02",
        "Active",
        "plain label (not the AMA descriptor)",
    ):
        assert part in text
    assert "Amount" not in text
    priced = shown(answer_html(answer(codes=(code(amount="$63.46 national, office"),))))
    assert "Amount" in priced
    assert "$63.46 national, office" in priced


def test_evidence_shows_words_source_date_tier_and_caveat() -> None:
    text = shown(answer_html(answer()))
    for part in (
        "0592T and 0593T each require at least 30 minutes.",
        "Time",
        "Physician fee schedule",
        "CMS, as of 2026-07, official",
        "Society",
        "In effect from 2020-01-01",
        "coaching-001",
        "Caveat: Contractor-priced.",
    ):
        assert part in text


def test_while_writing_only_verified_sentences_show() -> None:
    text = shown(answer_html(answer(), sentences=1))
    assert "Bill 0592T" in text
    for later in ("Below 30 minutes", "coaching-001", "Assumed", "More on this"):
        assert later not in text


def test_a_warning_in_the_words_of_a_sentence_is_said_once_and_marked() -> None:
    told = answer(
        verdict=None,
        warnings=(
            AnswerWarning(kind="deleted_code", text="Bill 0592T, 1 unit."),
            AnswerWarning(kind="time_not_met", text="Below 30 minutes there is no code."),
        ),
    )
    text = shown(answer_html(told))
    assert text.startswith("Deleted code Bill 0592T, 1 unit.")
    assert text.count("Bill 0592T, 1 unit.") == 1
    assert text.count("Time not met: Below 30 minutes there is no code.") == 1


@pytest.mark.parametrize(
    ("verdict", "text", "shown_as"),
    [
        ("no", "No. 25 minutes is too short.", "No. 25 minutes is too short."),
        ("no", "Nothing shorter is reported.", "No Nothing shorter is reported."),
        ("depends", "It depends: the payer decides.", "It depends: the payer decides."),
        ("yes", "Bill it.", "Yes Bill it."),
        (None, "No, not a verdict.", "No, not a verdict."),
    ],
)
def test_the_verdict_is_said_once(verdict: Verdict | None, text: str, shown_as: str) -> None:
    html = answer_html(answer(verdict=verdict, sentences=(Sentence(text=text),), warnings=(), citations=(), codes=()))
    assert shown(html).startswith(shown_as)
    assert html.count("cc-verdict") == (1 if verdict else 0)


def test_dates_and_codes_are_never_broken_across_lines() -> None:
    html = answer_html(answer(sentences=(Sentence(text="Since 2019-01-01 bill 96130-96133, not $96130."),)))
    assert '<span class="cc-span">2019-01-01</span>' in html
    assert '<b class="cc-b">96130</b>-<b class="cc-b">96133</b>, not $96130.' in html


def test_a_table_row_is_named_by_its_table_and_shown_cell_by_cell() -> None:
    row = citation(
        kind="table",
        ref="codes:0592T",
        title="codes 0592T",
        section="",
        quote="code: 0592T; note: at least 30; one unit; min_minutes: 30",
    )
    html = answer_html(answer(citations=(row,)))
    assert "Code table, 0592T" in html
    assert "code: 0592T<br>note: at least 30; one unit<br>min_minutes: 30" in html


def test_a_history_row_reads_as_words() -> None:
    row = citation(
        kind="table", ref="code_history:99214@2021-01-01/redefined", title="code_history 99214@2021-01-01/redefined"
    )
    assert "Code history, 99214, 2021-01-01, redefined" in answer_html(answer(citations=(row,)))


def test_an_answer_without_sentences_still_says_its_text() -> None:
    bare = answer(status="no_evidence", verdict=None, sentences=(), codes=(), citations=(), answer="We hold no data.")
    text = shown(answer_html(bare))
    assert "No data held, which is not permission" in text
    assert "We hold no data." in text


def test_facts_start_with_the_date_of_service() -> None:
    text = Seen(facts_html(answer())).text
    assert text.startswith("Date of service 2026-11-21")
    assert "Minutes 35" in text
    assert "Payer Medicare" in text
    stated = answer(facts={"payer": "aetna", "date": "2026-11-21", "services": "health-coaching"})
    assert Seen(facts_html(stated, {"aetna": "Aetna"})).text == (
        "Date of service 2026-11-21Payer AetnaService health coaching"
    )


def test_codes_that_are_only_mentioned_are_folded_away_below_those_that_decide() -> None:
    rows = (code("90834"), code("90837", role="mentioned"), code("90832", role="mentioned"))
    html = answer_html(answer(codes=rows))
    folded = html[html.index("Codes mentioned (2)") :]
    assert "90837" in folded
    assert ">90834<" not in folded.partition("</details>")[0]
    only_mentioned = answer_html(answer(codes=rows[1:]))
    assert "Codes mentioned" not in only_mentioned
    assert ">90837<" in only_mentioned


def test_a_complete_answer_carries_its_markdown_for_copying() -> None:
    found = re.search(r'<div class="cc-copy">(.*?)</div>', answer_html(answer()))
    assert found
    assert Seen(found.group(1).replace("<br>", "\n")).text + "\n" == render.answer_markdown(answer())
    assert "cc-copy" not in answer_html(answer(), sentences=1)


@pytest.mark.parametrize(
    ("labels", "values"),
    [
        (render.VERDICTS, Verdict),
        (render.STATUSES, AnswerStatus),
        (render.ROLES, CodeRole),
        (render.STATES, CodeState),
        (render.TIERS, CitationTier),
        (render.KINDS, EvidenceKind),
        (render.WARNINGS, WarningKind),
    ],
)
def test_every_value_of_the_contract_has_a_label(labels: dict[str, str], values: Any) -> None:
    assert set(labels) == set(get_args(values))


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (None, None, ""),
        ("2020-01-01", None, "In effect from 2020-01-01"),
        (None, "2025-12-31", "In effect until 2025-12-31"),
        ("2020-01-01", "2025-12-31", "In effect 2020-01-01 to 2025-12-31"),
    ],
)
def test_effective_dates_in_words(start: str | None, end: str | None, words: str) -> None:
    row: Citation = citation(effective_from=start, effective_to=end)
    assert render.effective_range(row) == words
