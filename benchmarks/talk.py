"""What is said to every bot, and a connection to say it over."""

from __future__ import annotations

import http.client
import json
import time
from types import TracebackType
from typing import Any, Optional, Sequence
from urllib.parse import quote, urlsplit

CONVERSATION = (
    "客户管理预算怎么定？", "开奶茶店的", "已经稳定了", "主要靠办储值卡", "一年总共300万吧", "如果总预算砍一半呢",
    "不用，保持原来的", "CAC是什么意思", "管客户的有3个人", "那该占多少比例", "花得值不值", "谢谢",
)  # fmt: skip
"""One question from its beginning through the advice to thanks."""
FREE_TALK = ("你好", "CAC是什么意思", "谢谢")
"""Outside every form: a response, an action, a response."""
GREETING = "你好"
PATIENCE = 300.0


class Talk:
    """One connection to a server; the standard library's client, because it costs the least."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=PATIENCE)

    def __enter__(self) -> "Talk":
        self._connection.connect()
        return self

    def __exit__(self, kind: Optional[type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]) -> None:
        self._connection.close()

    def say(self, sender: str, text: str) -> float:
        """Milliseconds until the answer is read; an empty one is an error."""
        begin = time.perf_counter()
        answer = self.request("POST", "/webhooks/rest/webhook", {"sender": sender, "message": text})
        taken = 1000 * (time.perf_counter() - begin)
        if not answer:
            raise RuntimeError(f"no answer to {text!r}")
        return taken

    def say_all(self, sender: str, messages: Sequence[str]) -> list[float]:
        return [self.say(sender, message) for message in messages]

    def events(self, sender: str) -> list[dict[str, Any]]:
        """The stored history of a conversation."""
        tracker = self.request("GET", f"/conversations/{quote(sender)}/tracker?include_events=ALL")
        return list(tracker["events"])

    def form_under_way(self, sender: str) -> Optional[str]:
        tracker = self.request("GET", f"/conversations/{quote(sender)}/tracker?include_events=NONE")
        name: Optional[str] = tracker["active_loop"].get("name")
        return name

    def waits_for(self, sender: str) -> Optional[str]:
        """The fact that ours has asked for."""
        tracker = self.request("GET", f"/conversations/{quote(sender)}/tracker?include_events=NONE")
        slot: Optional[str] = tracker["slots"]["requested_slot"]
        return slot

    def parse_all(self, messages: Sequence[str]) -> list[float]:
        """Milliseconds that understanding each message takes, without dialogue, action and storing."""
        return [self.parse(message) for message in messages]

    def parse(self, text: str) -> float:
        begin = time.perf_counter()
        self.request("POST", "/model/parse", {"text": text})
        return 1000 * (time.perf_counter() - begin)

    def append(self, sender: str, events: Sequence[dict[str, Any]]) -> None:
        """Store events as if they had happened."""
        self.request("POST", f"/conversations/{quote(sender)}/tracker/events?include_events=NONE", list(events))

    def request(self, method: str, path: str, content: Any = None) -> Any:
        body = None if content is None else json.dumps(content).encode()
        self._connection.request(method, path, body, {"Content-Type": "application/json"})
        response = self._connection.getresponse()
        answer = response.read()
        if response.status != http.client.OK:
            raise RuntimeError(f"{method} {path}: {response.status} {answer[:300].decode(errors='replace')}")
        return json.loads(answer)
