"""Several processes behind one port, forked from one that has loaded everything, so that they share its memory."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
import time
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Callable, Iterator, Optional

logger = logging.getLogger(__name__)

BACKLOG = 512
SHORTEST_LIFE = 5.0
"""Seconds; a worker that lived less is replaced after a pause only."""
PAUSE = 1.0
ENDING = (signal.SIGTERM, signal.SIGINT)


def bound_socket(host: str, port: int) -> socket.socket:
    """A socket that all workers accept from."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    place = socket.socket(family, socket.SOCK_STREAM)
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    place.bind((host, port))
    place.listen(BACKLOG)
    place.setblocking(False)
    return place


def run(serve: Callable[[], None], count: int, place: socket.socket) -> None:
    """Serve in this process, or in ``count`` forked ones; returns when told to stop and all have ended."""
    if count == 1:
        serve()
    else:
        Workers(serve, place).keep(count)


class Workers:
    """Keeps so many processes alive until a signal ends them."""

    def __init__(self, serve: Callable[[], None], place: socket.socket) -> None:
        self._serve = serve
        self._place = place
        self._born: dict[int, float] = {}
        self._stopping = False
        # Nothing is ever written: its end is when this process ends, however that happens.
        self._parent_s_end, self._kept_open = os.pipe()

    def keep(self, count: int) -> None:
        for number in ENDING:
            signal.signal(number, self._stop)
        for _ in range(count):
            self._fork()
        while self._born:
            self._replace_one()

    def _fork(self) -> None:
        with held_back(ENDING):
            if self._stopping:
                return
            child = os.fork()
            if child:
                self._born[child] = time.monotonic()
                return
            for number in ENDING:
                signal.signal(number, signal.SIG_DFL)
        self._serve_as_child()

    def _serve_as_child(self) -> None:
        status = 1
        try:
            os.close(self._kept_open)
            threading.Thread(target=self._end_with_parent, daemon=True).start()
            self._serve()
            status = 0
        finally:
            os._exit(status)

    def _end_with_parent(self) -> None:
        os.read(self._parent_s_end, 1)
        os.kill(os.getpid(), signal.SIGTERM)

    def _replace_one(self) -> None:
        child, status = os.wait()
        born = self._born.pop(child, None)
        if born is None or self._stopping:
            return
        logger.error("Worker %s ended with status %s; another takes its place", child, os.waitstatus_to_exitcode(status))
        if time.monotonic() - born < SHORTEST_LIFE:
            time.sleep(PAUSE)
        self._fork()

    def _stop(self, number: int, frame: Optional[FrameType]) -> None:
        self._stopping = True
        self._place.close()  # else who comes now would wait for an answer that nobody gives
        for child in self._born:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGTERM)


@contextmanager
def held_back(signals: tuple[signal.Signals, ...]) -> Iterator[None]:
    """Signals that come within are delivered afterwards."""
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)
