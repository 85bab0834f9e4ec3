"""The REST channel at Rasa's address: one array entry a message, text unsplit, wrong bodies answered with the reason."""

from __future__ import annotations

import asyncio
import hmac
import logging
import re
import uuid
from dataclasses import dataclass
from typing import Any, Awaitable, Callable, Optional

import orjson
from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse

logger = logging.getLogger(__name__)

LONGEST_MESSAGE = 200_000
"""Characters; a longer one is refused with the reason."""
LONGEST_SENDER = 255
UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
OnMessage = Callable[[UserMessage], Awaitable[None]]


class BadRequest(Exception):
    """The body cannot be a message; the text says why."""


@dataclass(frozen=True)
class Incoming:
    """One message of a user."""

    sender: str
    text: str
    metadata: dict[str, Any]


class RestOutput(CollectingOutputChannel):
    """Collects each message whole."""

    @classmethod
    def name(cls) -> str:
        return "rest"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """One entry with text, buttons and custom together."""
        parts = {name: message[name] for name in ("text", "buttons", "image", "attachment", "custom") if message.get(name)}
        self.messages.append({"recipient_id": recipient_id, **parts})


class RestChannel(InputChannel):
    """``POST /webhooks/rest/webhook`` with ``{"sender", "message", "metadata"}``."""

    def __init__(self, token: Optional[str] = None) -> None:
        self._token = token

    @classmethod
    def name(cls) -> str:
        return "rest"

    @classmethod
    def from_credentials(cls, credentials: Optional[dict[str, Any]]) -> "RestChannel":
        from advisor.settings import Settings

        settings = Settings.from_environment()
        return cls(None if settings.is_loopback else settings.api_token)

    def blueprint(self, on_new_message: OnMessage) -> Blueprint:
        webhook = Blueprint("advisor_rest", url_prefix="/")

        @webhook.route("/", methods=["GET"])
        async def health(request: Request) -> HTTPResponse:
            return answer({"status": "ok"})

        @webhook.route("/webhook", methods=["POST"])
        async def receive(request: Request) -> HTTPResponse:
            if not self._is_allowed(request):
                return refusal(401, "the token is missing or wrong; send it as ?token= or as a bearer token")
            try:
                incoming = read(request.body, request.headers.get("content-type", ""))
            except BadRequest as error:
                return refusal(400, str(error))
            return answer(await self._replies(incoming, on_new_message))

        return webhook

    def _is_allowed(self, request: Request) -> bool:
        if self._token is None:
            return True
        given = request.token or request.args.get("token") or ""
        return hmac.compare_digest(given.encode(), self._token.encode())

    async def _replies(self, incoming: Incoming, on_new_message: OnMessage) -> list[dict[str, Any]]:
        output = RestOutput()
        message = UserMessage(
            incoming.text, output, incoming.sender, input_channel=self.name(), metadata=incoming.metadata
        )
        # A user who goes away does not cut the turn short: what she told is stored all the same.
        await asyncio.shield(asyncio.ensure_future(on_new_message(message)))
        return output.messages


def read(body: bytes, content_type: str) -> Incoming:
    """The message of a body; raises :class:`BadRequest` with the reason."""
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadRequest(f"the body is not JSON: {error}") from None
    if not isinstance(content, dict):
        raise BadRequest('the body has to be an object such as {"sender": "…", "message": "…"}')
    text, sender, metadata = content.get("message"), content.get("sender"), content.get("metadata")
    if not isinstance(text, str):
        raise BadRequest('"message" has to be a text')
    if len(text) > LONGEST_MESSAGE:
        raise BadRequest(f'"message" is longer than {LONGEST_MESSAGE} characters')
    if sender is not None and (not isinstance(sender, (str, int)) or isinstance(sender, bool)):
        raise BadRequest('"sender" has to be a text')
    if metadata is not None and not isinstance(metadata, dict):
        raise BadRequest('"metadata" has to be an object')
    name = storable(str(sender))[:LONGEST_SENDER] if sender not in (None, "") else uuid.uuid4().hex
    return Incoming(name, storable(text), metadata or {})


def storable(text: str) -> str:
    """Without what no database keeps: NUL and half surrogates."""
    return UNSTORABLE.sub("\ufffd", text)


def answer(content: Any, status: int = 200) -> HTTPResponse:
    return HTTPResponse(orjson.dumps(content).decode(), status=status, content_type="application/json")


def refusal(status: int, reason: str) -> HTTPResponse:
    return answer({"error": {"reason": reason}}, status)
