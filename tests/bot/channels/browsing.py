"""A person with a browser of their own, and a server that says when it listens."""

from __future__ import annotations

import datetime
import socket
import threading
from typing import Literal

import uvicorn
from playwright.sync_api import Browser, Page, ViewportSize, expect

DESKTOP: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}


class Announced(uvicorn.Server):
    """A server that says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.listening.set()


class Visitor:
    """One person with a browser of their own."""

    def __init__(
        self,
        browser: Browser,
        address: str,
        size: ViewportSize = DESKTOP,
        scheme: Literal["light", "dark"] = "light",
    ) -> None:
        self.context = browser.new_context(viewport=size, color_scheme=scheme, accept_downloads=True)
        self.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address.rstrip("/"))
        self.complaints: list[str] = []
        self.requested: set[str] = set()
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(60_000)
        self.page.on("console", lambda said: said.type == "error" and self.complaints.append(said.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.complaints.append("dialog"), dialog.dismiss()))
        self.page.on("request", lambda request: self.requested.add(request.url))
        self.page.goto(address)
        self.box = self.page.get_by_label("Your question")
        self.date = self.page.locator("#cc-date input")
        self.answers = self.page.locator("#cc-chat .cc-answer:has(.cc-bottom)")
        self.facts = self.page.locator("#cc-facts")
        self.box.wait_for()
        expect(self.date).to_have_attribute("type", "date")

    def begin_again(self) -> None:
        """Press New conversation and see the page empty, the examples back and the form as at first."""
        self.page.get_by_role("button", name="New conversation").click()
        expect(self.page.locator("#cc-chat .cc-said")).to_have_count(0)
        expect(self.page.get_by_role("tab", name="Coach")).to_be_visible()
        expect(self.date).to_have_value(datetime.date.today().isoformat())

    def ask(self, question: str) -> str:
        """Ask, wait for the complete answer and return what it displays."""
        before = self.page.locator("#cc-chat .cc-copy").count()
        self.box.fill(question)
        self.box.press("Enter")
        return self.answered(before + 1)

    def answered(self, count: int) -> str:
        """The text of the last answer once there are `count` complete ones."""
        self.page.locator("#cc-chat .cc-copy").nth(count - 1).wait_for(state="attached")
        return self.answers.last.inner_text()
