"""How long she waits: on a middling phone until she can write, and for an answer on top of the server's own time."""

from __future__ import annotations

import asyncio
import statistics
from concurrent.futures import ThreadPoolExecutor

from tests.channels.test_web_idle import median_turn
from tests.server import Server
from tests.widget.browser import Widget
from tests.widget.conftest import Opener

SLOW_4G = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 750e3 / 8}
SLOWER_PROCESSOR = 4
FIRST_INTERACTION = 1500.0
"""Milliseconds after the script has arrived."""
OVER_THE_SERVER = 50.0
TURNS = 15


def test_on_a_middling_phone_she_can_write_soon_after_the_script_arrived(pages: Opener, server: Server) -> None:
    page = pages("phone")
    html = f"<!doctype html><html lang='zh-CN'><title>店</title><body><script src='{server.address}/widget/widget.js' data-open></script></body></html>"
    page.route(f"{server.address}/shop", lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"))
    page.add_init_script("addEventListener('budget-advisor-ready', () => requestAnimationFrame(() => (window.shownAt = performance.now())))")
    developer = page.context.new_cdp_session(page)
    developer.send("Network.enable")
    developer.send("Network.emulateNetworkConditions", SLOW_4G)
    developer.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER_PROCESSOR})
    page.goto(f"{server.address}/shop")
    page.wait_for_function("window.shownAt")
    arrived = page.evaluate("performance.getEntriesByName(document.querySelector('script').src)[0].responseEnd")
    waited = page.evaluate("shownAt") - arrived
    print(f"first interaction {waited:.0f} ms after the script arrived")
    assert waited < FIRST_INTERACTION
    page.locator("budget-advisor textarea").fill("你好")


def test_the_answer_is_seen_soon_after_the_server_has_it(widget: Widget, server: Server) -> None:
    with ThreadPoolExecutor(1) as beside:  # the browser's driver has an event loop in this thread
        servers = beside.submit(asyncio.run, median_turn(server.address)).result() * 1000
    widget.say("谢谢")
    widget.page.evaluate("""() => {
        window.turn = () => new Promise((done) => {
            const began = performance.now();
            const off = BudgetAdvisor.on('message', (entry) => entry.part > 0 && (off(), requestAnimationFrame(() => done(performance.now() - began))));
            BudgetAdvisor.ask('谢谢');
        });
    }""")
    seen = statistics.median(widget.page.evaluate("turn()") for _ in range(TURNS))
    print(f"a turn takes {servers:.0f} ms at the socket, {seen:.0f} ms until it is seen")
    assert seen - servers <= OVER_THE_SERVER
