"""The answer in the user's characters and, beside it, in her language."""

from __future__ import annotations

from functools import lru_cache

from opencc import OpenCC

from rendering.message import Button, Message


@lru_cache(maxsize=1)
def converter() -> OpenCC:
    """Simplified to traditional with Taiwan's standard forms; words of the trade stay as they are."""
    return OpenCC("s2tw")


@lru_cache(maxsize=1)
def simplifier() -> OpenCC:
    return OpenCC("t2s")


def in_simplified(text: str) -> str:
    """A text of hers in the characters in which words are looked for."""
    return str(simplifier().convert(text))


def in_traditional(message: Message) -> Message:
    """The message in traditional characters; what a button sends stays as it is, for it is read, not shown."""
    convert = converter().convert
    buttons = tuple(Button(convert(button.title), button.say) for button in message.buttons)
    return Message(convert(message.text), buttons, message.custom)


def with_english(message: Message, line: str) -> Message:
    """The message with a short English line below."""
    return Message(f"{message.text}\n{line}", message.buttons, message.custom)
