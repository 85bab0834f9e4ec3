"""Real servers on free ports of loopback, each ended by its own process id."""

from __future__ import annotations

import http.client
import json
import os
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable, Iterator, Mapping, Optional, Sequence
from urllib.parse import urlsplit

from benchmarks import processes
from benchmarks.talk import CONVERSATION, FREE_TALK, GREETING, Talk

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
START_TIMEOUT = 300.0
STOP_TIMEOUT = 30.0
LOOK_AGAIN = 0.05
QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "SANIC_BACKLOG": "512",
    "LOG_LEVEL": "ERROR",
    "PYTHONWARNINGS": "ignore",
}


@dataclass
class Server:
    """One bot at work; where it has several addresses, sessions are split among them."""

    folder: Path
    addresses: list[str] = field(default_factory=list)
    running: list["subprocess.Popen[bytes]"] = field(default_factory=list)
    started: float = field(default_factory=time.perf_counter)
    seconds_to_first_answer: float = 0.0

    @property
    def address(self) -> str:
        return self.addresses[0]

    @property
    def database(self) -> Path:
        return self.folder / "conversations.db"

    def spawn(self, arguments: Sequence[str], environment: Optional[Mapping[str, str]] = None, at: Path = ROOT) -> None:
        """Start one Python process of the server."""
        with (self.folder / "server.log").open("ab") as log:
            variables = {**os.environ, **QUIET, **(environment or {})}
            process = subprocess.Popen([sys.executable, *arguments], cwd=at, env=variables, stdout=log, stderr=log)
        self.running.append(process)

    def wait_until(self, address: str, path: str) -> None:
        """Until ``path`` answers well."""
        end = time.monotonic() + START_TIMEOUT
        while time.monotonic() < end:
            ended = next((process.returncode for process in self.running if process.poll() is not None), None)
            if ended is not None:
                raise RuntimeError(f"a server ended with {ended}:\n{(self.folder / 'server.log').read_text(errors='replace')[-3000:]}")
            if is_well(address, path):
                return
            time.sleep(LOOK_AGAIN)
        raise RuntimeError(f"{address}{path} did not answer in {START_TIMEOUT} s")

    def wait_for_first_answer(self) -> None:
        for address in self.addresses:
            self.wait_until(address, "/status")
            with Talk(address) as talk:
                talk.say("first", GREETING)
        self.seconds_to_first_answer = time.perf_counter() - self.started

    def stop(self) -> None:
        for process in self.running:
            process.terminate()
        for process in self.running:
            try:
                process.wait(timeout=STOP_TIMEOUT)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def processes(self) -> list[int]:
        return processes.tree(process.pid for process in self.running)

    def cpu_seconds(self) -> float:
        return processes.cpu_seconds(self.processes())

    def memory_megabytes(self) -> float:
        return processes.memory_megabytes(self.processes())

    def stored_bytes(self) -> int:
        """What the database holds, what is still in its write-ahead log too."""
        connection = sqlite3.connect(self.database)
        try:
            pages, size = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
            return int(pages * size)
        finally:
            connection.close()


@dataclass(frozen=True)
class Bot:
    """One of the compared: how its processes are started, and what is said to it."""

    name: str
    launch: Callable[[Server, int], None]
    conversation: tuple[str, ...] = CONVERSATION
    free_talk: tuple[str, ...] = FREE_TALK


@contextmanager
def running(bot: Bot, workers: int = 1) -> Iterator[Server]:
    """The bot's server with a database of its own, ready: it has answered once."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        server = Server(Path(folder))
        try:
            bot.launch(server, workers)
            server.wait_for_first_answer()
            if len(server.processes()) < workers:
                raise RuntimeError(f"{bot.name} does not run {workers} workers")
            yield server
        finally:
            server.stop()


@contextmanager
def all_running(bots: Sequence[Bot], workers: int = 1) -> Iterator[dict[str, Server]]:
    """A server of every bot, by name."""
    with ExitStack() as stack:
        yield {bot.name: stack.enter_context(running(bot, workers)) for bot in bots}


def launch_advisor(
    server: Server, workers: int, tree: Path = ROOT, database_url: Optional[str] = None, has_action_server: bool = False
) -> None:
    """The advisor of the source tree at ``tree``, on SQLite and with its actions in-process unless told otherwise."""
    port = free_port()
    environment = {
        "ADVISOR_HOST": HOST,
        "ADVISOR_PORT": str(port),
        "ADVISOR_CONSOLE_PORT": str(free_port()),
        "ADVISOR_DATABASE_URL": database_url or f"sqlite:///{server.database}",
        "ADVISOR_WORKERS": str(workers),
    }
    if has_action_server:
        actions_port = free_port()
        server.spawn(["-m", "rasa_sdk", "--port", str(actions_port), "--actions", "actions"], environment, tree)
        environment["ADVISOR_ACTIONS_URL"] = f"http://{HOST}:{actions_port}/webhook"
    server.spawn(["-m", "advisor", "run"], environment, tree)
    server.addresses.append(f"http://{HOST}:{port}")


def launch_rasa(server: Server, workers: int, model: Path, actions: Optional[str] = None, is_stored: bool = True) -> None:
    """Rasa as it comes, with an action server where there are ``actions``.

    Rasa allows several workers only with Redis; here each worker is a server of its own, and sessions stay with theirs.
    """
    endpoints: dict[str, Any] = {}
    if is_stored:
        endpoints["tracker_store"] = {"type": "SQL", "dialect": "sqlite", "db": str(server.database)}
    if actions:
        port = free_port()
        server.spawn(["-m", "rasa_sdk", "--port", str(port), "--actions", actions])
        endpoints["action_endpoint"] = {"url": f"http://{HOST}:{port}/webhook"}
    files = {"endpoints": endpoints, "credentials": {"rest": None}}
    for name, content in files.items():
        (server.folder / f"{name}.yml").write_text(json.dumps(content))
    for _ in range(workers):
        port = free_port()
        options = [f"--{name}={server.folder / name}.yml" for name in files]
        server.spawn(["-m", "rasa", "run", "--enable-api", f"--model={model}", f"--interface={HOST}", f"--port={port}", *options])
        server.addresses.append(f"http://{HOST}:{port}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def is_well(address: str, path: str) -> bool:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
