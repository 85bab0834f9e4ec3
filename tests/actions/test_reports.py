"""Every advice has an address, told in the message and kept with the turn; asked for, it is given with its forms."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from rasa.core.actions.action import RemoteAction
from rasa.core.channels.channel import CollectingOutputChannel
from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from advisor.in_process import InProcessActions, install
from storage.database import open_database
from storage.reports import ReportShelf
from storage.tracker_store import AdvisorTrackerStore

ROOT = Path(__file__).resolve().parents[2]
HOTEL = {"industry": "service", "stage": "mature", "business_model": "membership", "total_budget": 4_000_000}


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.load(str(ROOT / "domain.yml"))


@pytest.fixture(scope="module")
def actions(database_url: str) -> InProcessActions:
    install()
    return InProcessActions()


async def acted(actions: InProcessActions, domain: Domain, intent: str, slots: dict[str, Any]) -> tuple[DialogueStateTracker, list[Event]]:
    """The tracker after the action that answers ``intent``, and the action's events."""
    tracker = DialogueStateTracker("her", domain.slots)
    for name, value in slots.items():
        tracker.update(SlotSet(name, value))
    tracker.update(UserUttered("…", {"name": intent, "confidence": 1.0}))
    events = await RemoteAction(f"action_{intent}", actions).run(
        CollectingOutputChannel(), TemplatedNaturalLanguageGenerator(domain.responses), tracker, domain
    )
    for event in events:
        tracker.update(event)
    return tracker, events


def advice_of(events: list[Event]) -> list[BotUttered]:
    return [event for event in events if isinstance(event, BotUttered) and (event.data["custom"] or {}).get("report_url")]


def test_an_advice_can_be_opened_at_its_address_once_the_turn_is_stored(actions: InProcessActions, domain: Domain, database_url: str) -> None:
    tracker, events = asyncio.run(acted(actions, domain, "plan_budget", HOTEL))
    [advice] = advice_of(events)
    address = advice.data["custom"]["report_url"]
    assert address.startswith("http://127.0.0.1:5005/reports/")
    token = address.rpartition("/")[2]
    store = AdvisorTrackerStore(domain, engine=open_database(database_url))
    assert ReportShelf(store.engine).find(token) is None
    asyncio.run(store.save(tracker))
    found = ReportShelf(store.engine).find(token)
    assert found is not None and found.advice["kind"] == "plan" and found.advice["facts"] == HOTEL


def test_asked_for_the_report_is_given_in_all_its_forms(actions: InProcessActions, domain: Domain) -> None:
    dialogue = {"topic": "plan_budget", "advised": ["plan_budget"], "script": "traditional"}
    _, events = asyncio.run(acted(actions, domain, "download_report", {**HOTEL, "dialogue": dialogue}))
    [advice] = advice_of(events)
    address = advice.data["custom"]["report_url"]
    assert all(f"{address}{form}\n" in advice.text for form in ("", ".xlsx", ".png"))
    assert advice.metadata["report"]["script"] == "traditional" and "報告" in advice.text


def test_before_any_advice_there_is_no_report_yet_and_the_questions_go_on(actions: InProcessActions, domain: Domain) -> None:
    _, events = asyncio.run(acted(actions, domain, "download_report", {"dialogue": {"topic": "plan_budget"}}))
    assert advice_of(events) == []
    assert any(isinstance(event, SlotSet) and (event.key, event.value) == ("requested_slot", "industry") for event in events)
