"""The storm's count finds what it counts."""

from __future__ import annotations

import copy
from dataclasses import asdict
from typing import Any, Callable

import orjson
import pytest
import sqlalchemy as sa

from advice.facts import FACT_NAMES
from benchmarks.storm import SCRIPTS, Conversation, Findings, Said, findings
from storage.messages import DONE, KEPT, WAITING
from storage.schema import events, inbox, metadata, outbox

TEXTS = SCRIPTS[0][:3]
FACTS = {"industry": "service", "stage": "growth"}


class World:
    """A conversation as the database has it, and as its user saw it; all is well with it."""

    def __init__(self) -> None:
        self.talk = Conversation("user", 0)
        for text in TEXTS:
            reply = [{"recipient_id": "user", "text": f"answer to {text}"}]
            self.talk.said.append(Said(f"id of {text}", text, replies=reply, on_repetition=copy.deepcopy(reply)))
        self.calm = copy.deepcopy(self.talk)
        self.events: list[dict[str, Any]] = [{"event": "user", "text": text} for text in TEXTS]
        self.events += [{"event": "slot", "name": name, "value": value} for name, value in FACTS.items()]
        self.inbox = [(said.message_id, DONE) for said in self.talk.said]

    def findings(self) -> Findings:
        engine = sa.create_engine("sqlite://")
        metadata.create_all(engine)
        with engine.begin() as connection:
            for place, event in enumerate(self.events):
                connection.execute(events.insert().values(sender_id="user", position=place, event=orjson.dumps(event)))
            for number, (message_id, state) in enumerate(self.inbox, 1):
                row = {"sender_id": "user", "number": number, "channel": "rest", "attempts": 0, "body": b"{}"}
                connection.execute(inbox.insert().values(**row, message_id=message_id, state=state, arrived_at=0))
            for number, said in enumerate(self.calm.said, 1):
                row = {"sender_id": "user", "number": number, "part": 0, "channel": "rest", "attempts": 0, "state": KEPT, "due_at": 0}
                connection.execute(outbox.insert().values(**row, body=orjson.dumps(said.replies[0])))
            facts = dict.fromkeys(sorted(FACT_NAMES)) | FACTS
            return findings(connection, self.talk, self.calm, facts)


def loses_a_message(world: World) -> None:
    del world.events[1]


def leaves_a_message_waiting(world: World) -> None:
    world.inbox[1] = (world.inbox[1][0], WAITING)


def takes_messages_in_another_order(world: World) -> None:
    world.events[0], world.events[1] = world.events[1], world.events[0]


def keeps_messages_in_another_order(world: World) -> None:
    world.inbox.reverse()


def takes_a_message_twice(world: World) -> None:
    world.events.append(world.events[0])


def loses_an_answer(world: World) -> None:
    world.talk.said[1].replies = world.talk.said[1].on_repetition = []


def answers_otherwise_the_second_time(world: World) -> None:
    world.talk.said[1].on_repetition = [{"text": "another"}]


def answers_otherwise_than_in_calm(world: World) -> None:
    world.calm.said[1].replies = [{"text": "another"}]


def loses_a_fact(world: World) -> None:
    world.events.pop()


FAULTS: list[tuple[Callable[[World], None], str]] = [
    (loses_a_message, "lost_messages"),
    (leaves_a_message_waiting, "lost_messages"),
    (takes_messages_in_another_order, "messages_out_of_order"),
    (keeps_messages_in_another_order, "messages_out_of_order"),
    (takes_a_message_twice, "messages_taken_twice"),
    (loses_an_answer, "lost_answers"),
    (answers_otherwise_the_second_time, "other_answers_on_repetition"),
    (answers_otherwise_than_in_calm, "answers_unlike_in_calm"),
    (loses_a_fact, "conversations_with_lost_facts"),
]


def test_where_all_is_well_nothing_is_found() -> None:
    assert World().findings() == Findings()


@pytest.mark.parametrize("fault, name", FAULTS)
def test_a_fault_is_found(fault: Callable[[World], None], name: str) -> None:
    world = World()
    fault(world)
    assert asdict(world.findings())[name]
