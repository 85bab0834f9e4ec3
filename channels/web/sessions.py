"""Sessions of the widget: made by the server, impossible to guess, signed, and kept nowhere."""

from __future__ import annotations

import hmac
import secrets
from hashlib import sha256
from typing import Optional

PREFIX = "web-"
PURPOSE = b"sessions of the widget"
RANDOM_BYTES = 24


class Sessions:
    """A session is the name of a conversation and the proof that the server gave it out."""

    def __init__(self, key: bytes) -> None:
        self._key = hmac.new(key, PURPOSE, sha256).digest()

    def begin(self) -> str:
        """A session for a new conversation."""
        name = PREFIX + secrets.token_urlsafe(RANDOM_BYTES)
        return f"{name}.{self._proof(name)}"

    def sender(self, session: object) -> Optional[str]:
        """The conversation's name, ``None`` where the session is not ours."""
        if not isinstance(session, str) or not session.isascii():
            return None
        name, _, proof = session.partition(".")
        return name if hmac.compare_digest(proof, self._proof(name)) else None

    def _proof(self, name: str) -> str:
        return hmac.new(self._key, name.encode(), sha256).hexdigest()
