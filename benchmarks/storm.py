"""Two replicas on PostgreSQL and Redis, hundreds of users at once, one replica killed again and again: what was lost?

Each user repeats a message, at either replica, until it is answered. Afterwards it is counted from the database and
from what the users saw. ``make storm``.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import random
import signal
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Iterator, Optional, Sequence

import aiohttp
import orjson
import sqlalchemy as sa
from rich.console import Console

from advice.facts import FACT_NAMES
from storage.messages import DONE
from storage.schema import events, inbox, outbox
from tests.server import Server, started_servers
from tests.storage.databases import postgres_database, postgres_server, redis_server

SCRIPTS = (
    ("客户管理预算怎么定？", "开奶茶店的", "成长期", "会员制", "总预算100万", "CAC是什么意思", "谢谢"),
    ("开酒店的，客户管理预算该占多少比例", "已经稳定了", "主要靠办储值卡", "一年总共300万", "如果总预算砍一半呢", "不用，保持原来的"),
    ("客户管理预算不够怎么办", "做电商的", "还差20万", "成长期", "谢谢"),
    ("你好", "做软件的，按年订阅，稳定期，总预算500万，客户管理预算怎么定", "那该占多少比例", "总预算其实是600万"),
)
"""Conversations of which each answer stands on what was told before it."""
Replies = list[dict[str, Any]]
PATIENCE = 3600.0
"""Seconds in which everything has to be over."""
REQUEST_PATIENCE = 90.0
LOOK_AGAIN = 0.5
CALM = 3.0
"""Seconds that a replica serves between its start and its next end."""


@dataclass
class Said:
    """A message of a user, and what came back."""

    message_id: str
    text: str
    number: int = 0
    replies: Replies = field(default_factory=list)
    on_repetition: Replies = field(default_factory=list)


@dataclass
class Conversation:
    """A user who says the messages of one script, waiting for each answer or fetching all of them later."""

    sender: str
    script: int
    fetches_later: bool = False
    said: list[Said] = field(default_factory=list)

    def say_next(self) -> Said:
        text = SCRIPTS[self.script][len(self.said)]
        self.said.append(Said(f"{self.sender}-{len(self.said)}", text))
        return self.said[-1]

    @property
    def is_over(self) -> bool:
        return len(self.said) == len(SCRIPTS[self.script])


@dataclass(frozen=True)
class Findings:
    """How often what must not happen did."""

    lost_messages: int = 0
    messages_out_of_order: int = 0
    messages_taken_twice: int = 0
    lost_answers: int = 0
    other_answers_on_repetition: int = 0
    answers_unlike_in_calm: int = 0
    conversations_with_lost_facts: int = 0

    def __add__(self, other: "Findings") -> "Findings":
        names = [each.name for each in fields(self)]
        return Findings(**{name: getattr(self, name) + getattr(other, name) for name in names})

    @property
    def wrong(self) -> int:
        return sum(getattr(self, each.name) for each in fields(self))


class Users:
    """Talks to the replicas as careful clients do: each request again, until it is answered."""

    def __init__(self, addresses: Sequence[str], session: aiohttp.ClientSession) -> None:
        self._addresses = addresses
        self._session = session
        self.failures = 0
        self.storm_is_over = asyncio.Event()

    async def talk_while_it_storms(self, user: int, pause: float) -> list[Conversation]:
        """One user's conversations, one after the other, until the storm is over; the last one is finished."""
        conversations: list[Conversation] = []
        for turn in itertools.count():
            talk = Conversation(f"storm-{user}-{turn}", (user + turn) % len(SCRIPTS), fetches_later=bool((user + turn) // 4 % 2))
            conversations.append(talk)
            await self.talk(talk, pause)
            if self.storm_is_over.is_set():
                return conversations
        raise AssertionError("not reached")

    async def talk(self, talk: Conversation, pause: float = 0) -> None:
        """All messages of one conversation, with pauses for thought; afterwards each once more."""
        while not talk.is_over:
            said = talk.say_next()
            if talk.fetches_later:
                said.number = (await self._post(talk, said, reply="later"))["number"]
            else:
                said.replies = await self._post(talk, said)
                await asyncio.sleep(random.uniform(0, pause))
        if talk.fetches_later:
            await self._fetch(talk)
        for said in talk.said:
            said.on_repetition = await self._post(talk, said)

    async def _fetch(self, talk: Conversation) -> None:
        last = talk.said[-1].number
        found: Replies = []
        while not any(answer["number"] == last for answer in found):
            await asyncio.sleep(LOOK_AGAIN)
            found = await self._until_answered("GET", "messages", params={"sender": talk.sender})
        for said in talk.said:
            said.replies = [without("number", answer) for answer in found if answer["number"] == said.number]

    async def _post(self, talk: Conversation, said: Said, **wishes: str) -> Any:
        metadata = {"message_id": said.message_id, **wishes}
        body = {"sender": talk.sender, "message": said.text, "metadata": metadata}
        return await self._until_answered("POST", "webhook", json=body)

    async def _until_answered(self, method: str, place: str, **content: Any) -> Any:
        while True:
            address = random.choice(self._addresses)
            try:
                async with self._session.request(method, f"{address}/webhooks/rest/{place}", **content) as response:
                    if response.status < 300:
                        return await response.json()
            except (aiohttp.ClientError, asyncio.TimeoutError):
                pass
            self.failures += 1
            await asyncio.sleep(random.uniform(0.1, 1.0))


async def kill_again_and_again(replica: Server, times: int) -> None:
    """As often as that, the replica dies in the midst of its work and is started again."""
    for _ in range(times):
        await asyncio.sleep(CALM)
        replica.kill()
        replica.start()
        await asyncio.to_thread(replica.wait_until_ready)
    await asyncio.sleep(CALM)


async def weather(replicas: Sequence[Server], users: int, kills: int, pause: float) -> tuple[list[Conversation], list[Conversation], int]:
    """Each script once in calm, then the conversations of the storm; and how often a client had to try again."""
    calm = [Conversation(f"calm-{script}", script) for script in range(len(SCRIPTS))]
    patience = aiohttp.ClientTimeout(total=REQUEST_PATIENCE)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=patience) as session:
        talking = Users([replica.address for replica in replicas], session)
        for talk in calm:
            await talking.talk(talk)
        conversations = [asyncio.ensure_future(talking.talk_while_it_storms(user, pause)) for user in range(users)]
        try:
            await kill_again_and_again(replicas[0], kills)
        finally:
            talking.storm_is_over.set()
        stormy = list(itertools.chain(*await asyncio.gather(*conversations)))
    return calm, stormy, talking.failures


def audit(engine: sa.engine.Engine, calm: Sequence[Conversation], stormy: Sequence[Conversation]) -> Findings:
    """What went wrong, by the database and by what the users saw."""
    with engine.connect() as connection:
        quiet = {talk.script: (talk, told_facts(connection, talk.sender)) for talk in calm}
        return sum((findings(connection, talk, *quiet[talk.script]) for talk in stormy), Findings())


def findings(connection: sa.engine.Connection, talk: Conversation, calm: Conversation, calm_facts: dict[str, Any]) -> Findings:
    """The same of one conversation."""
    said_ids = [said.message_id for said in talk.said]
    query = sa.select(inbox.c.message_id, inbox.c.state).where(inbox.c.sender_id == talk.sender)
    kept = connection.execute(query.order_by(inbox.c.number)).all()
    answered = [row.message_id for row in kept if row.state == DONE]
    understood = [event["text"] for event in stored_events(connection, talk.sender) if event["event"] == "user"]
    said = [said.text for said in talk.said]
    return Findings(
        lost_messages=len(missing(said_ids, answered)) + len(missing(said, understood)),
        messages_out_of_order=is_rearranged(answered, said_ids) + is_rearranged(understood, said),
        messages_taken_twice=len(missing(understood, said)) + len(missing(answered, said_ids)),
        lost_answers=sum(not one.replies for one in talk.said) + int(stored_answers(connection, talk.sender) != seen_answers(talk)),
        other_answers_on_repetition=sum(one.replies != one.on_repetition for one in talk.said),
        answers_unlike_in_calm=sum(nameless(one.replies) != nameless(other.replies) for one, other in zip(talk.said, calm.said)),
        conversations_with_lost_facts=int(told_facts(connection, talk.sender) != calm_facts),
    )


def is_rearranged(found: Sequence[str], wanted: Sequence[str]) -> bool:
    return list(found) != list(wanted) and sorted(found) == sorted(wanted)


def missing(wanted: Sequence[str], found: Sequence[str]) -> list[str]:
    """What stands more often in the first list than in the second."""
    left = list(found)
    return [one for one in wanted if one not in left or left.remove(one)]  # type: ignore[func-returns-value]


def stored_events(connection: sa.engine.Connection, sender: str) -> list[dict[str, Any]]:
    query = sa.select(events.c.event).where(events.c.sender_id == sender).order_by(events.c.position)
    return [orjson.loads(event) for event in connection.execute(query).scalars()]


def told_facts(connection: sa.engine.Connection, sender: str) -> dict[str, Any]:
    """The facts that a conversation ended with."""
    slots = {event["name"]: event["value"] for event in stored_events(connection, sender) if event["event"] == "slot"}
    return {name: slots.get(name) for name in FACT_NAMES}


def stored_answers(connection: sa.engine.Connection, sender: str) -> Replies:
    query = sa.select(outbox.c.body).where(outbox.c.sender_id == sender).order_by(outbox.c.number, outbox.c.part)
    return [orjson.loads(body) for body in connection.execute(query).scalars()]


def seen_answers(talk: Conversation) -> Replies:
    return [answer for said in talk.said for answer in said.replies]


def nameless(replies: Replies) -> Replies:
    """Without what differs from one talk to another: whose it is, and the addresses of its reports."""
    return [{**without("recipient_id", reply), "custom": without("report_url", reply.get("custom") or {})} for reply in replies]


def without(name: str, answer: dict[str, Any]) -> dict[str, Any]:
    return {other: part for other, part in answer.items() if other != name}


@contextmanager
def two_replicas(folder: Path) -> Iterator[tuple[list[Server], sa.engine.Engine]]:
    """Both ready, on a PostgreSQL and a Redis of their own; and the database, to look at."""
    with ExitStack() as parts:
        database = parts.enter_context(postgres_database(parts.enter_context(postgres_server())))
        redis = parts.enter_context(redis_server(folder))
        logs = [folder / f"replica-{number}.log" for number in range(2)]
        replicas = parts.enter_context(started_servers([Server(database, log, ADVISOR_REDIS_URL=redis) for log in logs]))
        engine = sa.create_engine(database)
        parts.callback(engine.dispose)
        yield replicas, engine


def storm(folder: Path, users: int, kills: int, pause: float) -> tuple[Findings, list[Conversation], int]:
    """What went wrong, the conversations, and how often clients had to try again."""
    with two_replicas(folder) as (replicas, engine):
        calm, stormy, failures = asyncio.run(asyncio.wait_for(weather(replicas, users, kills, pause), PATIENCE))
        return audit(engine, calm, stormy), stormy, failures


def main(arguments: Optional[Sequence[str]] = None) -> None:
    """Print what was found; ends with 1 where something was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=300)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--pause", type=float, default=10.0, help="seconds that a user thinks at most")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # and all that was started is ended
    console = Console()
    folder = Path(tempfile.mkdtemp(prefix="storm-"))
    begin = time.monotonic()
    found, talks, failures = storm(folder, options.users, options.kills, options.pause)
    messages = sum(len(talk.said) for talk in talks)
    console.print(
        f"{options.users} users, {len(talks)} conversations, {messages} messages, each said at least twice; one replica killed "
        f"{options.kills} times; clients tried again {failures} times; {time.monotonic() - begin:.0f} s with starting"
    )
    for each in fields(found):
        console.print(f"  {each.name.replace('_', ' ')}: {getattr(found, each.name)}")
    if found.wrong:
        console.print(f"The replicas' logs: {folder}")
    sys.exit(1 if found.wrong else 0)


if __name__ == "__main__":
    main()
