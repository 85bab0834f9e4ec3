"""What people expect beside talking: opinions, a person, contacts, deletion, languages, colours, copies, the page's own scripts."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from tests.server import Server
from tests.widget.browser import PATIENCE, Asker, Widget
from tests.widget.conftest import Opener

ADVICE = "开酒店的，稳定期，会员制，总预算400万，客户管理该占多少？"


def test_an_opinion_with_its_reason_reaches_the_database(widget: Widget, server: Server) -> None:
    widget.say(ADVICE)
    answer = widget.page.locator("budget-advisor .theirs.advice")
    answer.get_by_role("button", name="没帮助").click()
    answer.locator(".reason textarea").fill("没说到外卖")
    answer.get_by_role("button", name="提交").click()
    expect(answer.locator(".told")).to_have_text("谢谢，记下了。")
    engine = sa.create_engine(server.variables["ADVISOR_DATABASE_URL"])
    with engine.connect() as connection:
        name = widget.session().partition(".")[0]
        row = connection.execute(sa.text("SELECT value, reason FROM feedback WHERE sender_id = :name"), {"name": name}).one()
    assert tuple(row) == (-1, "没说到外卖")
    widget.page.reload()
    expect(widget.page.locator("budget-advisor .theirs.advice [aria-pressed=true]")).to_have_attribute("aria-label", "没帮助")


def test_a_person_is_always_in_reach_and_a_number_needs_consent(widget: Widget, server: Server) -> None:
    widget.page.locator("budget-advisor .person").click()
    widget.settled(1)
    expect(widget.page.locator("budget-advisor .note.waiting")).to_contain_text("已经登记")
    widget.page.locator("budget-advisor .note").get_by_role("button", name="留个联系方式").click()
    form = widget.page.locator("budget-advisor .sheet")
    form.locator("input.text").fill("13800138000")
    form.get_by_role("button", name="发送").click()
    assert form.locator(".problem").inner_text() == "请先勾选同意" and len(widget.mine()) == 1
    form.get_by_role("checkbox").check()
    form.get_by_role("button", name="发送").click()
    widget.settled(2)
    assert "记下了" in "".join(widget.theirs()[-2:]) and "同意我们保存" not in widget.theirs()[-1]


def test_what_was_said_long_ago_comes_when_it_is_asked_for(widget: Widget, server: Server) -> None:
    widget.say("你好")
    name = widget.session().partition(".")[0]
    engine = sa.create_engine(server.variables["ADVISOR_DATABASE_URL"])
    earlier = [
        {"name": name, "number": number, "id": f"long-ago-{number}", "body": f'{{"text": "第{number}句"}}'.encode(), "now": time.time()}
        for number in range(2, 452)
    ]
    with engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO inbox VALUES (:name, :number, 'web', :id, :body, 'done', 0, :now)"), earlier)
    widget.page.reload()
    mine, button = widget.page.locator("budget-advisor .mine"), widget.page.locator("budget-advisor .earlier")
    expect(mine).to_have_count(200)
    expect(mine.first).to_contain_text("第252句")
    button.click()
    expect(mine).to_have_count(400)
    expect(mine.filter(has_text="第252句")).to_be_in_viewport()
    button.click()
    expect(mine).to_have_count(451)
    expect(button).to_have_count(0)
    expect(widget.page.locator("budget-advisor .greeting")).to_have_count(1)
    expect(mine.first).to_contain_text("你好")


@pytest.mark.parametrize(("state", "text"), [("human", "同事已经加入对话"), ("ended", "同事已经离开，顾问继续为您服务")])
def test_a_person_who_comes_and_goes_is_announced(widget: Widget, server: Server, state: str, text: str) -> None:
    """What staff say gets a number of its own, as a message does."""
    widget.say("你好")
    name = widget.session().partition(".")[0]
    engine = sa.create_engine(server.variables["ADVISOR_DATABASE_URL"])
    with engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO inbox VALUES (:name, 2, 'staff', 'x', :nothing, 'done', 0, :now)"), {"name": name, "nothing": b"{}", "now": time.time()})
        body = f'{{"from": "staff", "text": "我是小王", "custom": {{"type": "handoff", "state": "{state}"}}}}'
        connection.execute(sa.text("INSERT INTO outbox VALUES (:name, 2, 0, 'staff', :body, 'kept', 0, :now)"), {"name": name, "body": body.encode(), "now": time.time()})
    note = widget.page.locator(f"budget-advisor .note.{state}")
    expect(note).to_contain_text(text, timeout=PATIENCE)
    assert "人工顾问" in widget.page.locator("budget-advisor .staff").inner_text()


def test_her_data_is_deleted_at_her_wish_in_every_tab(widget: Widget, server: Server) -> None:
    widget.say("开酒店的，客户管理预算怎么定？")
    other = Widget(widget.page.context.new_page()).goto(server.address)
    other.settled(1)
    widget.menu("删除我的数据")
    widget.settled(2)
    widget.page.locator("budget-advisor .replies").get_by_role("button", name="全部删掉").click()
    for tab in (widget, other):
        expect(tab.page.locator("budget-advisor .mine")).to_have_count(1, timeout=PATIENCE)
        expect(tab.log).not_to_contain_text("酒店")
    assert "酒店" not in "".join(Asker(server.address, widget.session()).texts("user"))


def test_starting_over_forgets_the_company(widget: Widget) -> None:
    widget.say("开酒店的，客户管理预算怎么定？")
    widget.menu("重新开始")
    widget.settled(2)
    assert "从头来" in widget.theirs()[-1]


def test_the_transcript_is_a_file(widget: Widget) -> None:
    widget.say("你好")
    widget.page.locator("budget-advisor .menu-button").click()
    with widget.page.expect_download() as download:
        widget.page.locator("budget-advisor .menu").get_by_text("下载对话记录", exact=True).click()
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert "您\n你好" in text and "客户管理预算顾问" in text and download.value.suggested_filename.endswith(".txt")


def test_an_answer_can_be_copied(widget: Widget) -> None:
    widget.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    widget.say("你好")
    widget.page.locator("budget-advisor .theirs:not(.greeting)").first.get_by_role("button", name="复制").click()
    expect(widget.page.locator("budget-advisor .told").first).to_have_text("已复制")
    assert "您" in widget.page.evaluate("navigator.clipboard.readText()")


@pytest.mark.parametrize(("language", "title", "send"), [("繁體中文", "客戶管理預算顧問", "傳送"), ("English", "Customer budget advisor", "Send")])
def test_the_interface_speaks_her_language_and_remembers_it(widget: Widget, language: str, title: str, send: str) -> None:
    widget.say(ADVICE)
    widget.menu(language)
    for _ in range(2):
        expect(widget.page.locator("budget-advisor h1")).to_have_text(title)
        assert widget.page.locator("budget-advisor .send").get_attribute("aria-label") == send
        widget.page.reload()
        widget.page.wait_for_selector("budget-advisor .greeting")


def test_light_and_dark(widget: Widget) -> None:
    def ground() -> str:
        return str(widget.page.locator("budget-advisor .panel").evaluate("element => getComputedStyle(element).backgroundColor"))

    colours = []
    for name in ("浅色", "深色"):
        widget.menu(name)
        colours.append(ground())
    assert colours[0] != colours[1]
    widget.menu("跟随系统")
    widget.page.emulate_media(color_scheme="dark")
    assert ground() == colours[1]


def floating(page: Page, address: str, attributes: str = "") -> Widget:
    """A page of the server's own origin on which the widget floats."""
    html = f"<!doctype html><html lang='zh-CN'><title>店</title><body><h1>我的店</h1><p>页面</p><script src='{address}/widget/widget.js' {attributes}></script></body></html>"
    page.route(f"{address}/shop", lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"))
    page.goto(f"{address}/shop")
    page.wait_for_selector("budget-advisor .launcher", state="attached")
    return Widget(page)


def test_closed_it_counts_what_came_meanwhile(pages: Opener, server: Server) -> None:
    widget = floating(pages(), server.address)
    page = widget.page
    launcher = page.locator("budget-advisor .launcher")
    launcher.click()
    widget.say("你好")
    page.keyboard.press("Escape")
    expect(launcher).to_be_focused()
    Asker(server.address, widget.session()).send("谢谢")
    expect(page.locator("budget-advisor .badge")).to_have_text("1", timeout=PATIENCE)
    assert "新消息" in (launcher.get_attribute("aria-label") or "")
    launcher.click()
    widget.settled(2)
    page.locator("budget-advisor").get_by_role("button", name="收起对话").click()
    expect(page.locator("budget-advisor .badge")).to_be_hidden()


def test_nothing_is_asked_of_the_server_before_it_is_opened_or_has_been(pages: Opener, server: Server) -> None:
    page = pages()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    widget = floating(page, server.address)
    page.wait_for_timeout(500)
    assert [url for url in asked if "/webhooks/" in url or "charts" in url] == []
    page.locator("budget-advisor .launcher").click()
    widget.say("你好")
    assert not any("charts" in url for url in asked)
    widget.say(ADVICE)
    expect(widget.advice("share")).to_be_visible(timeout=PATIENCE)
    assert any("charts" in url for url in asked)
    assert page.context.cookies() == []


def test_the_page_s_scripts_can_steer_it_and_hear_of_it(pages: Opener, server: Server) -> None:
    widget = floating(pages(), server.address)
    page = widget.page
    page.evaluate("window.heard = []; for (const name of ['open', 'sent', 'message', 'close']) BudgetAdvisor.on(name, (value) => heard.push([name, value && value.text])); null")
    page.evaluate("BudgetAdvisor.ask('你好')")
    widget.settled(1)
    page.evaluate("BudgetAdvisor.close()")
    heard = page.evaluate("heard")
    assert heard[0] == ["open", None] and heard[1] == ["sent", "你好"] and heard[-1] == ["close", None]
    assert ["message", "你好"] in heard and len([one for one in heard if one[0] == "message"]) >= 2


def test_settings_of_the_tag(pages: Opener, server: Server) -> None:
    widget = floating(pages(), server.address, "data-language='en' data-theme='dark' data-position='left' data-open data-title='Ask us' data-storage='none' data-charts='off'")
    host = widget.page.locator("budget-advisor")
    assert widget.page.locator("budget-advisor h1").inner_text() == "Ask us" and host.get_attribute("data-theme") == "dark"
    assert widget.page.locator("budget-advisor .panel").bounding_box()["x"] < 50  # type: ignore[index]
    widget.say(ADVICE)
    assert widget.page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    assert widget.page.locator("budget-advisor .chart").count() == 0
