"""Makes the README's pictures of the four answers again: ``make pictures``. Starts a server on a database of its own."""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from tests.server import running_server
from tests.widget.browser import PATIENCE, Widget, chromium_path

HERE = Path(__file__).resolve().parent
QUESTIONS = {
    "share": "开酒店的，稳定期，会员制，总预算400万，客户管理该占多少？",
    "plan": "我们做电商，成长期，一次性买卖，总预算300万，客户管理预算怎么定？",
    "shortfall": "美容院，今年客户预算15万，全年要20万，已经花了12万，不够怎么办？",
    "evaluation": "培训机构，今年花了20万，来了400个新客户，总预算150万，客单价800元，一年买3次，毛利率50%，留2年，这钱花得值不值？",
}
DESKTOP, PHONE = {"width": 1280, "height": 880}, {"width": 390, "height": 844}


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(f"sqlite:///{folder}/advisor.db") as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        for scheme in ("light", "dark"):
            for kind, question in QUESTIONS.items():
                page = browser.new_page(viewport=PHONE, color_scheme=scheme, locale="zh-CN", device_scale_factor=2, has_touch=True)
                shoot(page, f"{address}/demo/phone.html", kind, question, f"{kind}-{scheme}.png")
        for kind, scheme in (("plan", "light"), ("share", "dark")):
            page = browser.new_page(viewport=DESKTOP, color_scheme=scheme, locale="zh-CN")
            shoot(page, address, kind, QUESTIONS[kind], f"page-{scheme}.png")
        browser.close()


def shoot(page: Page, address: str, kind: str, question: str, name: str) -> None:
    """Ask, and take the picture once the chart is there."""
    widget = Widget(page).goto(address)
    widget.say(question)
    expect(widget.advice(kind)).to_be_visible(timeout=PATIENCE)
    page.evaluate("document.activeElement.shadowRoot?.activeElement?.blur()")
    page.wait_for_timeout(400)
    page.screenshot(path=HERE / name)
    page.close()


if __name__ == "__main__":
    main()
