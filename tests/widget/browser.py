"""A real Chromium, and the widget as somebody uses it who sees, clicks and types."""

from __future__ import annotations

import os
import shutil
import subprocess
import uuid
from dataclasses import dataclass
from typing import Any, Optional

import httpx
from playwright.sync_api import Locator, Page, expect

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
REMEDY = "no Chromium was found. Remedy: apt-get install chromium, or put one on PATH."
PATIENCE = 30_000
"""Milliseconds."""
SCREENS = {"desktop": {"width": 1280, "height": 860}, "phone": {"width": 360, "height": 640}}


def chromium_path() -> str:
    """A browser on PATH, else Debian's, installed now; fails with the remedy."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update"], check=False, capture_output=True)
        subprocess.run(["apt-get", "install", "--yes", "--no-install-recommends", "chromium"], check=False, capture_output=True)
        found = shutil.which("chromium")
    assert found, REMEDY
    return found


@dataclass
class Widget:
    """The widget of one page. Playwright looks into its shadow root by itself."""

    page: Page

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE)

    def goto(self, address: str) -> "Widget":
        self.page.goto(address)
        self.page.wait_for_selector("budget-advisor .greeting", state="attached")
        return self

    # what is seen
    @property
    def field(self) -> Locator:
        return self.page.locator("budget-advisor .composer textarea")

    @property
    def log(self) -> Locator:
        return self.page.locator("budget-advisor .log")

    def advice(self, kind: str) -> Locator:
        return self.page.locator(f"budget-advisor .chart[data-kind={kind}] figure").first

    def mine(self) -> list[str]:
        """What she said, as it is shown."""
        return self.page.locator("budget-advisor .mine .bubble").all_inner_texts()

    def theirs(self) -> list[str]:
        """What was answered, as it is shown."""
        return self.page.locator("budget-advisor .theirs:not(.greeting)").all_inner_texts()

    def places(self) -> list[str]:
        """The places of the answers in the conversation, as they are shown."""
        answers = self.page.locator("budget-advisor .theirs[data-key]").all()
        return [answer.get_attribute("data-key") or "" for answer in answers]

    def session(self) -> str:
        return str(self.page.evaluate("localStorage.getItem('budget-advisor.session')"))

    # what is done
    def write(self, text: str) -> None:
        """Type and press the button."""
        self.field.fill(text)
        self.page.locator("budget-advisor .send").click()

    def settled(self, messages: int) -> None:
        """All of so many messages are sent and answered."""
        expect(self.page.locator("budget-advisor .mine")).to_have_count(messages, timeout=PATIENCE)
        expect(self.page.locator("budget-advisor .mine .state")).to_have_count(0, timeout=PATIENCE)
        expect(self.page.locator("budget-advisor .typing i")).to_have_count(0, timeout=PATIENCE)

    def say(self, text: str) -> None:
        """Send and wait for the answer."""
        before = len(self.mine())
        self.write(text)
        self.settled(before + 1)

    def reply(self, title: str) -> None:
        """Press one of the buttons offered, and wait for the answer."""
        before = len(self.mine())
        self.page.locator("budget-advisor .replies").get_by_role("button", name=title, exact=True).click()
        self.settled(before + 1)

    def tab_to(self, target: Locator, most: int = 60) -> None:
        """Press the tabulator until it is reached."""
        for _ in range(most):
            if target.evaluate("element => element.getRootNode().activeElement === element"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError("not reached by keyboard")

    def menu(self, entry: str) -> None:
        self.page.locator("budget-advisor .menu-button").click()
        self.page.locator("budget-advisor .menu").get_by_text(entry, exact=True).click()


class Asker:
    """What the server has of a session, asked beside the widget."""

    def __init__(self, address: str, session: str) -> None:
        self._http = httpx.Client(base_url=f"{address}/webhooks/web", headers={"Authorization": f"Bearer {session}"}, timeout=60)

    def entries(self) -> list[dict[str, Any]]:
        return list(self._http.get("/entries").json()["entries"])

    def texts(self, of: str) -> list[str]:
        return [entry["text"] for entry in self.entries() if entry["from"] == of]

    def places(self) -> list[str]:
        return [f"{entry['number']}/{entry['part']}" for entry in self.entries() if entry["part"] > 0]

    def send(self, text: str, message_id: Optional[str] = None) -> None:
        self._http.post("/messages", json={"id": message_id or uuid.uuid4().hex, "text": text}).raise_for_status()
