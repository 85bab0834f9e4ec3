"""Load on a server: sixteen users who wait for their answers, arrivals on a fixed schedule whatever the server does, and one
user who sends five messages at once."""

from __future__ import annotations

import asyncio
import itertools
import time
import uuid
from dataclasses import dataclass, field
from typing import Iterator, Mapping, Sequence

import aiohttp

from benchmarks.results import Results
from benchmarks.servers import Bot, Server

SESSIONS = 16
TOGETHER = 5
PATIENCE = 10.0
"""Seconds after the last arrival for which answers are waited for."""
TOO_LATE = 2000.0
"""Milliseconds of p99 above which a higher rate tells nothing more."""
LONGEST_QUEUE = 200
"""Messages under way at which the schedule is broken off: the server has fallen behind for good."""


@dataclass
class Load:
    """Milliseconds of each message, from when it was due; one that was given up counts with the time that it had waited."""

    milliseconds: list[float] = field(default_factory=list)
    seconds: float = 0.0
    failed: int = 0
    given_up: int = 0

    @property
    def answered(self) -> int:
        return len(self.milliseconds) - self.given_up - self.failed

    @property
    def turns_a_second(self) -> float:
        return self.answered / self.seconds

    def quantile(self, share: float) -> float:
        return sorted(self.milliseconds)[min(len(self.milliseconds) - 1, int(share * len(self.milliseconds)))]


@dataclass
class Session:
    """One user after another at one place, each with a whole conversation. She says the next only when she was answered."""

    address: str
    script: Iterator[tuple[str, str]]
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def say_next(self, client: aiohttp.ClientSession, load: Load, due: float) -> None:
        try:
            async with self.turn:
                load.failed += not await say(client, self.address, *next(self.script))
        except asyncio.CancelledError:
            load.given_up += 1
            raise
        finally:
            load.milliseconds.append(1000 * (time.perf_counter() - due))


def script(conversation: Sequence[str]) -> Iterator[tuple[str, str]]:
    while True:
        sender = uuid.uuid4().hex
        yield from ((sender, message) for message in conversation)


def sessions(bot: Bot, server: Server) -> list[Session]:
    addresses = itertools.cycle(server.addresses)
    return [Session(next(addresses), script(bot.conversation)) for _ in range(SESSIONS)]


async def say(client: aiohttp.ClientSession, address: str, sender: str, message: str) -> bool:
    """Whether there was an answer."""
    try:
        async with client.post(f"{address}/webhooks/rest/webhook", json={"sender": sender, "message": message}) as response:
            return response.status == 200 and bool(await response.json())
    except aiohttp.ClientError:
        return False


def new_client() -> aiohttp.ClientSession:
    # A new connection each time costs all bots alike; one kept alive may be closed by the server just when it is used again.
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0, force_close=True))


async def closed_loop(bot: Bot, server: Server, seconds: float) -> Load:
    """As many turns as sixteen users get who answer at once."""
    load, begin = Load(), time.perf_counter()

    async def keep_talking(session: Session, client: aiohttp.ClientSession) -> None:
        while time.perf_counter() < begin + seconds:
            await session.say_next(client, load, time.perf_counter())

    async with new_client() as client:
        await asyncio.gather(*(keep_talking(session, client) for session in sessions(bot, server)))
    load.seconds = time.perf_counter() - begin
    return load


async def open_loop(bot: Bot, server: Server, rate: float, seconds: float) -> Load:
    """``rate`` messages a second; what a slow answer delays counts as late, no message is left out because of it."""
    load, begin = Load(), time.perf_counter()
    places = sessions(bot, server)
    under_way: set[asyncio.Task[None]] = set()
    async with new_client() as client:
        for number in range(int(rate * seconds)):
            due = begin + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            task = asyncio.create_task(places[number % SESSIONS].say_next(client, load, due))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
            if len(under_way) > LONGEST_QUEUE:
                break
        await give_up_late(under_way)
    load.seconds = time.perf_counter() - begin
    return load


async def give_up_late(under_way: set[asyncio.Task[None]]) -> None:
    """Wait a while for the last answers, then for none any more."""
    if not under_way:
        return
    _, late = await asyncio.wait(under_way, timeout=PATIENCE)
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)


def measure_throughput(bots: Sequence[Bot], servers: Mapping[str, Server], rounds: int, seconds: float, suffix: str) -> Results:
    """Turns a second, CPU time and bytes stored a turn, the bots one after the other in every round."""
    results = Results()
    for _ in range(rounds):
        for bot in bots:
            server = servers[bot.name]
            cpu, stored = server.cpu_seconds(), server.stored_bytes()
            load = asyncio.run(closed_loop(bot, server, seconds))
            results.add(f"turns a second, 16 at a time, {suffix}", bot.name, load.turns_a_second)
            results.add(f"CPU time of a turn, ms, {suffix}", bot.name, 1000 * (server.cpu_seconds() - cpu) / load.answered)
            if load.failed:
                results.add(f"turns not answered, of a thousand, {suffix}", bot.name, 1000 * load.failed / len(load.milliseconds))
            if stored:
                results.add(f"bytes stored a turn, {suffix}", bot.name, (server.stored_bytes() - stored) / load.answered)
    return results


def measure_lateness(
    bots: Sequence[Bot], servers: Mapping[str, Server], rounds: int, seconds: float, rates: Sequence[float], suffix: str
) -> Results:
    """Median and p99 from the due time at rising rates; a bot that fell behind is spared the higher ones."""
    results = Results()
    for _ in range(rounds):
        behind: set[str] = set()
        for rate in rates:
            for bot in bots:
                if bot.name in behind:
                    continue
                load = asyncio.run(open_loop(bot, servers[bot.name], rate, seconds))
                results.add(f"{rate:g} turns a second arriving, {suffix}: p50, ms", bot.name, load.quantile(0.5))
                results.add(f"{rate:g} turns a second arriving, {suffix}: p99, ms", bot.name, load.quantile(0.99))
                if load.given_up or load.quantile(0.99) > TOO_LATE:
                    behind.add(bot.name)
    return results


def measure_together(bots: Sequence[Bot], servers: Mapping[str, Server], rounds: int, suffix: str) -> Results:
    """One user's five messages at once, until the last is answered, beside one message of hers alone."""
    results = Results()
    for _ in range(rounds):
        for bot in bots:
            alone, together = asyncio.run(alone_and_together(bot, servers[bot.name].address))
            results.add(f"{TOGETHER} messages of one user at once, ms, {suffix}", bot.name, together)
            results.add(f"{TOGETHER} at once ÷ one message, {suffix}", bot.name, together / alone)
    return results


async def alone_and_together(bot: Bot, address: str) -> tuple[float, float]:
    """Milliseconds of a message alone (the mean of five), and of five at once."""
    sender, messages = uuid.uuid4().hex, list(itertools.islice(itertools.cycle(bot.free_talk), TOGETHER))
    async with new_client() as client:
        await say(client, address, sender, messages[0])
        begin = time.perf_counter()
        for message in messages:
            await say(client, address, sender, message)
        between = time.perf_counter()
        await asyncio.gather(*(say(client, address, sender, message) for message in messages))
        end = time.perf_counter()
    return 1000 * (between - begin) / TOGETHER, 1000 * (end - between)
