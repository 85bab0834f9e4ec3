"""How a turn of ours grows with the conversation, wherever it is stored, by whom its actions are run, and inside a question
that stays open all the time: ``python -m benchmarks.flatness``."""

from __future__ import annotations

import argparse
import random
import statistics
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from typing import Iterator, Mapping, Sequence

from benchmarks.histories import record, store
from benchmarks.latency import at_turn, sender_of
from benchmarks.results import Results, spread
from benchmarks.servers import Bot, Server, all_running, launch_advisor
from benchmarks.talk import FREE_TALK, Talk
from tests.storage.databases import postgres_database, postgres_server

IN_FORM = ("客户管理预算怎么定？", *FREE_TALK)
"""The first sentence opens a question about the company's industry, which nothing of what follows answers."""
TALKS: Mapping[str, tuple[str, ...]] = {"free talk": FREE_TALK, "one open form": IN_FORM}


@contextmanager
def variants() -> Iterator[list[Bot]]:
    """Ours on SQLite and on PostgreSQL, its actions in-process and by an action server."""
    with ExitStack() as stack:
        place = stack.enter_context(postgres_server())
        bots = []
        for database in ("SQLite", "PostgreSQL"):
            for has_action_server in (False, True):
                url = stack.enter_context(postgres_database(place)) if database == "PostgreSQL" else None
                launch = partial(launch_advisor, database_url=url, has_action_server=has_action_server)
                bots.append(Bot(f"{database}, actions {'by server' if has_action_server else 'in-process'}", launch))
        yield bots


def measure(turns: Sequence[int], rounds: int) -> Results:
    """A few turns of talk at each turn; rows by turn, and for "bot" the variant with its kind of talk."""
    results, chance = Results.in_order(map(at_turn, turns)), random.Random(rounds)
    with variants() as bots, all_running(bots) as servers:
        cases = [(talk, bot) for talk in TALKS for bot in bots]
        for talk, bot in cases:
            prepare(talk, replace(bot, conversation=TALKS[talk]), servers[bot.name], turns, rounds)
        for number in range(rounds):
            samples = [(talk, bot, turn) for talk, bot in cases for turn in turns]
            for name, bot, turn in chance.sample(samples, len(samples)):
                with Talk(servers[bot.name].address) as connection:
                    taken = connection.say_all(in_talk(name, sender_of(turn, number)), FREE_TALK)
                results.add(at_turn(turn), named(bot.name, name), statistics.mean(taken))
    return results


def prepare(name: str, bot: Bot, server: Server, turns: Sequence[int], rounds: int) -> None:
    """Store histories just short of each turn, and see that what should be open is."""
    template = record(bot, server, in_talk(name, "template"))
    with Talk(server.address) as talk:
        for turn in turns:
            for sender in sorted({in_talk(name, sender_of(turn, number)) for number in range(rounds)}):
                store(server, template, sender, turn - 2)
                talk.say(sender, FREE_TALK[0])
                if (talk.waits_for(sender) is not None) != (TALKS[name] is IN_FORM):
                    raise RuntimeError(f"{bot.name} waits for {talk.waits_for(sender)} at turn {turn} of {name}")


def in_talk(name: str, sender: str) -> str:
    """A sender of its own; Rasa's addresses take none with a space."""
    return f"{name}-{sender}".replace(" ", "-")


def named(first: str, second: str) -> str:
    return f"{first}, {second}"


def table(results: Results, turns: Sequence[int]) -> tuple[str, list[str], list[list[str]]]:
    """A row a variant: its earliest turn, and the others beside it."""
    first, *later = turns
    cases = list(results.values[at_turn(first)])
    head = ["Ours", at_turn(first), *(f"turn {turn:,} ÷ turn {first}" for turn in later)]
    rows = [
        [case, spread(results.of(at_turn(first), case)), *(str(results.growth(case, at_turn(turn), at_turn(first))) for turn in later)]
        for case in sorted(cases)
    ]
    return "Growth of ours with the conversation", head, rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, nargs="+", default=[10, 1000, 5000])
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    _, head, rows = table(measure(arguments.turns, arguments.rounds), arguments.turns)
    for cells in (head, *rows):
        print(" | ".join(cells))


if __name__ == "__main__":
    main()
