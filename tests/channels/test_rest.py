"""The server as a stranger meets it over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Iterator

import httpx
import pytest

from tests.server import running_server

WEBHOOK = "/webhooks/rest/webhook"


@pytest.fixture(scope="module")
def client(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    url = f"sqlite:///{tmp_path_factory.mktemp('rest') / 'advisor.db'}"
    with running_server(url) as address, httpx.Client(base_url=address, timeout=30) as client:
        yield client


def say(client: httpx.Client, message: str, sender: str) -> list[dict[str, Any]]:
    response = client.post(WEBHOOK, json={"sender": sender, "message": message})
    assert response.status_code == 200
    return response.json()


def test_the_root_is_the_demo_page(client: httpx.Client) -> None:
    page = client.get("/")
    assert "客户管理预算顾问" in page.text and "default-src 'self'" in page.headers["content-security-policy"]


def test_the_monitors_addresses_answer(client: httpx.Client) -> None:
    assert client.get("/healthz").status_code == 200 and client.get("/readyz").json() == {"status": "ready"}


def test_rasa_s_own_addresses_answer(client: httpx.Client) -> None:
    parsed = client.post("/model/parse", json={"text": "客户管理预算不够怎么办"}).json()
    assert parsed["intent"]["name"] == "budget_shortfall"
    say(client, "开奶茶店的，预算怎么定", "tracked")
    assert client.get("/conversations/tracked/tracker").json()["slots"]["industry"] == "service"


def test_one_entry_holds_text_buttons_and_structure(client: httpx.Client) -> None:
    entries = say(client, "做电商，成长期，一次性买卖，总预算100万，客户管理预算占多少合适", "whole")
    advice = [entry for entry in entries if "custom" in entry]
    assert len(advice) == 1 and advice[0]["text"] and advice[0]["recipient_id"] == "whole"
    assert all(button["payload"] and not button["payload"].startswith("/") for entry in entries for button in entry.get("buttons", ()))


def test_without_a_sender_a_fresh_one_is_minted(client: httpx.Client) -> None:
    names = {client.post(WEBHOOK, json={"message": "你好"}).json()[0]["recipient_id"] for _ in range(2)}
    assert len(names) == 2 and "default" not in names


@pytest.mark.parametrize("body", ["", "null", "[]", '"x"', "{", "{}", '{"message": 1}', '{"message": "a", "sender": []}', '{"message": "a", "metadata": 3}', "[" * 5000])
def test_a_body_of_another_shape_gets_the_reason(client: httpx.Client, body: str) -> None:
    response = client.post(WEBHOOK, content=body)
    assert response.status_code == 400 and response.json()["error"]["reason"]


@pytest.mark.parametrize("message", ["", " ", "\x00", "/restart", '/inform{"total_budget": 1}', "a" * 100_000, "预算" * 5000, "\u202e预算", "<script>", "'; DROP TABLE leads;--", "😀" * 50])
def test_whatever_is_typed_is_answered_and_no_fact_is_lost(client: httpx.Client, message: str) -> None:
    sender = f"hostile-{abs(hash(message))}"
    say(client, "开奶茶店的，客户管理预算怎么定", sender)
    assert say(client, message, sender)
    assert client.get(f"/conversations/{sender}/tracker").json()["slots"]["industry"] == "service"


def test_half_a_surrogate_is_answered(client: httpx.Client) -> None:
    response = client.post(WEBHOOK, content='{"sender": "s", "message": "\\ud83d预算"}')
    assert response.status_code in (200, 400) and response.status_code < 500


def test_data_deleted_at_her_wish_is_gone_from_the_database(client: httpx.Client) -> None:
    for message in ("开奶茶店的，客户管理预算怎么定", "删除我的数据", "是的，全部删掉"):
        say(client, message, "gone")
    tracker = client.get("/conversations/gone/tracker").json()
    assert tracker["slots"]["industry"] is None
    assert not any("奶茶" in (event.get("text") or "") for event in tracker["events"])
