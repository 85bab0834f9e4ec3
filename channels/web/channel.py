"""The widget's channel: sessions, messages in, the conversation out over a WebSocket or by long polling.

Both ways carry the same: what the widget sends is kept before anything is answered, and shows up in the conversation that every
tab is sent; that is its acknowledgement. What is asked beside the conversation goes to a :class:`Desk`.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Awaitable, Callable, Coroutine, Mapping, Optional, Protocol, Sequence

import orjson
from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse

from channels.delivery import delivery_of
from channels.rest import answer, refusal, storable
from channels.web.limits import (
    LONGEST_REASON,
    LONGEST_TEXT,
    MOST_MESSAGES,
    SESSIONS_A_SECOND,
    SESSIONS_AT_ONCE,
    WITHIN,
    Allowance,
    address_of,
)
from channels.web.listeners import Listeners, TooMany
from channels.web.origins import is_welcome
from channels.web.sessions import Sessions
from channels.web.view import View
from storage.schema import LONGEST_NAME
from storage.tracker_store import in_thread
from storage.transcript import Transcript

logger = logging.getLogger(__name__)

NAME = "web"
LONGEST_WAIT = 25.0
"""Seconds that a long poll is held."""
GOING, UNKNOWN_SESSION, UNWELCOME, TOO_MANY = 1001, 4001, 4003, 4029
"""Codes with which a socket is closed."""
OnMessage = Callable[[UserMessage], Awaitable[None]]
Handler = Callable[[Request, str], Coroutine[Any, Any, HTTPResponse]]


class Desk(Protocol):
    """What the widget asks beside the conversation. Slots are the conversation's; nothing of it is changed."""

    def what_if(self, slots: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
        """The latest advice with some facts changed."""

    def open_facts(self, slots: Mapping[str, Any]) -> dict[str, Any]:
        """The facts that the question under way still lacks."""

    def labels(self, language: str) -> dict[str, Any]:
        """The words for what stands in the structure of an advice."""


class Refused(Exception):
    """A message that is not taken: why, and after how many seconds it may come again."""

    def __init__(self, reason: str, wait: float = 0.0) -> None:
        super().__init__(reason)
        self.reason, self.wait = reason, wait


class WebChannel(InputChannel):
    """``/webhooks/web/…``"""

    def __init__(self, key: bytes, origins: Sequence[str], desk: Desk) -> None:
        self.sessions = Sessions(key)
        self._origins = tuple(origins)
        self._desk = desk
        self._asking = Allowance(a_second=5, at_once=20)
        self._beginning = Allowance(SESSIONS_A_SECOND, SESSIONS_AT_ONCE)

    @classmethod
    def name(cls) -> str:
        return NAME

    def blueprint(self, on_new_message: OnMessage) -> Blueprint:
        routes = Blueprint("advisor_web", url_prefix="/")

        @routes.route("/session", methods=["POST"])
        async def session(request: Request) -> HTTPResponse:
            if not is_welcome(request, self._origins):
                return refusal(403, "this page's origin is not in ADVISOR_ALLOWED_ORIGINS")
            address = address_of(request)
            if address is not None and not self._beginning.spend(address):
                return answer({"error": {"reason": "too_many"}, "wait": 1.0}, 429)
            return answer({"session": self.sessions.begin()})

        routes.add_route(self._for_its_session(self._take), "/messages", methods=["POST"], name="messages")
        routes.add_route(self._for_its_session(self._entries), "/entries", methods=["GET"], name="entries")
        routes.add_route(self._for_its_session(self._judge), "/feedback", methods=["POST"], name="feedback")
        routes.add_route(self._for_its_session(self._what_if), "/what-if", methods=["POST"], name="what_if")
        routes.add_route(self._for_its_session(self._open_facts), "/open", methods=["GET"], name="open")

        @routes.route("/labels", methods=["GET"])
        async def labels(request: Request) -> HTTPResponse:
            return answer(await in_thread(self._desk.labels, request.args.get("language", "")))

        @routes.websocket("/socket")
        async def socket(request: Request, socket: Any) -> None:
            await self._converse(request, socket)

        return routes

    def _for_its_session(self, handler: Handler) -> Callable[[Request], Coroutine[Any, Any, HTTPResponse]]:
        """Only pages that are welcome, and only with a session of ours."""

        async def checked(request: Request) -> HTTPResponse:
            if not is_welcome(request, self._origins):
                return refusal(403, "this page's origin is not in ADVISOR_ALLOWED_ORIGINS")
            sender_id = self.sessions.sender(request.token)
            if sender_id is None:
                return refusal(401, "the session is not ours; begin one at /webhooks/web/session")
            try:
                return await handler(request, sender_id)
            except Refused as refused:
                return answer({"error": {"reason": refused.reason}, "wait": refused.wait}, 429 if refused.wait else 400)
            except TooMany:
                return answer({"error": {"reason": "too_many"}, "wait": WITHIN}, 429)
            except Exception:
                logger.exception("A widget's request could not be answered")
                return refusal(503, "not_now")

        return checked

    # over HTTP
    async def _take(self, request: Request, sender_id: str) -> HTTPResponse:
        frame = content_of(request.body)
        number = await take(request.app, sender_id, frame)
        return answer({"number": number}, 202)

    async def _entries(self, request: Request, sender_id: str) -> HTTPResponse:
        after, wait, before = (request.args.get(name, "0") for name in ("after", "wait", "before"))
        if not all(is_numeral(number) for number in (after, wait, before)):
            return refusal(400, "after, wait and before have to be whole numbers")
        transcript, listeners = transcript_of(request.app), listeners_of(request.app)
        if "before" in request.args:
            self._count(sender_id)
            page = await in_thread(transcript.before, sender_id, int(before))
            return answer({"first": page.first, "entries": page.entries})
        view = View(transcript, sender_id, int(after), request.args.get("tag", ""))
        with listeners.joined(sender_id) as news:
            found = await within(min(float(wait), LONGEST_WAIT), view, news, listeners)
        return answer(found or {"entries": []})

    async def _judge(self, request: Request, sender_id: str) -> HTTPResponse:
        self._count(sender_id)
        frame = content_of(request.body)
        number, part, value, reason = (frame.get(name) for name in ("number", "part", "value", "reason"))
        if not (is_whole(number) and is_whole(part) and value in (1, -1) and isinstance(reason, str)):
            raise Refused("unreadable")
        known = await in_thread(
            transcript_of(request.app).judge, sender_id, number, part, value, storable(reason)[:LONGEST_REASON]
        )
        return answer({"kept": True}) if known else refusal(404, "there is no such answer")

    async def _what_if(self, request: Request, sender_id: str) -> HTTPResponse:
        self._count(sender_id)
        changes = content_of(request.body).get("facts")
        if not isinstance(changes, dict) or not changes:
            raise Refused("unreadable")
        return answer(await in_thread(self._desk.what_if, await slots_of(request.app, sender_id), changes))

    async def _open_facts(self, request: Request, sender_id: str) -> HTTPResponse:
        self._count(sender_id)
        return answer(await in_thread(self._desk.open_facts, await slots_of(request.app, sender_id)))

    def _count(self, sender_id: str) -> None:
        if not self._asking.spend(sender_id):
            raise Refused("too_many", 1.0)

    # over a socket
    async def _converse(self, request: Request, socket: Any) -> None:
        if not is_welcome(request, self._origins):
            return await socket.close(UNWELCOME)
        greeting = await socket.recv(LONGEST_WAIT)
        if greeting is None:
            return await socket.close()
        hello = content_of(greeting)
        sender_id = self.sessions.sender(hello.get("session"))
        if sender_id is None:
            return await socket.close(UNKNOWN_SESSION)
        after: Any = hello.get("after")
        view = View(transcript_of(request.app), sender_id, int(after) if is_whole(after) else 0, str(hello.get("tag", "")))
        try:
            with listeners_of(request.app).joined(sender_id) as news:
                await send(socket, {"type": "welcome"})
                await first_of(show(request.app, socket, view, news), hear(request.app, socket, view, sender_id))
        except TooMany:
            await socket.close(TOO_MANY)


async def show(app: Sanic, socket: Any, view: View, news: asyncio.Event) -> None:
    """Send what is new, whenever it is; when the process stops, say goodbye."""
    while not listeners_of(app).is_over:
        news.clear()
        found = await in_thread(view.news)
        if found is not None:
            await send(socket, {"type": "update", **found})
        await news.wait()
    await socket.close(GOING)


async def hear(app: Sanic, socket: Any, view: View, sender_id: str) -> None:
    """Take what the widget sends, until it goes."""
    while (content := await socket.recv()) is not None:
        frame = content_of(content)
        if frame.get("type") == "ping":
            await send(socket, {"type": "pong"})
            continue
        try:
            number = await take(app, sender_id, frame)
        except Refused as refused:
            await send(socket, {"type": "refused", "id": frame.get("id"), "reason": refused.reason, "wait": refused.wait})
        except Exception:
            logger.exception("A message of a widget could not be kept; the widget sends it again")
            await send(socket, {"type": "refused", "id": frame.get("id"), "reason": "not_now", "wait": 2.0})
        else:
            view.back_to(number - 1)
            listeners_of(app).wake(sender_id)


async def take(app: Sanic, sender_id: str, frame: Mapping[str, Any]) -> int:
    """Keep a message and have it answered; its number. One that was sent before is kept already."""
    text, message_id = frame.get("text"), frame.get("id")
    if not isinstance(text, str) or not isinstance(message_id, str) or not 0 < len(message_id) <= LONGEST_NAME:
        raise Refused("unreadable")
    if len(text) > LONGEST_TEXT:
        raise Refused("too_long")
    if await in_thread(transcript_of(app).arrived_since, sender_id, WITHIN) >= MOST_MESSAGES:
        raise Refused("too_many", 5.0)
    delivery = delivery_of(app)
    message = await delivery.accept(sender_id, NAME, storable(message_id), {"text": storable(text)})
    listeners_of(app).wake(sender_id)
    delivery.work_through_soon(sender_id, then=lambda: listeners_of(app).wake(sender_id))
    return message.number


async def slots_of(app: Sanic, sender_id: str) -> dict[str, Any]:
    """What is known in the conversation."""
    tracker = await app.ctx.agent.tracker_store.retrieve(sender_id)
    return {} if tracker is None else tracker.current_slot_values()


async def first_of(*works: Awaitable[None]) -> None:
    """Both at once, until one ends; then the other is given up."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
    for task in done:
        if not task.cancelled() and task.exception() is not None:
            logger.debug("A widget's connection ended", exc_info=task.exception())


async def within(seconds: float, view: View, news: asyncio.Event, listeners: Listeners) -> Optional[dict[str, Any]]:
    """What is new now, or what will be within so many seconds; ``None`` where nothing is."""
    clock = asyncio.get_running_loop().time
    end = clock() + seconds
    while True:
        news.clear()
        found: Optional[dict[str, Any]] = await in_thread(view.news)
        if found is not None or listeners.is_over:
            return found
        try:
            await asyncio.wait_for(news.wait(), end - clock())
        except asyncio.TimeoutError:
            return None


async def send(socket: Any, frame: Mapping[str, Any]) -> None:
    await socket.send(orjson.dumps(frame).decode())


def content_of(body: Any) -> dict[str, Any]:
    """The object that was sent, an empty one where it was none."""
    try:
        content = orjson.loads(body or b"{}")
    except orjson.JSONDecodeError:
        return {}
    return content if isinstance(content, dict) else {}


def is_numeral(text: str) -> bool:
    return text.isdecimal() and len(text) < 10


def is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31


def transcript_of(app: Sanic) -> Transcript:
    """The transcript of the server's database."""
    if not hasattr(app.ctx, "transcript"):
        app.ctx.transcript = Transcript(app.ctx.agent.tracker_store.engine)
    return app.ctx.transcript  # type: ignore[no-any-return]


def listeners_of(app: Sanic) -> Listeners:
    """Who is connected to this process."""
    if not hasattr(app.ctx, "listeners"):
        app.ctx.listeners = Listeners(transcript_of(app))
    return app.ctx.listeners  # type: ignore[no-any-return]
