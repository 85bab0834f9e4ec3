"""A phone number, a WeChat id or an e-mail address: checked, masked, and kept only after her consent."""

from __future__ import annotations

import re
from typing import Any, Optional

from actions.pending import answer_pending
from actions.turn import Turn

CONTACT_KINDS = ("phone", "wechat_id", "email")
DIGIT_RUN = re.compile(r"\d[\d\s-]{5,}\d")


def take_contact(turn: Turn) -> bool:
    """Keep the contact told where she agrees to it, else ask whether she does; ``True`` where the message was about a contact."""
    contact = next((entity for entity in turn.entities if entity["entity"] in CONTACT_KINDS), None)
    if contact is not None:
        turn.dialogue.pending = pending_contact(contact, wish=turn.dialogue.wish or wish_of(turn) or "demo")
        if turn.services.replies.consent.search(turn.text):
            answer_pending(turn, yes=True)
        return True
    if turn.dialogue.wish is not None and looks_like_contact(turn):
        turn.lead_in("wish.contact_unreadable")
        return True
    return False


def pending_contact(contact: dict[str, Any], wish: str) -> dict[str, Any]:
    """The pending question whether the contact may be kept."""
    return {
        "kind": "contact",
        "wish": wish,
        "contact_kind": contact["entity"],
        "contact": contact["value"],
        "masked": masked(contact["value"]),
    }


def wish_of(turn: Turn) -> Optional[str]:
    """The wish that the message itself speaks."""
    return {"talk_to_human": "human", "request_demo": "demo", "download_report": "report"}.get(turn.intent or "")


def looks_like_contact(turn: Turn) -> bool:
    """Digits enough for a phone number in a message that tells no fact."""
    return not turn.changed_facts and DIGIT_RUN.search(turn.text) is not None


def masked(contact: str) -> str:
    """The contact with its middle hidden, as it is shown and logged."""
    name, at, host = contact.partition("@")
    first, last = min(3, len(name) // 3), min(2, len(name) // 3)
    return name[:first] + "*" * (len(name) - first - last) + name[len(name) - last :] + at + host
