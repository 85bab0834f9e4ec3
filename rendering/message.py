"""What one message to the user is made of, on every channel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional


@dataclass(frozen=True)
class Button:
    """A quick reply: ``say`` is the plain Chinese that is sent when it is pressed."""

    title: str
    say: str


@dataclass(frozen=True)
class Message:
    """``custom`` carries structure for programs (the advice payload, the state of a hand-over)."""

    text: str
    buttons: tuple[Button, ...] = ()
    custom: Optional[dict[str, Any]] = None
