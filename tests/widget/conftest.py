"""A server with two workers, a browser, and pages of a desktop and of a phone."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.server import Server, free_port, started_servers
from tests.widget.browser import SCREENS, Widget, chromium_path

Opener = Callable[..., Page]


@pytest.fixture(scope="package")
def elsewhere() -> str:
    """The origin of another site, which the server knows."""
    return f"http://127.0.0.1:{free_port()}"


@pytest.fixture(scope="package")
def server(model: Path, elsewhere: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    url = f"sqlite:///{tmp_path_factory.mktemp('widget') / 'advisor.db'}"
    with started_servers([Server(url, ADVISOR_WORKERS="2", ADVISOR_ALLOWED_ORIGINS=elsewhere)]) as [server]:
        yield server


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    # A process of root has no sandbox in Chromium.
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


@pytest.fixture
def pages(browser: Browser) -> Iterator[Opener]:
    """Opens pages of people that know nothing of each other; what goes wrong in one fails the test."""
    contexts, problems = [], []

    def open_page(screen: str = "desktop", **options: Any) -> Page:
        context = browser.new_context(viewport=SCREENS[screen], locale="zh-CN", has_touch=screen == "phone", **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not problems


@pytest.fixture
def widget(pages: Opener, server: Server) -> Widget:
    """The demo page on a desktop."""
    return Widget(pages()).goto(server.address)
