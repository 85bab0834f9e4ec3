"""One conversation that waits for the database keeps no other waiting; the server runs in asyncio's debug mode."""

from __future__ import annotations

import asyncio
import re
from contextlib import AbstractContextManager
from typing import Any, Callable

import httpx
import pytest

from tests.replica import WEBHOOK, OnPostgres, body, user_texts

PATIENCE = 120.0
OPENING = "开奶茶店的，客户管理预算怎么定"
HELD = 3.0
"""Seconds that the database keeps a conversation waiting."""
SLOW = re.compile(r"Executing .* took (\d+\.\d+) seconds")

Hold = Callable[[OnPostgres, str], AbstractContextManager[None]]


def whole_table(name: str) -> Hold:
    return lambda on_postgres, sender: on_postgres.held(f"LOCK TABLE {name} IN ACCESS EXCLUSIVE MODE")


def own_conversation(on_postgres: OnPostgres, sender: str) -> AbstractContextManager[None]:
    return on_postgres.conversation_held(sender)


WAITS: dict[str, tuple[Hold, tuple[str, ...], dict[str, str]]] = {
    "the turn is stored": (own_conversation, (OPENING, "成长期"), {}),
    "a message is kept": (whole_table("inbox"), (OPENING, "成长期"), {"message_id": "last"}),
    "a wish is kept": (whole_table("leads"), (OPENING, "帮我转人工"), {}),
    "a contact is kept": (whole_table("leads"), (OPENING, "帮我转人工", "我的微信是abc12345", "可以"), {}),
    "wishes are deleted": (whole_table("leads"), (OPENING, "删除我的数据", "是的，全部删掉"), {}),
}
"""Where the database is made to wait, what is said, and how the last message is sent."""


@pytest.mark.parametrize("place", WAITS)
def test_others_are_answered_while_one_waits(on_postgres: OnPostgres, place: str) -> None:
    hold, texts, metadata = WAITS[place]
    sender = f"held-{list(WAITS).index(place)}"
    last = asyncio.run(answered_meanwhile(on_postgres, hold, sender, texts, metadata))
    assert last.status_code == 200 and last.json()


async def answered_meanwhile(on_postgres: OnPostgres, hold: Hold, sender: str, texts: tuple[str, ...], metadata: dict[str, Any]) -> httpx.Response:
    """The answer to the last message, which came only after the database went on; others' came before."""
    async with httpx.AsyncClient(base_url=on_postgres.address, timeout=PATIENCE) as client:
        for text in texts[:-1]:
            await client.post(WEBHOOK, json=body(text, sender))
        await client.post(WEBHOOK, json=body(OPENING, f"beside-{sender}"))
        with hold(on_postgres, sender):
            waiting = asyncio.ensure_future(client.post(WEBHOOK, json=body(texts[-1], sender, **metadata)))
            await asyncio.sleep(HELD)
            alive = await asyncio.wait_for(client.get("/healthz"), PATIENCE)
            beside = await client.post(WEBHOOK, json=body("成长期", f"beside-{sender}"))
            assert alive.status_code == 200 and beside.json() and not waiting.done()
        return await waiting


def test_two_messages_of_a_person_wait_for_each_other_only(on_postgres: OnPostgres) -> None:
    asyncio.run(answered_meanwhile(on_postgres, own_conversation, "first", (OPENING, "成长期"), {}))
    assert user_texts(on_postgres.address, "first") == [OPENING, "成长期"]


def test_nothing_held_the_event_loop_as_long_as_the_database_was_held(on_postgres: OnPostgres) -> None:
    asyncio.run(answered_meanwhile(on_postgres, own_conversation, "probed", (OPENING, "成长期"), {}))
    assert max(map(float, SLOW.findall(on_postgres.log.read_text(encoding="utf-8"))), default=0.0) < HELD
