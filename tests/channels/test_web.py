"""The widget's channel as a program meets it: sessions, origins, messages, what comes back, and what is asked beside."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from pathlib import Path
from typing import Any, Iterator, Optional

import httpx
import pytest
from websockets.client import connect
from websockets.exceptions import ConnectionClosed

from channels.web.limits import LONGEST_TEXT, MOST_MESSAGES, Allowance
from channels.web.sessions import Sessions
from tests.server import running_server

PATIENCE = 60.0
FRIEND, STRANGER = "https://friend.example", "https://stranger.example"
OPENING = "开酒店的，稳定期，会员制，总预算400万，客户管理该占多少？"


@pytest.fixture(scope="module")
def address(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    url = f"sqlite:///{tmp_path_factory.mktemp('web') / 'advisor.db'}"
    with running_server(url, ADVISOR_WORKERS="2", ADVISOR_ALLOWED_ORIGINS=FRIEND) as address:
        yield address


class Client:
    """One session over HTTP."""

    def __init__(self, address: str, session: Optional[str] = None) -> None:
        self.http = httpx.Client(base_url=f"{address}/webhooks/web", timeout=PATIENCE)
        self.session = session or self.http.post("/session").json()["session"]
        self.http.headers["Authorization"] = f"Bearer {self.session}"

    def send(self, text: str, message_id: Optional[str] = None) -> httpx.Response:
        return self.http.post("/messages", json={"id": message_id or uuid.uuid4().hex, "text": text})

    def page(self, after: int = 0, tag: str = "", wait: int = 0) -> dict[str, Any]:
        return self.http.get("/entries", params={"after": after, "tag": tag, "wait": wait}).json()

    def settled(self, number: int) -> list[dict[str, Any]]:
        """All entries, once the message of that number is answered."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            page = self.page()
            if page["after"] >= number:
                return page["entries"]
            time.sleep(0.05)
        raise AssertionError("not answered in time")

    def ask(self, text: str) -> list[dict[str, Any]]:
        return self.settled(self.send(text).json()["number"])


@pytest.fixture
def client(address: str) -> Client:
    return Client(address)


def test_sessions_cannot_be_guessed_or_made_by_others() -> None:
    sessions = Sessions(b"key")
    session = sessions.begin()
    name = session.partition(".")[0]
    assert sessions.sender(session) == name and sessions.begin() != session and len(name) >= 32
    others = (Sessions(b"another key").begin(), name, f"{name}.", f"{name}.{'0' * 64}", "", None, 3, session + "0", "预算." + session)
    assert not any(sessions.sender(other) for other in others)


@pytest.mark.parametrize("session", ["x", "web-made-by-me.00"])
def test_without_a_session_of_ours_nothing_is_taken_or_shown(address: str, session: str) -> None:
    headers = {"Authorization": f"Bearer {session}"}
    for method, path in (("POST", "messages"), ("GET", "entries"), ("POST", "feedback"), ("POST", "what-if"), ("GET", "open")):
        assert httpx.request(method, f"{address}/webhooks/web/{path}", headers=headers).status_code == 401


