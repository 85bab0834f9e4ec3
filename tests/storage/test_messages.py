"""No message gets lost, none is answered twice, and each person's come in order."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Iterable

import pytest
import sqlalchemy as sa
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SlotSet, UserUttered
from rasa.shared.core.slots import AnySlot
from sqlalchemy.engine import Engine

from storage.messages import (
    DONE,
    KEPT,
    KEPT_DAYS,
    LONGEST_DELAY,
    MOST_ATTEMPTS,
    WAITING,
    AlreadyAnswered,
    Arrived,
    Inbox,
    Outbox,
    Outgoing,
    delay,
    finish,
    leased,
    remove_old,
)
from storage.schema import ABOUT_A_PERSON, inbox, outbox
from storage.tracker_store import ERASED_SLOT, AdvisorTrackerStore, ConversationConflict, beside_turn

BODY = {"text": "预算怎么定"}
HER, HIM = "her", "him"


def accept(engine: Engine, sender: str, *ids: str) -> list[Arrived]:
    return [Inbox(engine).accept(sender, "rest", one, {"text": one}) for one in ids]


def answer(engine: Engine, message: Arrived, *texts: str, state: str = WAITING) -> None:
    with engine.begin() as connection:
        finish(connection, message, [{"text": text} for text in texts], state)


def rows(engine: Engine, table: sa.Table) -> list[Any]:
    with engine.connect() as connection:
        return connection.execute(sa.select(table)).all()


def grow_older(engine: Engine, days: float) -> None:
    """All that is stored came so many days earlier."""
    with engine.begin() as connection:
        connection.execute(inbox.update().values(arrived_at=inbox.c.arrived_at - days * 86400))
        connection.execute(outbox.update().values(due_at=outbox.c.due_at - days * 86400))


def store_over(engine: Engine) -> AdvisorTrackerStore:
    domain = Domain.empty()
    domain.slots.append(AnySlot(ERASED_SLOT, mappings=[{}], influence_conversation=False))
    return AdvisorTrackerStore(domain, engine=engine)


def said(store: AdvisorTrackerStore, sender: str) -> list[Any]:
    return [event.text for event in store.history(sender) if isinstance(event, UserUttered)]


async def turn(store: AdvisorTrackerStore, message: Arrived, events: Iterable[Event], reply: str) -> None:
    """A turn as Delivery does it."""
    tracker = await store.get_or_create_tracker(message.sender_id, append_action_listen=False)
    for event in events:
        tracker.update(event)
    token = beside_turn.set((lambda connection: finish(connection, message, [{"text": reply}], KEPT),))
    try:
        await store.save(tracker)
    finally:
        beside_turn.reset(token)


# inbox
def test_a_message_that_comes_again_is_the_one_that_is_kept(engine: Engine) -> None:
    first, again = accept(engine, HER, "m1", "m1")
    assert again == first
    assert len(rows(engine, inbox)) == 1


def test_an_id_is_known_a_person_and_channel(engine: Engine) -> None:
    accept(engine, HER, "m1")
    accept(engine, HIM, "m1")
    Inbox(engine).accept(HER, "wechat", "m1", BODY)
    assert len(rows(engine, inbox)) == 3


def test_messages_are_numbered_a_person_as_they_come(engine: Engine) -> None:
    assert [message.number for message in accept(engine, HER, "m1", "m2", "m3")] == [1, 2, 3]
    assert [message.number for message in accept(engine, HIM, "m1")] == [1]


def test_messages_that_come_at_the_same_moment_get_a_number_each(engine: Engine) -> None:
    ids = [f"m{number}" for number in range(12)]
    with ThreadPoolExecutor(6) as pool:
        numbers = list(pool.map(lambda one: accept(engine, HER, one)[0].number, ids))
    assert sorted(numbers) == list(range(1, 13))


def test_one_message_that_comes_many_times_at_the_same_moment_is_kept_once(engine: Engine) -> None:
    with ThreadPoolExecutor(6) as pool:
        numbers = set(pool.map(lambda _: accept(engine, HER, "m1")[0].number, range(12)))
    assert numbers == {1} and len(rows(engine, inbox)) == 1


def test_the_oldest_message_that_waits_comes_next(engine: Engine) -> None:
    first, second, third = accept(engine, HER, "m1", "m2", "m3")
    assert Inbox(engine).next_of(HER) == first
    answer(engine, first)
    assert Inbox(engine).next_of(HER) == second
    answer(engine, second)
    answer(engine, third)
    assert Inbox(engine).next_of(HER) is None


def test_those_who_have_waited_longest_are_taken_up_first_and_the_new_left_alone(engine: Engine) -> None:
    accept(engine, HIM, "m1")
    grow_older(engine, 1)
    accept(engine, HER, "m1")
    grow_older(engine, 1)
    accept(engine, "somebody new", "m1")
    assert Inbox(engine).left_behind(older_than=3600) == [HIM, HER]


def test_an_answered_message_is_not_left_behind(engine: Engine) -> None:
    (message,) = accept(engine, HER, "m1")
    answer(engine, message)
    assert Inbox(engine).left_behind(older_than=-1) == []


def test_a_message_that_keeps_failing_is_given_up_and_the_next_one_comes(engine: Engine) -> None:
    box = Inbox(engine)
    accept(engine, HER, "poison", "m2")
    outcomes = []
    while (message := box.next_of(HER)) and message.message_id == "poison":
        outcomes.append(box.failed(message))
    assert outcomes == [False] * (MOST_ATTEMPTS - 1) + [True]
    assert [dead.message_id for dead in box.dead()] == ["poison"]
    assert message is not None and message.message_id == "m2"


def test_a_message_given_up_is_tried_anew_when_its_sender_repeats_it(engine: Engine) -> None:
    box = Inbox(engine)
    accept(engine, HER, "m1")
    for _ in range(MOST_ATTEMPTS):
        box.failed(box.next_of(HER) or pytest.fail("gone"))
    accept(engine, HER, "m1")
    again = box.next_of(HER)
    assert again is not None and (again.message_id, again.attempts) == ("m1", 0)


# the turn
async def test_a_turn_stores_events_and_answers_together(engine: Engine) -> None:
    (message,) = accept(engine, HER, "m1")
    await turn(store_over(engine), message, [UserUttered("hello")], "您好")
    assert Inbox(engine).replies(message) == [{"text": "您好"}]
    assert said(store_over(engine), HER) == ["hello"]


async def test_a_turn_that_fails_at_its_end_leaves_the_message_waiting_and_no_trace(engine: Engine) -> None:
    (message,) = accept(engine, HER, "m1")
    token = beside_turn.set((lambda connection: finish(connection, message, [{"text": "lost"}], KEPT), fail))
    store = store_over(engine)
    tracker = await store.get_or_create_tracker(HER, append_action_listen=False)
    tracker.update(UserUttered("hello"))
    with pytest.raises(ConnectionError):
        await store.save(tracker)
    beside_turn.reset(token)
    assert Inbox(engine).next_of(HER) == message and Inbox(engine).replies(message) is None
    assert store.history(HER) == [] and rows(engine, outbox) == []
    await turn(store_over(engine), message, [UserUttered("hello")], "您好")
    assert Inbox(engine).replies(message) == [{"text": "您好"}]


def fail(_: Any) -> None:
    raise ConnectionError("the process dies here")


async def test_a_message_that_two_processes_answer_is_answered_once(engine: Engine) -> None:
    (message,) = accept(engine, HER, "m1")
    one, other = store_over(engine), store_over(engine)
    trackers = [await one.get_or_create_tracker(HER, append_action_listen=False), await other.get_or_create_tracker(HER, append_action_listen=False)]
    outcomes = []
    for store, tracker, reply in zip((one, other), trackers, ("first", "second")):
        tracker.update(UserUttered("hello"))
        token = beside_turn.set((lambda connection, reply=reply: finish(connection, message, [{"text": reply}], KEPT),))
        outcomes += await asyncio.gather(store.save(tracker), return_exceptions=True)
        beside_turn.reset(token)
    assert outcomes[0] is None and isinstance(outcomes[1], ConversationConflict)
    assert Inbox(engine).replies(message) == [{"text": "first"}]
    assert len(one.history(HER)) == 1


def test_what_is_answered_is_not_answered_again(engine: Engine) -> None:
    (message,) = accept(engine, HER, "m1")
    answer(engine, message, "first")
    with pytest.raises(AlreadyAnswered):
        answer(engine, message, "second")
    assert Inbox(engine).replies(message) == [{"text": "first"}]


def test_answers_that_were_missed_are_fetched_by_number(engine: Engine) -> None:
    first, second = accept(engine, HER, "m1", "m2")
    answer(engine, first, "one")
    answer(engine, second, "two", "three")
    assert Inbox(engine).replies_after(HER, first.number) == [{"number": 2, "text": "two"}, {"number": 2, "text": "three"}]


async def test_her_data_is_deleted_but_for_the_fact_that_the_message_was_answered(engine: Engine) -> None:
    store = AdvisorTrackerStore(store_over(engine).domain, engine=engine, event_broker=object())  # type: ignore[arg-type]
    for message in accept(engine, HER, "secret 1", "secret 2"):
        await turn(store, message, [UserUttered("secret")], "secret")
    (his,) = accept(engine, HIM, "m1")
    await turn(store, his, [UserUttered("his")], "his")
    (wish,) = accept(engine, HER, "delete all")
    await turn(store, wish, [UserUttered("delete"), SlotSet(ERASED_SLOT, "1")], "gone")
    left = {table.name: [row for row in rows(engine, table) if row.sender_id == HER] for table in ABOUT_A_PERSON}
    assert [(row.number, row.message_id, row.state, bytes(row.body)) for row in left.pop("inbox")] == [(3, "delete all", DONE, b"{}")]
    assert [bytes(row.body) for row in left.pop("outbox")] == [b'{"text":"gone"}']
    assert not any(left.values()), left
    assert said(store, HIM) == ["his"]


# outbox
def sent_texts(claimed: list[Outgoing]) -> list[str]:
    return [one.body["text"] for one in claimed]


def test_answers_go_out_in_order_each_after_the_one_before_is_sent(engine: Engine) -> None:
    first, second = accept(engine, HER, "m1", "m2")
    answer(engine, first, "1a", "1b")
    answer(engine, second, "2a")
    box, seen = Outbox(engine), []
    while claimed := box.claim("rest", lease=60):
        seen += sent_texts(claimed)
        for one in claimed:
            box.sent(one)
    assert seen == ["1a", "1b", "2a"]


def test_nobody_waits_for_another_person(engine: Engine) -> None:
    for sender in (HER, HIM):
        answer(engine, accept(engine, sender, "m1")[0], sender)
    assert sorted(sent_texts(Outbox(engine).claim("rest", lease=60))) == [HER, HIM]


def test_a_claimed_answer_is_nobody_elses_until_its_lease_is_over(engine: Engine) -> None:
    answer(engine, accept(engine, HER, "m1")[0], "1")
    box = Outbox(engine)
    (one,) = box.claim("rest", lease=60)
    assert box.claim("rest", lease=60) == []
    grow_older(engine, 1)
    assert box.claim("rest", lease=60) == [one]


def test_many_senders_claim_each_answer_once(engine: Engine) -> None:
    for number in range(20):
        answer(engine, accept(engine, f"sender {number}", "m1")[0], str(number))
    with ThreadPoolExecutor(5) as pool:
        claims = [pool.submit(Outbox(engine).claim, "rest", 60, 4) for _ in range(10)]
    seen = [text for claim in claims for text in sent_texts(claim.result())] + sent_texts(Outbox(engine).claim("rest", 60))
    assert sorted(seen, key=int) == [str(number) for number in range(20)]


def test_an_answer_that_two_have_read_goes_to_one(engine: Engine) -> None:
    answer(engine, accept(engine, HER, "m1")[0], "1")
    (read,) = rows(engine, outbox)
    with engine.begin() as connection:
        assert [leased(connection, read, 60) for _ in range(2)] == [True, False]


def test_an_answer_keeps_its_key_over_all_attempts(engine: Engine) -> None:
    answer(engine, accept(engine, HER, "m1")[0], "1")
    box = Outbox(engine)
    (first,) = box.claim("rest", lease=60)
    box.failed(first)
    grow_older(engine, 1)
    (again,) = box.claim("rest", lease=60)
    assert again.key == first.key and again.attempts == 1


def test_an_answer_that_failed_waits_before_it_is_tried_again_and_holds_back_those_after_it(engine: Engine) -> None:
    answer(engine, accept(engine, HER, "m1")[0], "1", "2")
    box = Outbox(engine)
    box.failed(box.claim("rest", lease=0)[0])
    assert box.claim("rest", lease=60) == []
    assert [row.due_at > time.time() for row in rows(engine, outbox) if row.part == 0] == [True]


def test_an_answer_that_no_platform_takes_is_given_up_and_the_next_one_goes_out(engine: Engine) -> None:
    answer(engine, accept(engine, HER, "m1")[0], "1", "2")
    box = Outbox(engine)
    for _ in range(MOST_ATTEMPTS):
        (one,) = box.claim("rest", lease=0)
        box.failed(one)
        grow_older(engine, 1)
    assert sent_texts(box.dead()) == ["1"]
    assert sent_texts(box.claim("rest", lease=60)) == ["2"]


def test_pauses_double_up_to_the_longest_and_are_spread() -> None:
    for attempts in range(1, 16):
        middle = min(2 ** (attempts - 1), LONGEST_DELAY)
        pauses = [delay(attempts) for _ in range(200)]
        assert 0.5 * middle <= min(pauses) < 0.7 * middle and 1.3 * middle < max(pauses) <= 1.5 * middle


# retention
def test_what_was_done_with_long_ago_is_removed(engine: Engine) -> None:
    old, last = accept(engine, HER, "m1", "m2")
    answer(engine, old, "1", state=KEPT)
    answer(engine, last, "2", state=KEPT)
    assert remove_old(engine) == 0
    grow_older(engine, KEPT_DAYS + 1)
    assert remove_old(engine) == 3
    assert [row.message_id for row in rows(engine, inbox)] == ["m2"] and rows(engine, outbox) == []


def test_no_number_comes_twice_after_old_messages_are_removed(engine: Engine) -> None:
    for message in accept(engine, HER, "m1", "m2"):
        answer(engine, message)
    grow_older(engine, KEPT_DAYS + 1)
    remove_old(engine)
    assert accept(engine, HER, "m3")[0].number == 3


def test_what_still_waits_or_was_given_up_is_not_removed(engine: Engine) -> None:
    answered, *_ = accept(engine, HER, "answered", "waits", "last")
    answer(engine, answered, "not yet sent")
    grow_older(engine, KEPT_DAYS + 1)
    remove_old(engine)
    assert {row.message_id for row in rows(engine, inbox)} == {"waits", "last"}
    assert len(rows(engine, outbox)) == 1


def test_old_messages_are_removed_so_many_at_a_time(engine: Engine) -> None:
    for message in accept(engine, HER, *(f"m{number}" for number in range(8))):
        answer(engine, message)
    grow_older(engine, KEPT_DAYS + 1)
    assert [remove_old(engine, limit=3) for _ in range(4)] == [3, 3, 1, 0]
