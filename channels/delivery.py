"""The way of a message that must not get lost: kept, answered in the order of its sender, its answer kept with the turn."""

from __future__ import annotations

import asyncio
import logging
from contextlib import contextmanager
from typing import Any, Callable, Iterator, Mapping, Optional, Sequence

from rasa.core.agent import Agent
from rasa.core.channels.channel import OutputChannel, UserMessage
from sanic import Sanic
from sqlalchemy.engine import Connection, Engine

from advisor.settings import Settings
from storage.database import open_database
from storage.messages import KEPT, AlreadyAnswered, Arrived, Inbox, NotNow, finish, remove_old
from storage.reports import remove_expired
from storage.tracker_store import ConversationConflict, beside_turn, in_thread

logger = logging.getLogger(__name__)

LEFT_BEHIND = 3.0
"""Seconds after which a message that nobody answers is taken up by whichever process looks."""
LOOK_EVERY = 1.0
REMOVE_EVERY = 60.0
CONFLICTS = 5
"""Times that a turn is tried again when another process was faster."""

Replies = list[dict[str, Any]]


class Collected(OutputChannel):
    """Collects each message of a turn whole: text, buttons and custom together."""

    PARTS = ("text", "buttons", "image", "attachment", "custom")

    def __init__(self, channel: str) -> None:
        self._channel = channel
        self.messages: Replies = []

    def name(self) -> str:  # type: ignore[override]
        return self._channel

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keep one message."""
        parts = {name: message[name] for name in self.PARTS if message.get(name)}
        self.messages.append({"recipient_id": recipient_id, **parts})


class Delivery:
    """Answers messages through one agent; every process that serves has its own, any may serve any user."""

    def __init__(self, agent: Agent, engine: Engine) -> None:
        self._agent = agent
        self._engine = engine
        self.inbox = Inbox(engine)
        self._tasks: set[asyncio.Future[None]] = set()

    async def answer(self, sender_id: str, channel: str, body: Mapping[str, Any]) -> Replies:
        """The answer to a message that its sender will repeat if none comes."""
        async with self._agent.lock_store.lock(sender_id):
            for attempt in range(CONFLICTS):
                try:
                    return await self._turn(sender_id, channel, body)
                except ConversationConflict:
                    if attempt == CONFLICTS - 1:
                        raise
        raise AssertionError("not reached")

    async def accept(self, sender_id: str, channel: str, message_id: str, body: Mapping[str, Any]) -> Arrived:
        """Keep a message; when this returns it can be acknowledged."""
        arrived: Arrived = await in_thread(self.inbox.accept, sender_id, channel, message_id, body)
        return arrived

    async def answer_kept(self, message: Arrived) -> Optional[Replies]:
        """The answers to a kept message, now or from before; ``None`` where it cannot be answered now and is kept on."""
        replies: Optional[Replies] = await in_thread(self.inbox.replies, message)
        if replies is not None:
            return replies
        await self.work_through(message.sender_id)
        answers: Optional[Replies] = await in_thread(self.inbox.replies, message)
        return answers

    async def work_through(self, sender_id: str) -> None:
        """Answer all that waits of one person, the oldest first; stops at one that fails."""
        async with self._agent.lock_store.lock(sender_id):
            while message := await in_thread(self.inbox.next_of, sender_id):
                if not await self._answered(message):
                    return

    def work_through_soon(self, sender_id: str, then: Callable[[], None] = lambda: None) -> None:
        """The same beside the request, and ``then`` what follows; what fails is kept and taken up again."""
        task = asyncio.ensure_future(self._work_through_beside(sender_id, then))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work_through_beside(self, sender_id: str, then: Callable[[], None]) -> None:
        try:
            await self.work_through(sender_id)
        except Exception:
            logger.exception("Messages could not be answered now; they are kept and taken up again")
        then()

    async def take_up(self) -> None:
        """Go on, for ever, with what processes that died have left behind, and remove what was done with long ago."""
        clock = asyncio.get_running_loop().time
        remove_at = clock() + REMOVE_EVERY
        while True:
            await asyncio.sleep(LOOK_EVERY)
            try:
                if clock() > remove_at:
                    remove_at = clock() + REMOVE_EVERY
                    await in_thread(remove_old, self._engine)
                    await in_thread(remove_expired, self._engine)
                # All at once, so that one that is held or fails does not hold up the others.
                senders = await in_thread(self.inbox.left_behind, LEFT_BEHIND)
                outcomes = await asyncio.gather(*map(self.work_through, senders), return_exceptions=True)
                for error in filter(None, outcomes):
                    raise error
            except Exception:
                logger.exception("Messages that wait could not be looked through; they are tried again")

    async def _answered(self, message: Arrived) -> bool:
        """Can the next message be looked at? Whether this one is done says the inbox."""
        try:
            await self._turn(message.sender_id, message.channel, message.body, message)
        except AlreadyAnswered:
            return True
        except ConversationConflict:
            await in_thread(self.inbox.failed, message)
            return True
        except NotNow as error:
            logger.error("A message of the channel %s is kept for later: %s", message.channel, error)
            return False
        except Exception:
            dead = await in_thread(self.inbox.failed, message)
            outcome = "it is given up and listed by `advisor doctor`" if dead else "it is kept and tried again"
            logger.exception("A message of the channel %s could not be answered; %s", message.channel, outcome)
            return bool(dead)
        return True

    async def _turn(
        self, sender_id: str, channel: str, body: Mapping[str, Any], kept: Optional[Arrived] = None
    ) -> Replies:
        output = Collected(channel)
        metadata = dict(body.get("metadata") or {})
        message = UserMessage(body["text"], output, sender_id, input_channel=channel, metadata=metadata)
        with finishing(kept, output.messages):
            await self._agent.processor.handle_message(message)  # type: ignore[union-attr]
        return output.messages


def delivery_of(app: Sanic) -> Delivery:
    """The delivery of the server's agent."""
    if not hasattr(app.ctx, "delivery"):
        app.ctx.delivery = Delivery(app.ctx.agent, open_database(Settings.from_environment().database_url))
    return app.ctx.delivery  # type: ignore[no-any-return]


@contextmanager
def finishing(message: Optional[Arrived], replies: Sequence[Mapping[str, Any]]) -> Iterator[None]:
    """Within: the turn's own transaction marks the message as done and keeps its answers."""

    def write(connection: Connection) -> None:
        assert message is not None
        finish(connection, message, replies, KEPT)

    token = beside_turn.set((write,) if message else ())
    try:
        yield
    finally:
        beside_turn.reset(token)
