"""The tools beside the chat: what they show, in a real browser and as HTML, whatever is put into them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from bot.channels.web import tool_html
from bot.channels.web.bench import Bench
from bot.channels.web.claim_tab import read_grid
from bot.channels.web.tabs import TABS
from bot.channels.web.timeline import timeline
from bot.errors import UsageError
from bot.toolbox import Toolbox
from bot.toolbox.models import LineIn
from corpus.knowledge import Knowledge
from tests.bot.channels.browsing import PHONE, Visitor
from tests.bot.channels.test_render_html import INJECTIONS

DAY = dt.date(2026, 3, 2)


@pytest.fixture(scope="module")
def tools() -> Toolbox:
    return Toolbox(Knowledge())


@pytest.fixture(scope="module")
def person(browser: Browser, address: str) -> Iterator[Visitor]:
    visitor = Visitor(browser, address)
    yield visitor
    visitor.context.close()
    assert visitor.complaints == []


def open_tab(person: Visitor, name: str) -> None:
    """Press a tab; those that find no room stand in the menu behind the dots."""
    tab = person.page.get_by_role("tab", name=name, exact=True)
    if tab.count() and tab.first.is_visible():
        tab.first.click()
        return
    person.page.locator("#cc-tabs .overflow-menu > button").first.click()
    person.page.locator("#cc-tabs .overflow-dropdown").get_by_text(name, exact=True).click()


def serious(person: Visitor) -> list[str]:
    found = Axe().run(person.page).response["violations"]
    return [f"{row['id']}: {row['nodes'][0]['html']}" for row in found if row["impact"] in ("serious", "critical")]


@pytest.mark.browser
def test_a_mistyped_code_leads_to_the_page_and_the_page_to_the_chat(person: Visitor) -> None:
    open_tab(person, "Codes")
    shown = person.page.locator("#cc-code-shown")
    person.page.get_by_label("Code or words").fill("9083")
    person.page.locator("#cc-code-go").click()
    shown.get_by_role("button", name="90834").click()
    expect(shown.locator("h2")).to_contain_text("90834")
    expect(shown.locator("h2")).not_to_contain_text("codes that may be meant")
    assert serious(person) == []
    shown.get_by_role("button", name="Ask about this code").click()
    assert "90834" in person.answered(1)


@pytest.mark.browser
def test_the_grid_tells_the_findings_of_each_line(person: Visitor) -> None:
    open_tab(person, "Claim check")
    grid = person.page.locator("#cc-grid")
    for number, code in enumerate(("90837", "90834")):
        grid.locator("input[name=code]").nth(number).fill(code)
    person.page.get_by_role("button", name="Add a line").click()
    expect(grid.get_by_label("Code, line 4")).to_be_focused()
    grid.locator("input[name=minutes]").nth(0).fill("45")
    grid.locator("input[name=minutes]").nth(0).press("Enter")
    lines = person.page.locator("#cc-claim-shown .cc-line")
    expect(lines).to_have_count(2)
    expect(lines.nth(0)).to_contain_text("45 minutes bill 90834")
    expect(lines.nth(1)).to_contain_text("Would deny")
    assert serious(person) == []


@pytest.mark.browser
@pytest.mark.parametrize(
    ("tab", "press", "shows"),
    [
        ("Time and units", "#cc-time-go", "38 to 52"),
        ("What changed", "#cc-changes-go", "changes"),
        ("Library", "#cc-library-go", "Official"),
    ],
)
def test_each_tool_answers_with_one_press(person: Visitor, tab: str, press: str, shows: str) -> None:
    open_tab(person, tab)
    person.page.locator(press).click()
    expect(person.page.locator(f"{press.removesuffix('-go')}-shown .cc-tool")).to_contain_text(shows)
    assert serious(person) == []


@pytest.mark.browser
def test_an_amount_is_that_of_the_locality(person: Visitor) -> None:
    open_tab(person, "Medicare amounts")
    person.page.locator("#cc-price-code input, #cc-price-code textarea").fill("90837")
    person.page.locator("#cc-price-go").click()
    shown = person.page.locator("#cc-price-shown .cc-tool")
    expect(shown).to_contain_text("National")
    place = person.page.get_by_label("Medicare locality")
    place.fill("AK")
    place.press("ArrowDown")
    place.press("Enter")
    expect(shown).to_contain_text("AK")
    assert serious(person) == []


@pytest.mark.browser
def test_feedback_history_and_pdf_hang_on_the_answer(person: Visitor) -> None:
    open_tab(person, "Chat")
    person.begin_again()
    person.ask("Therapy, 50 minutes, LCSW. Which code?")
    expect(person.answers.last.get_by_role("group", name="You could ask next").get_by_role("button")).to_have_count(3)
    person.answers.last.get_by_role("button", name="Wrong", exact=True).click()
    expect(person.answers.last.locator(".cc-say textarea")).to_be_focused()
    person.page.locator(".cc-chip-edit[data-slot=minutes]").click()
    person.page.locator(".cc-chip-box").fill("25")
    person.page.locator(".cc-chip-box").press("Enter")
    assert "90832" in person.answered(2)
    with person.page.expect_download() as download:
        person.page.get_by_role("button", name="PDF", exact=True).click()
    assert download.value.path().read_bytes().startswith(b"%PDF-")
    person.page.get_by_role("button", name="History").click()
    dialog = person.page.get_by_role("dialog")
    expect(dialog.locator("details").first).to_contain_text("Therapy, 50 minutes")
    assert serious(person) == []
    dialog.get_by_role("button", name="Delete all").click()
    expect(dialog).to_contain_text("None yet.")
    dialog.get_by_role("button", name="Close").click()


@pytest.mark.browser
def test_a_phone_in_the_dark_reaches_the_tools(browser: Browser, address: str) -> None:
    visitor = Visitor(browser, address, PHONE, "dark")
    open_tab(visitor, "Codes")
    visitor.page.get_by_label("Code or words").fill("0592T")
    visitor.page.locator("#cc-code-go").click()
    expect(visitor.page.locator("#cc-code-shown h2")).to_contain_text("0592T")
    assert visitor.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert serious(visitor) == []
    visitor.context.close()


@pytest.mark.parametrize("text", INJECTIONS)
def test_what_is_put_into_a_tool_stays_text(tools: Toolbox, text: str) -> None:
    bench = Bench(tools, {})
    shown = [
        tool_html.matches(tools.find_codes(text, DAY), text),
        tool_html.ask_button(text),
        tool_html.box(tool_html.ask_button(text), tool_html.look_button(text), tool_html.link(text, text)),
        tool_html.library(tools.sources(text)),
        bench.calm(lambda: tool_html.page(tools.code(text, DAY)))(),
        bench.calm(lambda: tool_html.claim(tools.check(read_grid(json.dumps([{"code": text}])), on=DAY)))(),
    ]
    for html in shown:
        assert "<script" not in html
        assert "<img" not in html
        assert 'href="javascript' not in html.lower()
        assert not any(f"<{tag}" in html.lower() for tag in ("iframe", "svg", "style", "math", "form", "input"))


def test_a_defect_in_a_tool_is_told_without_its_text(tools: Toolbox) -> None:
    def fails() -> str:
        raise RuntimeError("canary-7391")

    html = Bench(tools, {}).calm(fails)()
    assert "canary" not in html
    assert "give this number" in html


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("[]", "empty"),
        ("no json", "empty"),
        ('[{"code": "9083"}]', "line 1, code"),
        ('[{"code": "90837"}, {"code": "90834", "units": "two"}]', "line 2, units"),
        ('[{"code": "90837", "pos": "1"}]', "line 1, place"),
        (json.dumps([{"code": "90837"}] * 51), "at most 50"),
    ],
)
def test_a_cell_that_does_not_fit_is_named(typed: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        read_grid(typed)


def test_a_row_of_the_grid_is_a_claim_line() -> None:
    typed = [{"code": "90837", "units": "2", "modifiers": "95, GT", "pos": "10", "minutes": "55"}, {"code": ""}]
    assert read_grid(json.dumps(typed)) == [LineIn(code="90837", units=2, modifiers=("95", "GT"), pos="10", minutes=55)]


@pytest.mark.parametrize(("minutes", "bills"), [(15, "nothing"), (16, "90832"), (52, "90834"), (53, "90837")])
def test_the_picture_marks_the_span_that_was_hit(tools: Toolbox, minutes: int, bills: str) -> None:
    report = tools.time("psychotherapy", minutes, on=DAY)
    picture = timeline(report)
    assert picture.count('class="cc-tl-hit"') == 1
    hit = picture[picture.index('class="cc-tl-hit"') :]
    assert bills in hit[: hit.index("</text>")]
    assert f"{minutes} minutes" in picture
    assert 'role="img"' in picture


def test_every_service_has_a_picture(tools: Toolbox) -> None:
    for family in tools.families:
        report = tools.time(family, 20, on=DAY)
        assert timeline(report).startswith("<div"), family
        assert any(row.first <= 20 and (row.last is None or row.last >= 20) for row in report.rungs), family


def test_tabs_have_keys_and_titles_of_their_own() -> None:
    assert len({tab.key for tab in TABS}) == len({tab.title for tab in TABS}) == len(TABS)
