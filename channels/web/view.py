"""What a widget is sent of its conversation: all that comes after what it knows, again only where something is new."""

from __future__ import annotations

from typing import Any, Optional

from storage.messages import WAITING
from storage.transcript import Page, Transcript


class View:
    """How far one widget has come: up to the message numbered ``after`` it knows all that there will be."""

    def __init__(self, transcript: Transcript, sender_id: str, after: int = 0, tag: str = "") -> None:
        self._transcript = transcript
        self._sender_id = sender_id
        self._after = after
        self._tag = tag

    def news(self) -> Optional[dict[str, Any]]:
        """What is new, ``None`` where nothing is."""
        page = self._transcript.after(self._sender_id, self._after)
        tag = tag_of(page)
        if tag == self._tag:
            return None
        self._after = settled(page, self._after)
        # What is sent next time is what comes after; all the same it is new only where it differs from this.
        self._tag = tag_of(Page(page.first, [entry for entry in page.entries if entry["number"] > self._after]))
        return {"first": page.first, "entries": page.entries, "after": self._after, "tag": self._tag}

    def back_to(self, number: int) -> None:
        """Something will be new of the messages after that one."""
        self._after, self._tag = min(self._after, number), ""


def settled(page: Page, after: int) -> int:
    """The last message that this one and all before it are answered, or given up."""
    for entry in page.entries:
        if entry["part"] == 0:
            if entry["state"] == WAITING:
                break
            after = entry["number"]
    return after


def tag_of(page: Page) -> str:
    """The same for the same entries in the same state."""
    waiting = sum(entry.get("state") == WAITING for entry in page.entries)
    last = page.entries[-1]["number"] if page.entries else 0
    return f"{page.first}-{last}-{len(page.entries)}-{waiting}"
