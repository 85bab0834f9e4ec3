"""The same actions by an action server: the same answers, little over the wire, and nothing lost while it is away."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Iterator, Optional

import httpx
import pytest

from benchmarks.storm import nameless
from tests.replica import WEBHOOK, OnPostgres, body, user_texts
from tests.server import ROOT, Server, free_port, started_servers

PATIENCE = 120.0
OPENING = "开奶茶店的，客户管理预算怎么定"
TALK = ("你好", OPENING, "成长期", "会员制", "总预算100万", "如果总预算砍一半呢", "CAC是什么意思", "帮我转人工", "我的微信是abc12345", "可以", "谢谢")


class Wire(ThreadingHTTPServer):
    """Stands between the advisor and the action server: keeps what went over, and can be cut."""

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), PassOn)
        self.target: Optional[str] = target
        self.calls: list[dict[str, Any]] = []

    @contextmanager
    def answering(self, status: int) -> Iterator[None]:
        """The action server is away, and what stands before it says so; with 0 the connection is cut."""
        target, self.target, self.status = self.target, None, status
        yield
        self.target = target


class PassOn(BaseHTTPRequestHandler):
    server: Wire

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.target is None:
            if self.server.status:
                self.send_error(self.server.status)
            return
        self.server.calls.append(json.loads(content))
        answer = httpx.post(self.server.target, content=content, headers={"Content-Type": "application/json"}, timeout=PATIENCE)
        self.send_response(answer.status_code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    def log_message(self, *arguments: Any) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('actions') / 'advisor.db'}"


@pytest.fixture(scope="module")
def wire(database: str) -> Iterator[Wire]:
    port = free_port()
    command = [sys.executable, "-m", "rasa_sdk", "--actions", "actions", "--port", str(port)]
    server = subprocess.Popen(command, cwd=ROOT, env=Server(database).variables)
    try:
        wait_for(f"http://127.0.0.1:{port}/health")
        wire = Wire(f"http://127.0.0.1:{port}/webhook")
        threading.Thread(target=wire.serve_forever, daemon=True).start()
        yield wire
        wire.shutdown()
    finally:
        server.terminate()
        server.wait(PATIENCE)


@pytest.fixture(scope="module")
def address(model: Path, database: str, wire: Wire) -> Iterator[str]:
    with started_servers([Server(database, ADVISOR_ACTIONS_URL=f"http://127.0.0.1:{wire.server_port}/webhook")]) as [server]:
        yield server.address


def wait_for(address: str) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            httpx.get(address)
            return
        except httpx.TransportError:
            time.sleep(0.2)
    raise AssertionError(f"{address} does not answer")


def say(address: str, text: str, sender: str, **metadata: str) -> httpx.Response:
    return httpx.post(address + WEBHOOK, json=body(text, sender, **metadata), timeout=PATIENCE)


def test_the_answers_are_the_same_as_in_process(address: str, on_postgres: OnPostgres) -> None:
    by_server, in_process = ([say(place, text, "both-ways").json() for text in TALK] for place in (address, on_postgres.address))
    assert [nameless(answers) for answers in by_server] == [nameless(answers) for answers in in_process] and all(by_server)


def test_a_call_does_not_grow_with_the_conversation(address: str, wire: Wire) -> None:
    sizes = []
    for _ in range(3):
        wire.calls.clear()
        for text in TALK * 2:
            say(address, text, "long")
        assert wire.calls and all(call["tracker"]["events"] == [] and "domain" not in call for call in wire.calls)
        sizes.append(max(len(json.dumps(call)) for call in wire.calls))
    assert sizes[2] <= 1.1 * sizes[1]


@pytest.mark.parametrize("status", [0, 502, 503])
def test_while_it_is_away_nothing_is_stored_and_the_sender_is_told(address: str, wire: Wire, status: int) -> None:
    sender = f"away-{status}"
    say(address, OPENING, sender)
    with wire.answering(status):
        responses = [say(address, "成长期", sender), say(address, "会员制", sender, message_id="1")]
    assert [(response.status_code, bool(response.json()["error"]["reason"])) for response in responses] == [(503, True)] * 2
    assert user_texts(address, sender)[0] == OPENING and "成长期" not in user_texts(address, sender)


def test_when_it_is_back_what_was_kept_is_answered_and_no_fact_is_lost(address: str, wire: Wire) -> None:
    say(address, OPENING, "back")
    with wire.answering(503):
        assert say(address, "成长期", "back", message_id="1").status_code == 503
        time.sleep(15)  # longer than the attempts of a message that is at fault itself
    assert say(address, "成长期", "back", message_id="1").json()
    slots = httpx.get(f"{address}/conversations/back/tracker", timeout=PATIENCE).json()["slots"]
    assert (slots["industry"], slots["stage"]) == ("service", "growth") and user_texts(address, "back") == [OPENING, "成长期"]


def test_an_action_that_fails_is_answered_with_an_apology_and_what_was_known_stays(address: str, wire: Wire) -> None:
    say(address, OPENING, "fails")
    with wire.answering(500):
        assert say(address, "成长期", "fails").json()[0]["text"]
    assert httpx.get(f"{address}/conversations/fails/tracker", timeout=PATIENCE).json()["slots"]["industry"] == "service"
