"""Several processes behind one port: each answers, one that dies is replaced, and all end in order."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Callable, Iterator

import httpx
import pytest
from rasa.core.lock_store import LockError

from advisor.settings import Settings
from benchmarks.processes import PROC, children
from storage.lock_store import FileLocks
from tests.replica import WEBHOOK, body, user_texts
from tests.server import ROOT, Server, started_servers

WORKERS = 2
PATIENCE = 60.0
OPENING = "开奶茶店的，客户管理预算怎么定"
MOST_PRIVATE = 150
"""Megabytes."""
WITHOUT_A_MODEL = """
import sys, time
from advisor import workers
workers.run(lambda: time.sleep(600), 2, workers.bound_socket("127.0.0.1", int(sys.argv[1])))
"""


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("workers") / "advisor.db"


@pytest.fixture(scope="module")
def server(model: Path, database: Path) -> Iterator[Server]:
    with started_servers([Server(f"sqlite:///{database}", ADVISOR_WORKERS=str(WORKERS))]) as [server]:
        yield server


def say(server: Server, text: str, sender: str) -> httpx.Response:
    return httpx.post(server.address + WEBHOOK, json=body(text, sender), timeout=PATIENCE)


def until(holds: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, what
        time.sleep(0.1)


@contextmanager
def asleep(process: int) -> Iterator[None]:
    """The process does nothing."""
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


def private_megabytes(process: int) -> float:
    lines = (PROC / str(process) / "smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024


def test_each_worker_goes_on_with_the_conversation_of_the_other(server: Server) -> None:
    first, second = children(server.process.pid)
    with asleep(second):
        assert say(server, OPENING, "both").json()
    with asleep(first):
        assert say(server, "成长期", "both").json()
    slots = httpx.get(f"{server.address}/conversations/both/tracker", timeout=PATIENCE).json()["slots"]
    assert (slots["industry"], slots["stage"]) == ("service", "growth")


def test_messages_of_one_person_at_once_are_all_taken_whichever_worker_gets_them(server: Server) -> None:
    texts = [f"总预算{amount}万" for amount in range(100, 900, 100)]
    with ThreadPoolExecutor(len(texts)) as users:
        answers = list(users.map(lambda text: say(server, text, "at-once"), texts))
    assert all(answer.status_code == 200 and answer.json() for answer in answers)
    assert sorted(user_texts(server.address, "at-once")) == texts


def test_what_a_worker_has_to_itself_is_little(server: Server) -> None:
    for number in range(20):
        say(server, OPENING, f"memory-{number}")
    private = [private_megabytes(worker) for worker in children(server.process.pid)]
    print("private memory of the workers, MB:", [round(megabytes) for megabytes in private])
    assert max(private) < MOST_PRIVATE


def test_a_worker_that_is_killed_is_replaced(server: Server) -> None:
    killed, left = children(server.process.pid)
    os.kill(killed, signal.SIGKILL)
    until(lambda: len(set(children(server.process.pid)) - {killed}) == WORKERS, "nobody took its place")
    with asleep(left):
        assert say(server, "你好", "replaced").json()


def test_told_to_stop_it_answers_what_is_under_way_and_leaves_nobody(server: Server, database: Path) -> None:
    say(server, OPENING, "under-way")
    workers = children(server.process.pid)
    with ThreadPoolExecutor() as users:
        with database_locked(database):
            answer = users.submit(say, server, "成长期", "under-way")
            until(lambda: is_under_way("under-way"), "it did not come")
            server.process.send_signal(signal.SIGTERM)
            until(lambda: not accepts(server), "it still takes connections")
            assert not answer.done()
        assert answer.result().status_code == 200 and answer.result().json()
    assert server.process.wait(PATIENCE) == 0
    assert not any((PROC / str(worker)).exists() for worker in workers)


def test_workers_end_with_a_parent_that_is_killed() -> None:
    server = Server("")
    port = server.address.rpartition(":")[2]
    parent = subprocess.Popen([sys.executable, "-c", WITHOUT_A_MODEL, port], cwd=ROOT)
    until(lambda: len(children(parent.pid)) == WORKERS, "there were no workers")
    workers = children(parent.pid)
    parent.kill()
    parent.wait()
    until(lambda: not any(lives(worker) for worker in workers), "they live on")


@contextmanager
def database_locked(database: Path) -> Iterator[None]:
    """No other process can write."""
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


def is_under_way(sender: str) -> bool:
    """Does a worker hold the conversation?"""

    async def look() -> bool:
        try:
            async with FileLocks(Settings().lock_directory).hold(sender, patience=0):
                return False
        except LockError:
            return True

    return asyncio.run(look())


def accepts(server: Server) -> bool:
    try:
        httpx.get(f"{server.address}/healthz", timeout=2)
    except httpx.TransportError:
        return False
    return True


def lives(process: int) -> bool:
    """A process that has ended but whose end nobody has asked for does not live."""
    try:
        return (PROC / str(process) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