def test_only_pages_that_are_welcome_may_ask(address: str) -> None:
    def status(origin: Optional[str]) -> int:
        return httpx.post(f"{address}/webhooks/web/session", headers={"Origin": origin} if origin else {}).status_code

    assert [status(origin) for origin in (None, address, FRIEND, STRANGER, "null")] == [200, 200, 200, 403, 403]
    answer = httpx.options(f"{address}/webhooks/web/messages", headers={"Origin": FRIEND, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization, content-type"})
    assert answer.headers["access-control-allow-origin"] == FRIEND and "authorization" in answer.headers["access-control-allow-headers"].lower()
    assert "access-control-allow-origin" not in httpx.options(f"{address}/webhooks/web/messages", headers={"Origin": STRANGER, "Access-Control-Request-Method": "POST"}).headers


def test_a_conversation_is_her_messages_and_the_answers_in_order(client: Client) -> None:
    client.ask("你好")
    entries = client.ask(OPENING)
    places = [(entry["number"], entry["part"]) for entry in entries]
    assert places == sorted(set(places))
    assert [entry["text"] for entry in entries if entry["from"] == "user"] == ["你好", OPENING]
    [advice] = [entry for entry in entries if entry.get("custom")]
    assert advice["custom"]["kind"] == "share" and advice["number"] == 2 and "recipient_id" not in advice


def test_what_came_before_is_to_be_had(client: Client) -> None:
    for text in ("你好", "谢谢", "再见"):
        client.ask(text)

    def before(number: object) -> httpx.Response:
        return client.http.get("/entries", params={"before": number})

    page = before(3).json()
    assert page["first"] == 1 and [entry["text"] for entry in page["entries"] if entry["from"] == "user"] == ["你好", "谢谢"]
    assert before(1).json()["entries"] == [] and [before(word).status_code for word in ("x", "-1", "9" * 30)] == [400] * 3


def test_one_address_cannot_begin_conversations_without_end(address: str) -> None:
    """A proxy on this machine says for whom it asks; what a visitor claims before it does not count."""
    def begin(claimed: str) -> int:
        return httpx.post(f"{address}/webhooks/web/session", headers={"X-Forwarded-For": f"{claimed}, 203.0.113.7"}).status_code

    answers = [begin(f"198.51.100.{number % 250}") for number in range(400)]
    assert answers[0] == 200 and 429 in answers
    other = httpx.post(f"{address}/webhooks/web/session", headers={"X-Forwarded-For": "203.0.113.8"})
    assert other.status_code == 200


def test_a_message_that_comes_again_is_the_same_message(client: Client) -> None:
    numbers = {client.send("你好", "the same").json()["number"] for _ in range(5)}
    entries = client.settled(1)
    assert numbers == {1} and len([entry for entry in entries if entry["from"] == "user"]) == 1


def test_a_long_poll_waits_for_news_and_brings_it(client: Client) -> None:
    client.ask("你好")
    known = client.page()
    began = time.monotonic()
    assert client.page(known["after"], known["tag"], wait=1) == {"entries": []} and time.monotonic() - began >= 1
    client.send("谢谢")
    assert [entry["number"] for entry in client.page(known["after"], known["tag"], wait=25)["entries"]][0] == 2


@pytest.mark.parametrize("frame", [{}, {"id": "a"}, {"id": "", "text": "a"}, {"id": 3, "text": "a"}, {"id": "a", "text": None}, {"id": "a" * 300, "text": "a"}, {"id": "a", "text": "a" * (LONGEST_TEXT + 1)}])
def test_what_is_no_message_is_refused_for_good(client: Client, frame: dict[str, Any]) -> None:
    answer = client.http.post("/messages", json=frame)
    assert answer.status_code == 400 and answer.json()["wait"] == 0 and not client.page()["entries"]


def test_too_many_are_refused_for_a_while(client: Client) -> None:
    answers = [client.send("嗯") for _ in range(MOST_MESSAGES + 1)]
    assert [answer.status_code for answer in answers] == [202] * MOST_MESSAGES + [429]
    assert answers[-1].json()["wait"] > 0


def test_an_opinion_is_kept_and_shown_again(client: Client) -> None:
    entries = client.ask(OPENING)
    answer = next(entry for entry in entries if entry["from"] == "advisor")
    place = {"number": answer["number"], "part": answer["part"]}
    for value, reason in ((1, ""), (-1, "数不对")):
        assert client.http.post("/feedback", json={**place, "value": value, "reason": reason}).status_code == 200
    assert client.page()["entries"][1]["feedback"] == -1
    assert client.http.post("/feedback", json={"number": 9, "part": 1, "value": 1, "reason": ""}).status_code == 404
    assert client.http.post("/feedback", json={**place, "value": 7, "reason": ""}).status_code == 400


def test_a_premise_is_computed_and_changes_nothing(client: Client) -> None:
    before = client.ask(OPENING)
    answer = client.http.post("/what-if", json={"facts": {"total_budget": 3_000_000}}).json()
    assert answer["custom"]["amount"]["recommended"] == 600_000 and answer["custom"]["difference"]["amount"] == -200_000
    assert client.page()["entries"] == before
    # The same as in the conversation.
    said = client.ask("如果总预算只有300万呢")[-1]
    assert {**said["custom"], "report_url": ""} == {**answer["custom"], "report_url": ""}


@pytest.mark.parametrize("facts", [{"total_budget": 0}, {"total_budget": -1}, {"total_budget": 1e30}, {"customer_budget": 5_000_000}])
def test_an_impossible_premise_gets_the_reason(client: Client, facts: dict[str, Any]) -> None:
    client.ask(OPENING)
    answer = client.http.post("/what-if", json={"facts": facts}).json()
    assert answer["custom"] is None and answer["text"]


@pytest.mark.parametrize("facts", [{"industry": "retail"}, {"total_budget": "a lot"}, {"total_budget": None}, {"dialogue": 3}, {"total_budget": True}])
def test_a_premise_that_is_no_number_says_nothing(client: Client, facts: dict[str, Any]) -> None:
    client.ask(OPENING)
    assert client.http.post("/what-if", json={"facts": facts}).json() == {"text": "", "custom": None}


def test_facts_still_open_are_named(client: Client) -> None:
    assert client.http.get("/open").json() == {"topic": None, "facts": []}
    client.ask("开奶茶店的，客户管理预算怎么定？")
    opened = client.http.get("/open").json()
    assert opened["topic"] == "plan_budget" and opened["facts"][:3] == ["stage", "business_model", "total_budget"]


def test_words_come_in_her_characters(client: Client) -> None:
    simplified, traditional = (client.http.get("/labels", params={"language": language}).json() for language in ("zh-CN", "zh-TW"))
    assert simplified["value"]["industry.ecommerce"] == "电商" and traditional["value"]["industry.ecommerce"] == "電商"
    assert simplified["item"].keys() == traditional["item"].keys() and simplified["category"]["people"]


def test_after_the_deletion_nothing_of_before_is_shown(client: Client) -> None:
    client.ask(OPENING)
    client.http.post("/feedback", json={"number": 1, "part": 1, "value": 1, "reason": "好"})
    client.ask("删除我的全部数据")
    client.ask("是的，全部删掉")
    page = client.page()
    assert page["first"] == 3 and {entry["number"] for entry in page["entries"]} == {3}
    assert "酒店" not in json.dumps(page, ensure_ascii=False) and not any("feedback" in entry for entry in page["entries"])


# over a socket
async def opened(address: str, session: str, after: int = 0, tag: str = "", origin: Optional[str] = None) -> Any:
    socket = await connect(f"{address.replace('http', 'ws')}/webhooks/web/socket", origin=origin)  # type: ignore[arg-type]
    await socket.send(json.dumps({"session": session, "after": after, "tag": tag}))
    return socket


async def heard(socket: Any, until: int, patience: float = PATIENCE) -> dict[str, Any]:
    """The entries by place, once all up to that message is settled."""
    entries: dict[str, Any] = {}
    while True:
        frame = json.loads(await asyncio.wait_for(socket.recv(), patience))
        for entry in frame.get("entries", ()):
            entries[f"{entry['number']}/{entry['part']}"] = entry
        if frame.get("after", -1) >= until:
            return {"entries": entries, "after": frame["after"], "tag": frame["tag"]}


def test_two_tabs_on_whatever_worker_see_the_same(address: str, client: Client) -> None:
    async def talk() -> list[dict[str, Any]]:
        tabs = [await opened(address, client.session) for _ in range(6)]
        await tabs[0].send(json.dumps({"type": "message", "id": "1", "text": OPENING}))
        seen = [(await heard(tab, 1))["entries"] for tab in tabs]
        for tab in tabs:
            await tab.close()
        return seen

    seen = asyncio.run(talk())
    assert all(entries == seen[0] for entries in seen) and len(seen[0]) >= 2


def test_whoever_comes_back_gets_what_she_missed_and_nothing_else(address: str, client: Client) -> None:
    async def talk() -> tuple[dict[str, Any], dict[str, Any]]:
        socket = await opened(address, client.session)
        await socket.send(json.dumps({"type": "message", "id": "1", "text": "你好"}))
        before = await heard(socket, 1)
        await socket.send(json.dumps({"type": "message", "id": "2", "text": OPENING}))
        await socket.close()
        again = await opened(address, client.session, before["after"], before["tag"])
        await again.send(json.dumps({"type": "message", "id": "2", "text": OPENING}))
        after = await heard(again, 2)
        await again.close()
        return before, after

    before, after = asyncio.run(talk())
    assert {entry["number"] for entry in after["entries"].values()} == {2}
    assert len([entry for entry in after["entries"].values() if entry["part"] == 0]) == 1


@pytest.mark.parametrize(("session", "origin", "code"), [("forged.00", None, 4001), (None, STRANGER, 4003)])
def test_a_socket_without_right_is_closed_with_the_reason(address: str, client: Client, session: Optional[str], origin: Optional[str], code: int) -> None:
    async def talk() -> int:
        with pytest.raises(ConnectionClosed) as closed:
            socket = await opened(address, session or client.session, origin=origin)
            while True:
                await asyncio.wait_for(socket.recv(), PATIENCE)
        return closed.value.code

    assert asyncio.run(talk()) == code


@pytest.mark.parametrize("frame", ["", "null", "[]", "{", '{"type": "message"}', '{"type": "what"}', "[" * 5000, '{"type": "message", "id": "x", "text": "\\ud800"}'])
def test_a_strange_frame_does_not_end_the_socket(address: str, client: Client, frame: str) -> None:
    async def talk() -> None:
        socket = await opened(address, client.session)
        await socket.send(frame)
        await socket.send(json.dumps({"type": "ping"}))
        while json.loads(await asyncio.wait_for(socket.recv(), PATIENCE))["type"] != "pong":
            pass
        await socket.close()

    asyncio.run(talk())


def test_an_allowance_is_spent_and_comes_back() -> None:
    now = [0.0]
    allowance = Allowance(a_second=2, at_once=3, clock=lambda: now[0])
    assert [allowance.spend("a") for _ in range(4)] == [True, True, True, False] and allowance.spend("b")
    now[0] = 0.5
    assert [allowance.spend("a") for _ in range(2)] == [True, False]
