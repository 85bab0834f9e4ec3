"""The event broker sees every event, in the order of its conversation."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from sqlalchemy.engine import Engine

from storage.feed import EventFeed
from storage.tracker_store import AdvisorTrackerStore

HER, HIM = "her", "him"


async def say(engine: Engine, sender: str, *texts: str, broker: bool = True) -> None:
    store = AdvisorTrackerStore(Domain.empty(), engine=engine, event_broker=object() if broker else None)  # type: ignore[arg-type]
    tracker = await store.get_or_create_tracker(sender, append_action_listen=False)
    for text in texts:
        tracker.update(UserUttered(text))
    await store.save(tracker)


def published(engine: Engine) -> list[dict[str, Any]]:
    seen: list[dict[str, Any]] = []
    while EventFeed(engine).publish(seen.append):
        pass
    return seen


async def test_each_event_is_published_once_with_its_place(engine: Engine) -> None:
    await say(engine, HER, "1", "2")
    await say(engine, HER, "3")
    assert [(event["sender_id"], event["position"], event["text"]) for event in published(engine)] == [
        (HER, 0, "1"), (HER, 1, "2"), (HER, 2, "3"),
    ]  # fmt: skip
    assert published(engine) == []


async def test_conversations_keep_their_order_each(engine: Engine) -> None:
    for number in range(3):
        await say(engine, HER, f"her {number}")
        await say(engine, HIM, f"his {number}")
    texts = [event["text"] for event in published(engine)]
    assert [text for text in texts if text.startswith("her")] == ["her 0", "her 1", "her 2"]
    assert [text for text in texts if text.startswith("his")] == ["his 0", "his 1", "his 2"]


async def test_more_turns_than_a_batch_are_all_published(engine: Engine) -> None:
    for number in range(120):
        await say(engine, HER, str(number))
    assert [event["text"] for event in published(engine)] == [str(number) for number in range(120)]


async def test_what_could_not_be_published_is_published_next_time(engine: Engine) -> None:
    await say(engine, HER, "1")

    def broken(event: dict[str, Any]) -> None:
        raise ConnectionError("no broker")

    with pytest.raises(ConnectionError):
        EventFeed(engine).publish(broken)
    assert [event["text"] for event in published(engine)] == ["1"]


async def test_without_a_broker_nothing_gathers(engine: Engine) -> None:
    await say(engine, HER, "1", broker=False)
    assert published(engine) == []
