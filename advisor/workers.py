"""Several processes behind one port, forked from one that has loaded everything, so that they share its memory."""

from __future__ import annotations

import gc
import logging
import os
import signal
import socket
import time
from types import FrameType
from typing import Callable, Optional

logger = logging.getLogger(__name__)

BACKLOG = 512
SHORTEST_LIFE = 5.0
"""Seconds; a worker that lived less is replaced after a pause only."""
PAUSE = 1.0


def bound_socket(host: str, port: int) -> socket.socket:
    """A socket that all workers accept from."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    place = socket.socket(family, socket.SOCK_STREAM)
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    place.bind((host, port))
    place.listen(BACKLOG)
    place.setblocking(False)
    return place


def run(serve: Callable[[], None], count: int) -> None:
    """Serve in this process, or in ``count`` forked ones; returns when told to stop and all have ended."""
    if count == 1:
        serve()
    else:
        Workers(serve).keep(count)


class Workers:
    """Keeps so many processes alive until a signal ends them."""

    def __init__(self, serve: Callable[[], None]) -> None:
        self._serve = serve
        self._born: dict[int, float] = {}
        self._stopping = False

    def keep(self, count: int) -> None:
        # Objects that live already are never looked at by the collector again, so their pages stay shared.
        gc.collect()
        gc.freeze()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        for _ in range(count):
            self._fork()
        while self._born:
            self._replace_one()

    def _fork(self) -> None:
        child = os.fork()
        if child:
            self._born[child] = time.monotonic()
            return
        status = 1
        try:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, signal.SIG_DFL)
            self._serve()
            status = 0
        finally:
            os._exit(status)

    def _replace_one(self) -> None:
        child, status = os.wait()
        born = self._born.pop(child, None)
        if born is None or self._stopping:
            return
        logger.error("Worker %s ended with status %s; another takes its place", child, os.waitstatus_to_exitcode(status))
        if time.monotonic() - born < SHORTEST_LIFE:
            time.sleep(PAUSE)
        if not self._stopping:
            self._fork()

    def _stop(self, number: int, frame: Optional[FrameType]) -> None:
        self._stopping = True
        for child in self._born:
            os.kill(child, signal.SIGTERM)
