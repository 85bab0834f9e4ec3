"""Everybody can use it, whatever is written in it: axe in both themes, narrow and enlarged pages, hostile content, strict policies."""

from __future__ import annotations

import http.server
import threading
from contextlib import contextmanager
from typing import Any, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.server import Server
from tests.widget.browser import PATIENCE, SCREENS, Widget
from tests.widget.conftest import Opener

ADVICE = {
    "share": "开酒店的，稳定期，会员制，总预算400万，客户管理该占多少？",
    "plan": "我们做电商，成长期，一次性买卖，总预算300万，客户管理预算怎么定？",
    "shortfall": "美容院，今年客户预算15万，全年要20万，已经花了12万，不够怎么办？",
    "evaluation": "培训机构，今年花了20万，来了400个新客户，总预算150万，这钱花得值不值？",
}
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}
SHIFTS = """
window.shifted = [];
const ofThePage = (node) => node && node.getRootNode() === document && node.localName !== 'budget-advisor';
new PerformanceObserver((list) => {
  for (const { node } of list.getEntries().flatMap((entry) => entry.sources)) if (ofThePage(node)) shifted.push(node.localName);
}).observe({ type: 'layout-shift', buffered: true });
"""
"""What of the page itself has moved."""
HOSTILE = [
    "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>",
    "</textarea></div><svg onload=alert(1)>{{7*7}} ${7*7}",
    "\u202eأهلا بكم في المتجر \u202d 预算 שלום",
    "字" * 5000,
    "w" * 5000,
    "😀👩‍👩‍👧‍👦" * 200 + "\u0301" * 300,
]


def violations(widget: Widget) -> list[str]:
    found = Axe().run(widget.page, options=RULES).response["violations"]
    return [f"{violation['id']}: {node['target']} {node['failureSummary']}" for violation in found for node in violation["nodes"]]


def advised(widget: Widget, kind: str) -> None:
    widget.say(ADVICE[kind])
    expect(widget.advice(kind)).to_be_visible(timeout=PATIENCE)


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(pages: Opener, server: Server, scheme: str, screen: str) -> None:
    widget = Widget(pages(screen, color_scheme=scheme)).goto(server.address)
    assert violations(widget) == []
    for kind in ADVICE:
        advised(widget, kind)
        assert violations(widget) == [], kind
    widget.page.locator("budget-advisor .what-if summary").click()
    widget.page.locator("budget-advisor details.table summary").locator("visible=true").last.click()
    widget.page.locator("budget-advisor .menu-button").click()
    assert violations(widget) == []
    widget.page.keyboard.press("Escape")
    widget.page.locator("budget-advisor .composer .icon-button").click()
    widget.page.wait_for_selector("budget-advisor .sheet")
    assert violations(widget) == []
    widget.page.keyboard.press("Escape")
    widget.page.context.set_offline(True)
    widget.write("你好")
    expect(widget.page.locator("budget-advisor .strip")).not_to_be_empty()
    assert violations(widget) == []


@pytest.mark.parametrize(("width", "height"), [(320, 568), (640, 430)], ids=["320", "1280 at 200%"])
def test_nothing_has_to_be_scrolled_sideways(pages: Opener, server: Server, width: int, height: int) -> None:
    page = pages()
    page.set_viewport_size({"width": width, "height": height})
    widget = Widget(page).goto(server.address)
    for kind in ADVICE:
        advised(widget, kind)
        sideways = "[...document.querySelector('budget-advisor').shadowRoot.querySelectorAll('.log, .panel, header, .replies, .composer')].filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.className)"
        assert page.evaluate(sideways) == [] and page.evaluate("document.documentElement.scrollWidth <= innerWidth"), kind
    assert widget.field.bounding_box()["width"] > 100  # type: ignore[index]


def test_whatever_is_written_is_text(widget: Widget) -> None:
    page = widget.page
    for text in HOSTILE:
        widget.say(text)
    assert [said.strip() for said in widget.mine()] == [text.strip() for text in HOSTILE]
    assert page.title() == "客户管理预算顾问"
    assert page.locator("budget-advisor .log img, budget-advisor .log script").count() == 0
    assert page.evaluate("(() => { const log = document.querySelector('budget-advisor').shadowRoot.querySelector('.log'); return log.scrollWidth <= log.clientWidth + 1; })()")
    assert page.locator("budget-advisor .mine .bubble").nth(2).evaluate("element => getComputedStyle(element).direction") in ("ltr", "rtl")


def test_what_comes_is_read_out_and_what_was_said_before_is_not(widget: Widget) -> None:
    log = widget.log
    assert log.get_attribute("role") == "log"
    widget.say("你好")
    expect(log).to_have_attribute("aria-live", "polite")


