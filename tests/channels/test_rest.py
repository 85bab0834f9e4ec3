"""The server as a stranger meets it over HTTP."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any, Iterator

import httpx
import pytest

from tests.replica import WEBHOOK, OnPostgres, body, user_texts
from tests.server import running_server

MESSAGES = "/webhooks/rest/messages"
PATIENCE = 60.0
OPENING = "开奶茶店的，客户管理预算怎么定"


@pytest.fixture(scope="module")
def client(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    url = f"sqlite:///{tmp_path_factory.mktemp('rest') / 'advisor.db'}"
    with running_server(url) as address, httpx.Client(base_url=address, timeout=30) as client:
        yield client


@pytest.fixture(scope="module")
def on_postgres_client(on_postgres: OnPostgres) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=on_postgres.address, timeout=PATIENCE) as client:
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


# messages with an id
def test_a_message_that_comes_again_is_answered_the_same_and_taken_once(client: httpx.Client) -> None:
    answers = [client.post(WEBHOOK, json=body(OPENING, "again", message_id="1")).json() for _ in range(3)]
    assert answers[0] and answers[1:] == [answers[0]] * 2
    assert user_texts(str(client.base_url), "again") == [OPENING]


def test_it_is_answered_the_same_when_the_conversation_has_gone_on(client: httpx.Client) -> None:
    first = client.post(WEBHOOK, json=body(OPENING, "went-on", message_id="1")).json()
    client.post(WEBHOOK, json=body("成长期", "went-on", message_id="2"))
    assert client.post(WEBHOOK, json=body(OPENING, "went-on", message_id="1")).json() == first


def test_the_same_id_of_another_person_is_another_message(client: httpx.Client) -> None:
    for sender in ("one", "another"):
        assert client.post(WEBHOOK, json=body(OPENING, sender, message_id="1")).json()[0]["recipient_id"] == sender
        assert user_texts(str(client.base_url), sender) == [OPENING]


def test_a_message_without_an_id_is_taken_each_time(client: httpx.Client) -> None:
    for _ in range(2):
        say(client, OPENING, "without-id")
    assert user_texts(str(client.base_url), "without-id") == [OPENING] * 2


def test_an_answer_can_be_fetched_later(client: httpx.Client) -> None:
    within = client.post(WEBHOOK, json=body(OPENING, "later", message_id="1")).json()
    client.post(WEBHOOK, json=body("成长期", "later", message_id="2"))
    kept = client.post(WEBHOOK, json=body("会员制", "later", message_id="3", reply="later"))
    assert kept.status_code == 202 and kept.json() == {"recipient_id": "later", "number": 3}
    answers = fetched(client, "later", last=3)
    assert [{**entry, "number": 1} for entry in within] == [entry for entry in answers if entry["number"] == 1]
    assert {entry["number"] for entry in answers} == {1, 2, 3}


def test_what_was_fetched_before_is_not_given_again(client: httpx.Client) -> None:
    for number in ("1", "2"):
        client.post(WEBHOOK, json=body("你好", "fetches", message_id=number))
    assert {entry["number"] for entry in client.get(MESSAGES, params={"sender": "fetches", "after": 1}).json()} == {2}


def test_messages_sent_without_waiting_are_answered_in_their_order(client: httpx.Client) -> None:
    texts = [f"总预算{amount}万" for amount in (100, 200, 300, 400, 500)]
    for number, text in enumerate(texts, 1):
        assert client.post(WEBHOOK, json=body(text, "hasty", message_id=str(number), reply="later")).json()["number"] == number
    fetched(client, "hasty", last=5)
    assert user_texts(str(client.base_url), "hasty") == texts
    assert client.get("/conversations/hasty/tracker").json()["slots"]["total_budget"] == 5_000_000


@pytest.mark.parametrize("metadata", [{"message_id": 3}, {"message_id": ""}, {"message_id": []}, {"message_id": True}, {"message_id": "a" * 256}, {"reply": "later"}])
def test_an_id_that_cannot_be_kept_is_refused_with_the_reason(client: httpx.Client, metadata: dict[str, Any]) -> None:
    response = client.post(WEBHOOK, json=body("你好", "wrong-id", **metadata))
    assert response.status_code == 400 and "message_id" in response.json()["error"]["reason"]


@pytest.mark.parametrize("question", [{}, {"sender": ""}, {"sender": "a", "after": "x"}, {"sender": "a", "after": "-1"}])
def test_a_question_for_answers_that_cannot_be_understood_is_refused_with_the_reason(client: httpx.Client, question: dict[str, str]) -> None:
    response = client.get(MESSAGES, params=question)
    assert response.status_code == 400 and "sender" in response.json()["error"]["reason"]


# at once
def test_five_messages_at_once_are_answered_in_their_order(on_postgres: OnPostgres) -> None:
    texts = [f"总预算{amount}万" for amount in (100, 200, 300, 400, 500)]
    answers = asyncio.run(said_at_once(on_postgres, "at-once", texts))
    assert all(answer.status_code == 200 and answer.json() for answer in answers)
    assert user_texts(on_postgres.address, "at-once") == [OPENING, *texts]


async def said_at_once(on_postgres: OnPostgres, sender: str, texts: list[str]) -> list[httpx.Response]:
    """Each is sent after the one before it is kept, and none is answered before all are."""
    async with httpx.AsyncClient(base_url=on_postgres.address, timeout=PATIENCE) as client:
        await client.post(WEBHOOK, json=body(OPENING, sender, message_id="0"))
        under_way = []
        with on_postgres.conversation_held(sender):
            for number, text in enumerate(texts, 1):
                under_way.append(asyncio.ensure_future(client.post(WEBHOOK, json=body(text, sender, message_id=str(number)))))
                while len(on_postgres.kept_messages(sender)) <= number:
                    await asyncio.sleep(0.05)
            assert not any(answer.done() for answer in under_way)
        return await asyncio.gather(*under_way)


# the database is away
def test_while_the_database_is_away_a_message_is_answered_with_what_to_do(on_postgres: OnPostgres, on_postgres_client: httpx.Client) -> None:
    say(on_postgres_client, OPENING, "away")
    with on_postgres.database_away():
        responses = [on_postgres_client.post(WEBHOOK, json=body("成长期", "away", **metadata)) for metadata in ({}, {"message_id": "1"})]
        responses.append(on_postgres_client.get(MESSAGES, params={"sender": "away"}))
        readiness = on_postgres_client.get("/readyz")
    assert [(response.status_code, "again in a moment" in response.json()["error"]["reason"]) for response in responses] == [(503, True)] * 3
    assert (readiness.status_code, readiness.json()) == (503, {"status": "no database"})


def test_nothing_is_lost_when_the_database_is_back(on_postgres: OnPostgres, on_postgres_client: httpx.Client) -> None:
    say(on_postgres_client, OPENING, "back")
    with on_postgres.database_away():
        assert on_postgres_client.post(WEBHOOK, json=body("成长期", "back", message_id="1")).status_code == 503
    assert on_postgres_client.post(WEBHOOK, json=body("成长期", "back", message_id="1")).status_code == 200
    slots = on_postgres_client.get("/conversations/back/tracker").json()["slots"]
    assert (slots["industry"], slots["stage"]) == ("service", "growth")
    assert user_texts(on_postgres.address, "back") == [OPENING, "成长期"]


def test_a_message_kept_before_the_database_went_is_answered_when_it_is_back(on_postgres: OnPostgres, on_postgres_client: httpx.Client) -> None:
    say(on_postgres_client, OPENING, "kept")
    with on_postgres.database_away_amid_a_turn("kept"):
        assert on_postgres_client.post(WEBHOOK, json=body("成长期", "kept", message_id="1", reply="later")).status_code == 202
    assert fetched(on_postgres_client, "kept", last=1)
    assert user_texts(on_postgres.address, "kept") == [OPENING, "成长期"]


def fetched(client: httpx.Client, sender: str, last: int) -> list[dict[str, Any]]:
    """All answers of a person as soon as the message of that number is answered."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        answers = client.get(MESSAGES, params={"sender": sender})
        if answers.status_code == 200 and any(entry["number"] == last for entry in answers.json()):
            return answers.json()
        time.sleep(0.1)
    raise AssertionError(f"message {last} was not answered")
