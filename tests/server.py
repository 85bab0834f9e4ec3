"""A real server of the advisor on a free port of loopback."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Iterator, Optional

import httpx

ROOT = Path(__file__).resolve().parent.parent
START_TIMEOUT, STOP_TIMEOUT = 600.0, 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """``advisor run`` at one address, as a process that can be started again and is ended by its own id."""

    def __init__(self, database_url: str, log: Optional[Path] = None, **environment: str) -> None:
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        self.variables = {**os.environ, "ADVISOR_PORT": str(port), "ADVISOR_DATABASE_URL": database_url, **environment}
        self._log = log
        self.process: subprocess.Popen[bytes]

    def start(self) -> None:
        command = [sys.executable, "-m", "advisor", "run"]
        with open(self._log or os.devnull, "ab") as output:
            errors = output if self._log else None
            self.process = subprocess.Popen(command, cwd=ROOT, env=self.variables, stdout=output, stderr=errors)

    def wait_until_ready(self) -> None:
        end = time.monotonic() + START_TIMEOUT
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended with {self.process.returncode}")
            try:
                if httpx.get(f"{self.address}/readyz", timeout=10).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.2)
        raise RuntimeError("the server was not ready in time")

    def kill(self) -> None:
        """As power does."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """Tell it to stop; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_TIMEOUT)

    def end(self) -> None:
        """Nothing of it is left afterwards."""
        try:
            self.stop()
        except subprocess.TimeoutExpired:
            self.kill()
            raise


@contextmanager
def started_servers(servers: list[Server]) -> Iterator[list[Server]]:
    """They are ready; whatever became of them, they have ended afterwards."""
    with ExitStack() as ends:
        for server in servers:
            server.start()
            ends.callback(server.end)
        for server in servers:
            server.wait_until_ready()
        yield servers


@contextmanager
def running_server(database_url: str, **environment: str) -> Iterator[str]:
    """The address of one."""
    with started_servers([Server(database_url, None, **environment)]) as [server]:
        yield server.address
