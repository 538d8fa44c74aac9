"""A biller's way through the chat in a real browser, with the real engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from bot.answer import Sentence
from bot.channels.render_html import answer_html
from tests.bot.channels.answers import answer, citation
from tests.bot.channels.browsing import PHONE, Visitor

pytestmark = pytest.mark.browser

COACHING = "Follow-up coaching, 35 minutes, one client on video. Which code?"
OPEN_ENDED = "Individual psychotherapy in the office. Which code?"

Visit = Callable[..., Visitor]


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    """Opens the page for one more person."""
    visitors: list[Visitor] = []

    def open_page(**options: Any) -> Visitor:
        visitors.append(Visitor(browser, address, **options))
        return visitors[-1]

    yield open_page
    for visitor in visitors:
        visitor.context.close()
        assert_content(visitor, address)


@pytest.fixture(scope="module")
def biller(browser: Browser, address: str) -> Iterator[Visitor]:
    """One person who keeps the page open."""
    visitor = Visitor(browser, address)
    yield visitor
    visitor.context.close()


@pytest.fixture
def person(biller: Visitor, address: str) -> Iterator[Visitor]:
    """The same person with a new conversation: nothing of the last one may be left."""
    biller.begin_again()
    yield biller
    assert_content(biller, address)


def assert_content(visitor: Visitor, address: str) -> None:
    """The browser complained of nothing and asked no other server for anything."""
    assert visitor.complaints == []
    assert {url for url in visitor.requested if not url.startswith((address, "blob:", "data:"))} == set()


def test_an_answer_shows_its_bottom_line_codes_and_evidence(person: Visitor) -> None:
    text = person.ask(COACHING)
    assert "0592T" in text
    assert "Bill this" in text
    expect(person.facts).to_contain_text("35")
    proof = person.answers.last.locator("details.cc-proof").first
    expect(proof.locator("blockquote")).to_be_hidden()
    person.answers.last.locator(".cc-bottom a.cc-mark").first.click()
    opened = person.answers.last.locator("details.cc-proof[open]")
    expect(opened).to_have_count(1)
    expect(opened.locator("blockquote")).to_be_visible()
    expect(opened.locator("summary")).to_be_focused()
    expect(person.box).to_have_value("")


def test_every_mark_opens_its_evidence_folded_or_not(visit: Visit) -> None:
    person = visit()
    rows = tuple(citation(n) for n in range(1, 13))
    html = answer_html(answer(sentences=(Sentence(text="All.", citations=tuple(range(1, 13))),), citations=rows))
    person.page.evaluate("html => document.querySelector('#cc-chat').insertAdjacentHTML('beforeend', html)", html)
    for mark in person.answers.last.locator("a.cc-mark:visible").all():
        mark.click()
        expect(person.page.locator(f"{mark.get_attribute('href')} blockquote")).to_be_visible()
    expect(person.answers.last.locator("blockquote:visible")).to_have_count(12)


def test_a_follow_up_keeps_the_facts(person: Visitor) -> None:
    person.ask(COACHING)
    text = person.ask("And if it was only 25 minutes?")
    assert "0592T" in text
    expect(person.facts).to_contain_text("25")
    expect(person.facts).to_contain_text("ideo")


def test_the_date_field_decides_which_rules_hold(person: Visitor) -> None:
    person.date.fill("2018-06-01")
    then = person.ask("What is 96101?")
    assert "Active" in then
    expect(person.facts).to_contain_text("2018-06-01")
    person.begin_again()
    person.date.fill("2026-03-02")
    now = person.ask("What is 96101?")
    assert "Deleted" in now


def test_an_option_answers_the_question_back(person: Visitor) -> None:
    person.ask("Need the code for intake")
    options = person.page.locator("#cc-chat button.option")
    assert options.count() >= 2
    chosen = options.nth(1).inner_text()
    options.nth(1).click()
    person.answered(2)
    expect(person.page.locator("#cc-chat .cc-said").last).to_have_text(chosen)
    expect(person.page.locator("#cc-chat .cc-said")).to_have_count(2)


def test_two_people_never_see_each_other(visit: Visit) -> None:
    first, second = visit(), visit()
    first.ask(COACHING)
    expect(second.page.locator("#cc-chat .cc-said")).to_have_count(0)
    second.ask("And for 25 minutes?")
    assert "video" not in second.facts.inner_text().lower()
    assert "coaching" not in second.page.locator("#cc-chat").inner_text().lower()
    expect(first.page.locator("#cc-chat .cc-said")).to_have_count(1)


def test_everything_can_be_done_from_the_keyboard(visit: Visit) -> None:
    person = visit()
    keys = person.page.keyboard
    expect(person.box).to_be_focused()
    keys.type(COACHING)
    keys.press("Enter")
    person.answered(1)
    expect(person.box).to_be_focused()
    for _ in range(60):
        keys.press("Shift+Tab")
        if person.page.evaluate("document.activeElement.matches('.cc-bottom a.cc-mark')"):
            break
    keys.press("Enter")
    expect(person.answers.last.locator("details.cc-proof[open] > summary")).to_be_focused()
    keys.press("Enter")
    expect(person.answers.last.locator("details.cc-proof[open]")).to_have_count(0)


def test_a_phone_shows_it_all_without_sideways_scrolling(visit: Visit) -> None:
    person = visit(size=PHONE)
    assert serious(person) == []
    text = person.ask(COACHING)
    assert "0592T" in text
    assert person.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    row = person.answers.last.locator("table.cc-codes tbody tr").first
    expect(row).to_contain_text("Status")
    box = row.bounding_box()
    assert box
    assert box["x"] + box["width"] <= PHONE["width"]
    expect(person.box).to_be_in_viewport()
    assert serious(person) == []


def test_accessibility_rules_hold(person: Visitor) -> None:
    assert serious(person) == []
    person.ask(OPEN_ENDED)
    person.answers.last.locator("a.cc-mark").first.click()
    assert serious(person) == []
    assert person.page.evaluate("document.documentElement.lang") == "en-US"
    assert person.page.locator("#cc-chat [aria-label*='<']").count() == 0


def test_dark_colors_keep_their_contrast(visit: Visit) -> None:
    person = visit(scheme="dark")
    person.ask(COACHING)
    person.answers.last.locator("a.cc-mark").first.click()
    assert serious(person) == []


def serious(person: Visitor) -> list[str]:
    found = Axe().run(person.page).response["violations"]
    return [f"{row['id']}: {row['nodes'][0]['html']}" for row in found if row["impact"] in ("serious", "critical")]


def test_an_example_question_is_asked_with_one_click(person: Visitor) -> None:
    person.page.get_by_role("tab", name="Biller").click()
    person.page.get_by_role("button", name="What replaced 96101?").click()
    assert "96101" in person.answered(1)
    expect(person.page.get_by_role("tab", name="Biller")).to_be_hidden()


def test_markup_in_a_message_stays_text(person: Visitor) -> None:
    attack = "What is 90837? <img src=x onerror=alert(1)><script>alert(2)</script>**b** [x](javascript:alert(3))"
    person.ask(attack)
    expect(person.page.locator("#cc-chat .cc-said")).to_have_text(attack)
    assert person.page.locator("#cc-chat").locator("img, script, a[href^='javascript']").count() == 0


def test_answers_can_be_copied_and_the_conversation_saved(person: Visitor) -> None:
    person.ask(COACHING)
    person.answers.last.get_by_role("button", name="Copy as text").click()
    expect(person.answers.last.get_by_role("button", name="Copied")).to_be_visible()
    copied = person.page.evaluate("navigator.clipboard.readText()")
    assert "| Code | Role |" in copied
    with person.page.expect_download() as download:
        person.page.get_by_role("button", name="Save").click()
    saved = download.value.path().read_text(encoding="utf-8")
    assert download.value.suggested_filename.endswith(".md")
    assert saved.startswith(f"## {COACHING}\n")
    assert copied.strip() in saved


def test_no_message_text_reaches_the_logs(person: Visitor, capfd: pytest.CaptureFixture[str]) -> None:
    person.ask("Canary-7391 wants to know what 90837 is")
    person.date.fill("")
    person.ask("Canary-7391 again")
    said = capfd.readouterr()
    assert "7391" not in said.out + said.err
