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
from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse

from channels.delivery import Delivery, delivery_of
from storage.schema import LONGEST_NAME
from storage.tracker_store import in_thread

logger = logging.getLogger(__name__)

LONGEST_MESSAGE = 200_000
"""Characters; a longer one is refused with the reason."""
NO_TOKEN = "the token is missing or wrong; send it as ?token= or as a bearer token"
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
    message_id: Optional[str] = None
    """Of the sender's making: a message that comes again under it is answered as before and not taken twice."""
    reply_later: bool = False


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
                return refusal(401, NO_TOKEN)
            try:
                incoming = read(request.body, request.headers.get("content-type", ""))
            except BadRequest as error:
                return refusal(400, str(error))
            # A user who goes away does not cut the turn short: what she told is stored all the same.
            return await asyncio.shield(asyncio.ensure_future(respond(delivery_of(request.app), incoming)))

        @webhook.route("/messages", methods=["GET"])
        async def later(request: Request) -> HTTPResponse:
            if not self._is_allowed(request):
                return refusal(401, NO_TOKEN)
            sender, after = request.args.get("sender"), request.args.get("after", "0")
            if not sender or not after.isdigit():
                return refusal(400, "ask with ?sender=…&after=<the number of the last message whose answer you have>")
            return await fetched(delivery_of(request.app), sender, int(after))

        return webhook

    def _is_allowed(self, request: Request) -> bool:
        if self._token is None:
            return True
        given = request.token or request.args.get("token") or ""
        return hmac.compare_digest(given.encode(), self._token.encode())


async def respond(delivery: Delivery, incoming: Incoming) -> HTTPResponse:
    """The answer to one message; where it cannot be answered now, what the sender can do."""
    body = {"text": incoming.text, "metadata": incoming.metadata}
    try:
        if incoming.message_id is None:
            return answer(await delivery.answer(incoming.sender, RestChannel.name(), body))
        message = await delivery.accept(incoming.sender, RestChannel.name(), incoming.message_id, body)
        if incoming.reply_later:
            delivery.work_through_soon(incoming.sender)
            return answer({"recipient_id": incoming.sender, "number": message.number}, 202)
        replies = await delivery.answer_kept(message)
    except Exception:
        logger.exception("A message could not be answered")
        return refusal(503, "the advisor cannot answer just now; send the message again in a moment")
    if replies is None:
        return refusal(503, "the message is kept and will be answered; ask for the answer at /webhooks/rest/messages")
    return answer(replies)


async def fetched(delivery: Delivery, sender: str, after: int) -> HTTPResponse:
    """The answers to what was sent with ``"reply": "later"``."""
    try:
        return answer(await in_thread(delivery.inbox.replies_after, sender, after))
    except Exception:
        logger.exception("Answers could not be fetched")
        return refusal(503, "the answers cannot be fetched just now; ask again in a moment")


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
    name = storable(str(sender))[:LONGEST_NAME] if sender not in (None, "") else uuid.uuid4().hex
    return Incoming(name, storable(text), metadata or {}, *wishes(metadata or {}))


def wishes(metadata: dict[str, Any]) -> tuple[Optional[str], bool]:
    """The message id, and whether the answer is fetched later."""
    message_id, later = metadata.get("message_id"), metadata.get("reply") == "later"
    if message_id is not None and (not isinstance(message_id, str) or not 0 < len(storable(message_id)) <= LONGEST_NAME):
        raise BadRequest(f'"message_id" has to be a text of at most {LONGEST_NAME} characters')
    if later and message_id is None:
        raise BadRequest('"reply": "later" needs a "message_id"')
    return message_id and storable(message_id), later


def storable(text: str) -> str:
    """Without what no database keeps: NUL and half surrogates."""
    return UNSTORABLE.sub("\ufffd", text)


def answer(content: Any, status: int = 200) -> HTTPResponse:
    return HTTPResponse(orjson.dumps(content).decode(), status=status, content_type="application/json")


def refusal(status: int, reason: str) -> HTTPResponse:
    return answer({"error": {"reason": reason}}, status)
