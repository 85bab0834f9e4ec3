"""Nothing is lost and nothing doubled: reload, offline, two tabs, a killed server, random cuts (``CUTS=200`` for many)."""

from __future__ import annotations

import os
import random
import time
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.server import Server
from tests.widget.browser import PATIENCE, Asker, Widget
from tests.widget.conftest import Opener
from tests.widget.line import Line

CUTS = int(os.environ.get("CUTS", "12"))
CUTS_EACH = 25
"""That one conversation suffers, so that it stays below what a conversation may send in a minute."""
TEXTS = ("你好", "客户管理预算怎么定", "开酒店的", "谢谢", "什么是获客成本", "总预算400万", "会员制", "这个不清楚，跳过吧")
LONG_PATIENCE = 120.0


def agree(widget: Widget, asker: Asker, said: list[str]) -> None:
    """What she sees is what the server has, and both are what she said, each once and in order."""
    assert widget.mine() == said
    assert asker.texts("user") == said
    assert widget.places() == asker.places()


def agreed_in_time(widget: Widget, asker: Asker, said: list[str]) -> None:
    end = time.monotonic() + LONG_PATIENCE
    while True:
        try:
            return agree(widget, asker, said)
        except AssertionError:
            if time.monotonic() > end:
                raise
            widget.page.wait_for_timeout(300)


def test_after_a_reload_everything_is_there_again(widget: Widget, server: Server) -> None:
    widget.say("开酒店的，稳定期，会员制，总预算400万，客户管理该占多少？")
    widget.field.fill("写到一半")
    before = widget.theirs()
    widget.page.reload()
    expect(widget.advice("share")).to_be_visible(timeout=PATIENCE)
    assert len(widget.theirs()) == len(before) and widget.field.input_value() == "写到一半"
    agree(widget, Asker(server.address, widget.session()), ["开酒店的，稳定期，会员制，总预算400万，客户管理该占多少？"])


def test_what_is_written_offline_is_shown_as_such_and_sent_later_even_after_a_reload(widget: Widget, server: Server) -> None:
    widget.say("你好")
    page = widget.page
    page.context.set_offline(True)
    for text in ("开酒店的", "稳定期"):
        widget.write(text)
    expect(page.locator("budget-advisor .mine .state").last).to_have_text("等网络恢复后发送")
    assert "没有网络" in page.locator("budget-advisor .strip").inner_text()
    page.context.set_offline(False)
    page.reload()
    widget.settled(3)
    agree(widget, Asker(server.address, widget.session()), ["你好", "开酒店的", "稳定期"])


def test_back_from_offline_without_a_reload(widget: Widget, server: Server) -> None:
    widget.say("你好")
    widget.page.context.set_offline(True)
    widget.write("客户管理预算怎么定？")
    widget.page.wait_for_timeout(500)
    widget.page.context.set_offline(False)
    widget.settled(2)
    expect(widget.page.locator("budget-advisor .strip")).to_be_empty()
    agree(widget, Asker(server.address, widget.session()), ["你好", "客户管理预算怎么定？"])


def test_two_tabs_are_in_step(widget: Widget, server: Server) -> None:
    widget.say("你好")
    other = Widget(widget.page.context.new_page()).goto(server.address)
    other.settled(1)
    other.say("客户管理预算怎么定？")
    widget.settled(2)
    widget.reply("电商")
    other.settled(3)
    assert widget.mine() == other.mine() and widget.places() == other.places()


def test_two_tabs_opened_before_the_first_message_are_one_conversation(pages: Opener, server: Server) -> None:
    first = Widget(pages()).goto(server.address)
    second = Widget(first.page.context.new_page()).goto(server.address)
    first.say("你好")
    second.settled(1)
    assert second.session() == first.session()


def test_where_no_socket_gets_through_it_polls(pages: Opener, server: Server) -> None:
    page = pages()
    page.add_init_script("window.WebSocket = class { static OPEN = 1; constructor() { setTimeout(() => this.onclose({ code: 1006 })); } close() {} }")
    widget = Widget(page).goto(server.address)
    widget.say("你好")
    widget.say("客户管理预算怎么定？")
    Asker(server.address, widget.session()).send("开酒店的")
    widget.settled(3)
    agree(widget, Asker(server.address, widget.session()), ["你好", "客户管理预算怎么定？", "开酒店的"])


def test_a_server_that_is_killed_in_mid_conversation_and_started_again(widget: Widget, server: Server) -> None:
    widget.say("客户管理预算怎么定？")
    widget.write("开酒店的")
    server.kill()
    widget.write("稳定期")
    server.start()
    server.wait_until_ready()
    widget.settled(3)
    agree(widget, Asker(server.address, widget.session()), ["客户管理预算怎么定？", "开酒店的", "稳定期"])


@pytest.mark.parametrize("seed", range(-(-CUTS // CUTS_EACH)))
def test_random_cuts_lose_nothing_and_double_nothing(pages: Opener, server: Server, seed: int) -> None:
    """The line is cut at any byte, stays dead for a while, the page is reloaded in between; she goes on writing."""
    chance = random.Random(seed)
    with closing(Line(int(urlsplit(server.address).port or 0), seed)) as line:
        widget = Widget(pages()).goto(line.address)
        said: list[str] = []
        while line.cuts < min(CUTS, CUTS_EACH):
            text = f"{chance.choice(TEXTS)}（{len(said) + 1}）"
            said.append(text)
            disturb(line, chance)
            widget.write(text)
            widget.page.wait_for_timeout(chance.randint(0, 400))
            line.is_dead = False
            if len(said) % 10 == 0:
                widget.page.wait_for_timeout(200)
                reload(widget)
        agreed_in_time(widget, Asker(server.address, widget.session()), said)


def disturb(line: Line, chance: random.Random) -> None:
    """Cut it now, or in the middle of what comes next; or let it die for a while."""
    how = chance.random()
    if how < 0.3:
        line.cut()
    elif how < 0.8:
        line.cut_after(chance.choice((200, 1500, 6000)))
    else:
        line.is_dead = True
        line.cut()


def reload(widget: Widget) -> Any:
    """Until the page has come: its own files go over the same line."""
    for _ in range(10):
        try:
            widget.page.reload()
            widget.page.wait_for_selector("budget-advisor .greeting", state="attached", timeout=3000)
            return
        except Exception:
            continue
    pytest.fail("the page did not come again")
