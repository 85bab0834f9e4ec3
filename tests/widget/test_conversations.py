"""A whole conversation of each of the four kinds, by mouse and by keyboard, on a desktop and on a phone."""

from __future__ import annotations

from typing import Callable

import pytest
from playwright.sync_api import expect

from tests.server import Server
from tests.widget.browser import PATIENCE, Widget
from tests.widget.conftest import Opener

WALKS = {
    "plan": ["@预算怎么定", "@电商", "@正在扩张成长", "@一次性买卖", "300万", "@先这样，不用再问"],
    "share": ["@该占多少", "@餐饮酒店等服务", "@已经稳定", "@会员、储值", "400万", "@先这样，不用再问"],
    "shortfall": ["@预算不够怎么办", "15万", "20万", "12万", "@餐饮酒店等服务", "@先这样，不用再问"],
    "evaluation": ["@花得值不值", "20万", "400个", "150万", "@教育培训", "@先这样，不用再问"],
}
"""A step that begins with @ is a button."""


def by_mouse(widget: Widget, step: str) -> None:
    if step.startswith("@"):
        widget.reply(step[1:])
    else:
        widget.say(step)


def by_keyboard(widget: Widget, step: str) -> None:
    said = len(widget.mine())
    if step.startswith("@"):
        widget.tab_to(widget.page.locator("budget-advisor .replies").get_by_role("button", name=step[1:], exact=True))
    else:
        widget.tab_to(widget.field)
        widget.page.keyboard.type(step)
    widget.page.keyboard.press("Enter")
    widget.settled(said + 1)


@pytest.mark.parametrize("screen", ["desktop", "phone"])
@pytest.mark.parametrize("do", [by_mouse, by_keyboard])
@pytest.mark.parametrize("kind", WALKS)
def test_from_the_first_question_to_the_chart(pages: Opener, server: Server, kind: str, do: Callable[[Widget, str], None], screen: str) -> None:
    widget = Widget(pages(screen)).goto(server.address)
    for step in WALKS[kind]:
        do(widget, step)
    expect(widget.advice(kind)).to_be_visible(timeout=PATIENCE)
    assert len(widget.mine()) == len(WALKS[kind])
    assert widget.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_every_drawing_says_in_words_what_it_shows_and_has_a_table(widget: Widget) -> None:
    widget.say("我们做电商，成长期，一次性买卖，总预算300万，客户管理预算怎么定？")
    expect(widget.advice("plan")).to_be_visible(timeout=PATIENCE)
    card = widget.page.locator("budget-advisor .chart[data-kind=plan]")
    for tab in card.get_by_role("tab").all():
        tab.click()
        panel = card.locator("[role=tabpanel]:not([hidden])")
        assert len(panel.locator("[role=img]").get_attribute("aria-label") or "") > 15
        panel.locator("summary").click()
        assert panel.locator("tbody tr").count() >= 3
    assert "52.5 万元" in card.inner_text()


def test_the_arrow_keys_turn_the_pages_of_the_charts(widget: Widget) -> None:
    widget.say("我们做电商，成长期，一次性买卖，总预算300万，客户管理预算怎么定？")
    tabs = widget.page.locator("budget-advisor [role=tab]")
    expect(tabs).to_have_count(4, timeout=PATIENCE)
    tabs.first.focus()
    widget.page.keyboard.press("ArrowRight")
    assert tabs.nth(1).get_attribute("aria-selected") == "true"


def test_a_slider_computes_on_the_server_and_changes_nothing_until_it_is_taken_over(widget: Widget) -> None:
    widget.say("开酒店的，稳定期，会员制，总预算400万，客户管理该占多少？")
    card = widget.page.locator("budget-advisor .what-if")
    card.locator("summary").click()
    slider = card.get_by_role("slider")
    slider.focus()
    for _ in range(6):
        widget.page.keyboard.press("ArrowLeft")
    expect(card.locator(".difference b")).to_contain_text("−", timeout=PATIENCE)
    supposed = card.locator("output").inner_text()
    assert len(widget.mine()) == 1
    card.get_by_role("button", name="恢复原来的").click()
    expect(card.locator(".difference")).to_be_empty()
    slider.focus()
    for _ in range(6):
        widget.page.keyboard.press("ArrowLeft")
    card.get_by_role("button", name="就按这个来").click()
    widget.settled(2)
    assert supposed in widget.theirs()[-2] + widget.theirs()[-1]


def test_several_facts_are_told_in_one_form(widget: Widget) -> None:
    widget.reply("预算怎么定")
    widget.page.locator("budget-advisor .replies").get_by_role("button", name="一次填好几项").click()
    form = widget.page.locator("budget-advisor .sheet")
    for choice in ("电商", "成长期", "一次性买卖"):
        form.get_by_role("radio", name=choice, exact=True).check()
    form.get_by_role("textbox", name="公司全年总预算").fill("3,000,000")
    form.get_by_role("combobox").first.select_option("元")
    form.get_by_role("button", name="填好了，算一算").click()
    widget.settled(2)
    expect(widget.advice("plan")).to_be_visible(timeout=PATIENCE)
    assert "52.5 万元" in widget.page.locator("budget-advisor .chart").first.inner_text()


@pytest.mark.parametrize("topic", ["预算怎么定", "预算不够怎么办", "花得值不值", "该占多少"])
def test_what_a_form_says_is_understood(widget: Widget, topic: str) -> None:
    """The form of the beginning: the question and the first facts at once."""
    widget.page.locator("budget-advisor .composer .icon-button").click()
    form = widget.page.locator("budget-advisor .sheet")
    for choice in (topic, "服务业", "稳定期", "会员制"):
        form.get_by_role("radio", name=choice, exact=True).check()
    form.get_by_role("textbox", name="公司全年总预算").fill("４００")
    form.get_by_role("button", name="填好了，算一算").click()
    widget.settled(1)
    told = "".join(widget.theirs())
    assert "服务业" in told and "400" in told


def test_a_form_with_nothing_in_it_says_so(widget: Widget) -> None:
    widget.page.locator("budget-advisor .composer .icon-button").click()
    widget.page.locator("budget-advisor .sheet").get_by_role("button", name="填好了，算一算").click()
    assert widget.page.locator("budget-advisor .problem").inner_text() == "还没有填"
    widget.page.keyboard.press("Escape")
    expect(widget.page.locator("budget-advisor .sheet")).to_have_count(0)
