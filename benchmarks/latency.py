"""How long a turn takes, and how that grows with the conversation: ``python -m benchmarks.latency``."""

from __future__ import annotations

import argparse
import random
import statistics
from typing import Mapping, Sequence

from benchmarks.histories import record, store
from benchmarks.results import Results
from benchmarks.servers import Bot, Server
from benchmarks.talk import CONVERSATION, Talk

SENDERS, LONG = 3, 100
"""Histories longer than this are so many and take turns; of shorter ones every round has its own, since it lengthens them."""
FORM_COMPLETES = 5
"""The turn of the conversation that brings the advice."""
WHOLE, ADVICE = "a turn of a conversation of twelve, ms", "the turn that brings the advice, ms"
PARSING = "of which understanding alone (`/model/parse`), ms"


def at_turn(turn: int) -> str:
    return f"turn {turn:,}, ms"


def sender_of(turn: int, number: int) -> str:
    """In whose history the round talks on."""
    return f"turn-{turn}-{number % SENDERS if turn > LONG else number}"


def prepare(bot: Bot, server: Server, turns: Sequence[int], rounds: int) -> None:
    """Store histories just short of each turn; one unmeasured turn lets the store put itself in order."""
    template = record(bot, server)
    for turn in turns:
        for sender in sorted({sender_of(turn, number) for number in range(rounds)}):
            store(server, template, sender, turn - 2)
            with Talk(server.address) as talk:
                talk.say(sender, bot.free_talk[0])
                if talk.form_under_way(sender):
                    raise RuntimeError(f"{bot.name} is not in free talk at turn {turn}")


def measure(bots: Sequence[Bot], servers: Mapping[str, Server], turns: Mapping[str, Sequence[int]], rounds: int) -> Results:
    """Free talk at each turn and a conversation from its beginning, bots and turns in an order of chance within a round."""
    every = sorted({turn for of_bot in turns.values() for turn in of_bot})
    results, chance = Results.in_order([WHOLE, PARSING, ADVICE, *map(at_turn, every)]), random.Random(rounds)
    for bot in bots:
        prepare(bot, servers[bot.name], turns[bot.name], rounds)
    for number in range(rounds):
        samples = [(bot, turn) for bot in bots for turn in (0, *turns[bot.name])]
        for bot, turn in chance.sample(samples, len(samples)):
            with Talk(servers[bot.name].address) as talk:
                if turn:
                    taken = talk.say_all(sender_of(turn, number), bot.free_talk)
                    results.add(at_turn(turn), bot.name, statistics.mean(taken))
                else:
                    taken = talk.say_all(f"round-{number}", bot.conversation)
                    results.add(WHOLE, bot.name, statistics.mean(taken))
                    results.add(PARSING, bot.name, statistics.mean(talk.parse_all(bot.conversation)))
                    if bot.conversation is CONVERSATION:
                        results.add(ADVICE, bot.name, taken[FORM_COMPLETES - 1])
    return results


def main() -> None:
    """Ours alone, to look at while working on it."""
    from benchmarks.contenders import OURS, ours
    from benchmarks.results import spread
    from benchmarks.servers import all_running

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, nargs="+", default=[10, 100, 1000])
    parser.add_argument("--rounds", type=int, default=12)
    arguments = parser.parse_args()
    bots = [ours()]
    with all_running(bots) as servers:
        results = measure(bots, servers, {OURS: arguments.turns}, arguments.rounds)
    for row in results.rows():
        print(f"{row}: {spread(results.of(row, OURS))}")


if __name__ == "__main__":
    main()
