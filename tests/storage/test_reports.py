"""Reports are kept with the turn that gave the advice, found by their address alone, and gone when they should be."""

from __future__ import annotations

import time
from typing import Any

import pytest
import sqlalchemy as sa
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, Event, SlotSet, UserUttered
from rasa.shared.core.slots import AnySlot
from sqlalchemy.engine import Engine

from storage.reports import ReportShelf, address_entry, hash_of, new_token, remove_expired
from storage.schema import report_addresses, reports
from storage.tracker_store import ERASED_SLOT, AdvisorTrackerStore, ConversationConflict, beside_turn

HER, HIM = "her", "him"
ADVICE = {"type": "budget_advice", "kind": "share", "facts": {"stage": "mature"}, "missing": [], "knowledge": {"version": "1", "date": "2026"}}


def store_over(engine: Engine) -> AdvisorTrackerStore:
    domain = Domain.empty()
    domain.slots.append(AnySlot(ERASED_SLOT, mappings=[{}], influence_conversation=False))
    return AdvisorTrackerStore(domain, engine=engine)


def told(token: str, days: float = 1.0, script: str = "simplified") -> BotUttered:
    """An advice as the actions say it."""
    custom = {**ADVICE, "report_url": f"http://localhost/reports/{token}"}
    return BotUttered("20%", {"custom": custom}, address_entry(token, script, days))


async def turn(store: AdvisorTrackerStore, sender: str, *events: Event) -> None:
    tracker = await store.get_or_create_tracker(sender, append_action_listen=False)
    for event in events:
        tracker.update(event)
    await store.save(tracker)


def rows(engine: Engine, sender: str) -> int:
    with engine.connect() as connection:
        return sum(connection.execute(sa.select(sa.func.count()).where(table.c.sender_id == sender)).scalar() for table in (reports, report_addresses))


async def test_an_advice_is_found_at_its_address(engine: Engine) -> None:
    token = new_token()
    await turn(store_over(engine), HER, UserUttered("占多少"), told(token, script="traditional"))
    found = ReportShelf(engine).find(token)
    assert found is not None and found.advice == ADVICE and found.script == "traditional"
    assert abs(found.made_at - time.time()) < 60 and abs(found.expires_at - found.made_at - 86_400) < 60


async def test_a_copy_of_a_conversation_leaves_the_report_with_the_first(engine: Engine) -> None:
    store, advice = store_over(engine), told(new_token())
    await turn(store, HER, UserUttered("占多少"), advice)
    await turn(store, HIM, UserUttered("占多少"), advice, advice)
    assert rows(engine, HER) == 2 and rows(engine, HIM) == 0
    assert len(store.history(HIM)) == 3


async def test_what_is_no_advice_is_not_kept(engine: Engine) -> None:
    await turn(store_over(engine), HER, UserUttered("你好"), BotUttered("您好"), BotUttered("x", {"custom": {"type": "handoff"}}))
    assert rows(engine, HER) == 0


@pytest.mark.parametrize("token", ["", "x", "%", "' OR 1=1 --", "a" * 43])
async def test_a_guess_finds_nothing(engine: Engine, token: str) -> None:
    await turn(store_over(engine), HER, UserUttered("占多少"), told(new_token()))
    assert ReportShelf(engine).find(token) is None


async def test_the_database_holds_no_address(engine: Engine) -> None:
    token = new_token()
    await turn(store_over(engine), HER, UserUttered("占多少"), told(token))
    with engine.connect() as connection:
        stored = [str(dict(row)) for table in (reports, report_addresses) for row in connection.execute(sa.select(table)).mappings()]
    assert any(hash_of(token) in row for row in stored) and not any(token in row for row in stored)


async def test_an_address_ends(engine: Engine) -> None:
    over, good = new_token(), new_token()
    await turn(store_over(engine), HER, UserUttered("占多少"), told(over, days=-0.001), told(good))
    shelf = ReportShelf(engine)
    assert shelf.find(over) is None and shelf.find(good) is not None
    remove_expired(engine)
    assert rows(engine, HER) == 2 and shelf.find(good) is not None
    assert remove_expired(engine) == 0


async def test_her_reports_go_with_her_data_and_his_stay(engine: Engine) -> None:
    hers, his = new_token(), new_token()
    store = store_over(engine)
    await turn(store, HER, UserUttered("占多少"), told(hers))
    await turn(store, HIM, UserUttered("占多少"), told(his))
    await turn(store, HER, UserUttered("删"), SlotSet(ERASED_SLOT, "1"), BotUttered("都删掉了"))
    assert ReportShelf(engine).find(hers) is None and rows(engine, HER) == 0
    assert ReportShelf(engine).find(his) is not None


async def test_a_turn_that_is_not_stored_leaves_no_report(engine: Engine) -> None:
    def fail(_: Any) -> None:
        raise ConversationConflict

    token = new_token()
    around = beside_turn.set((fail,))
    try:
        with pytest.raises(ConversationConflict):
            await turn(store_over(engine), "somebody", UserUttered("占多少"), told(token))
    finally:
        beside_turn.reset(around)
    assert ReportShelf(engine).find(token) is None and rows(engine, "somebody") == 0


def test_tokens_cannot_be_guessed() -> None:
    tokens = {new_token() for _ in range(1000)}
    assert len(tokens) == 1000 and all(len(token) == 43 for token in tokens)


def test_on_postgresql_an_address_is_looked_up_in_one_index_and_one_partition(postgres_engine: Engine) -> None:
    queries = (
        sa.select(report_addresses).where(report_addresses.c.token_hash == "x"),
        sa.select(reports).where((reports.c.sender_id == "her") & (reports.c.token_hash == "x")),
    )
    with postgres_engine.connect() as connection:
        connection.execute(sa.text("SET enable_seqscan = off"))
        for query in queries:
            text = str(query.compile(postgres_engine, compile_kwargs={"literal_binds": True}))
            plan = "\n".join(connection.execute(sa.text(f"EXPLAIN {text}")).scalars())
            assert plan.count("Scan") <= 2 and "Append" not in plan and "Seq Scan" not in plan, plan