def test_nothing_moves_for_who_does_not_want_it(pages: Opener, server: Server) -> None:
    widget = Widget(pages(reduced_motion="reduce")).goto(server.address)
    widget.write("你好")
    moving = "document.querySelector('budget-advisor').shadowRoot.getAnimations().length"
    assert widget.page.evaluate(moving) == 0


def test_the_keyboard_of_a_phone_does_not_cover_the_field(pages: Opener, server: Server) -> None:
    """What is left of the screen above the keyboard is the visual viewport; the conversation fills that."""
    page = pages("phone")
    page.route(f"{server.address}/shop", lambda route: route.fulfill(body=f"<!doctype html><html lang=zh-CN><title>店</title><body><script src='{server.address}/widget/widget.js'></script></body></html>", content_type="text/html; charset=utf-8"))
    page.goto(f"{server.address}/shop")
    page.locator("budget-advisor .launcher").click()
    page.evaluate("""() => {
        Object.defineProperty(visualViewport, 'height', { value: 330, configurable: true });
        visualViewport.dispatchEvent(new Event('resize'));
    }""")
    box = page.locator("budget-advisor .composer").bounding_box()
    assert box is not None and box["y"] + box["height"] <= 331


def test_on_a_phone_the_page_behind_cannot_be_reached_by_keyboard(pages: Opener, server: Server) -> None:
    page = pages("phone")
    page.route(f"{server.address}/shop", lambda route: route.fulfill(body=f"<!doctype html><html lang=zh-CN><title>店</title><body><a href='#'>页</a><script src='{server.address}/widget/widget.js'></script></body></html>", content_type="text/html; charset=utf-8"))
    page.goto(f"{server.address}/shop")
    page.locator("budget-advisor .launcher").click()
    for _ in range(25):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.tagName") == "BUDGET-ADVISOR"


def test_the_demo_page_runs_under_a_strict_policy(pages: Opener, server: Server) -> None:
    page = pages()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    response = page.goto(server.address)
    assert response is not None and "default-src 'self'" in response.headers["content-security-policy"]
    widget = Widget(page).goto(server.address)
    page.get_by_role("button", name="开酒店的").click()
    expect(widget.advice("share")).to_be_visible(timeout=PATIENCE)
    assert refused == []


@contextmanager
def site(origin: str, html: str, policy: str) -> Iterator[None]:
    """Another site at that origin."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_: Any) -> None:
            pass

    running = http.server.ThreadingHTTPServer(("127.0.0.1", int(origin.rpartition(":")[2])), Handler)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    try:
        yield
    finally:
        running.shutdown()
        running.server_close()


def test_another_site_under_the_documented_directives(pages: Opener, server: Server, elsewhere: str) -> None:
    """With styles of its own that would spoil what they reached, and nothing of it moves."""
    address, socket = server.address, server.address.replace("http", "ws")
    policy = f"default-src 'none'; script-src {address}; connect-src {address} {socket}"
    html = f"<!doctype html><html lang='zh-CN'><head><meta name=viewport content='width=device-width'><title>店</title></head><body><h1>店</h1><p>页面</p><script src='{address}/widget/widget.js' async></script></body></html>"
    with site(elsewhere, html, policy):
        page = pages()
        refused: list[str] = []
        page.on("console", lambda message: refused.append(message.text) if message.type == "error" and "favicon" not in message.text else None)
        page.add_init_script(SHIFTS)
        page.goto(elsewhere)
        page.locator("budget-advisor .launcher").click()
        widget = Widget(page)
        widget.say(ADVICE["share"])
        expect(widget.advice("share")).to_be_visible(timeout=PATIENCE)
        assert page.evaluate("shifted") == []
        assert refused == []


def test_a_site_that_the_server_does_not_know_gets_nothing(pages: Opener, server: Server) -> None:
    from tests.server import free_port

    stranger = f"http://127.0.0.1:{free_port()}"
    html = f"<!doctype html><html lang='zh-CN'><title>店</title><body><script src='{server.address}/widget/widget.js'></script></body></html>"
    with site(stranger, html, "default-src * 'unsafe-inline'"):
        page = pages()
        page.goto(stranger)
        page.locator("budget-advisor .launcher").click()
        Widget(page).write("你好")
        page.wait_for_timeout(1500)
        assert Widget(page).theirs() == [] and page.evaluate("localStorage.getItem('budget-advisor.session')") is None


def test_axe_finds_nothing_on_the_documents(pages: Opener, server: Server) -> None:
    for scheme in ("light", "dark"):
        page = pages(color_scheme=scheme)
        page.goto(f"{server.address}/docs/widget")
        assert page.get_by_role("heading", level=1).inner_text() == "The widget"
        assert violations(Widget(page)) == []
