"""A line between browser and server that can be cut at any byte, and stay dead for a while."""

from __future__ import annotations

import random
import selectors
import socket
import threading
from contextlib import suppress
from typing import Optional

CHUNK = 4096


class Line:
    """Forwards a port of its own to the server's. The browser holds on to the same address all the time."""

    def __init__(self, to: int, seed: int = 0) -> None:
        self._to = to
        self._random = random.Random(seed)
        self._pairs: set[tuple[socket.socket, socket.socket]] = set()
        self._lock = threading.Lock()
        self._budget: Optional[int] = None
        self.is_dead = False
        self.cuts = 0
        self._door = socket.socket()
        self._door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._door.bind(("127.0.0.1", 0))
        self._door.listen(64)
        self.port = int(self._door.getsockname()[1])
        self.address = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """All that is open ends now, without a farewell."""
        with self._lock:
            self.cuts += 1
            for pair in list(self._pairs):
                self._end(pair)

    def cut_after(self, most: int) -> None:
        """The line is cut at some byte of the next so many, perhaps in the middle of a message or of an answer."""
        with self._lock:
            self._budget = self._random.randint(0, most)

    def close(self) -> None:
        self._door.close()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._door.accept()
            except OSError:
                return
            if self.is_dead:
                near.close()
                continue
            try:
                far = socket.create_connection(("127.0.0.1", self._to), timeout=10)
            except OSError:
                near.close()
                continue
            far.settimeout(None)
            with self._lock:
                self._pairs.add((near, far))
            threading.Thread(target=self._carry, args=((near, far),), daemon=True).start()

    def _carry(self, pair: tuple[socket.socket, socket.socket]) -> None:
        near, far = pair
        with selectors.DefaultSelector() as ready, suppress(OSError, ValueError, KeyError):
            ready.register(near, selectors.EVENT_READ, far)
            ready.register(far, selectors.EVENT_READ, near)
            while True:
                for key, _ in ready.select():
                    data = key.fileobj.recv(CHUNK)  # type: ignore[union-attr]
                    if not data or not self._pass_on(data, key.data):
                        return self._finish(pair)
        self._finish(pair)

    def _pass_on(self, data: bytes, target: socket.socket) -> bool:
        """Hand data on, as far as the line lasts."""
        with self._lock:
            lasts = len(data) if self._budget is None else min(self._budget, len(data))
            if self._budget is not None:
                self._budget -= lasts
            is_cut = self._budget == 0
        target.sendall(data[:lasts])
        if is_cut:
            with self._lock:
                self._budget = None
            self.cut()
        return not is_cut

    def _finish(self, pair: tuple[socket.socket, socket.socket]) -> None:
        with self._lock:
            self._end(pair)

    def _end(self, pair: tuple[socket.socket, socket.socket]) -> None:
        self._pairs.discard(pair)
        for end in pair:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
