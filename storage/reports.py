"""Reports at unguessable addresses: kept with the turn that gave the advice, gone with their day or with the person's data."""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Iterable, Mapping, Optional

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from storage.schema import report_addresses, reports

if TYPE_CHECKING:  # an action server makes addresses too, without Rasa's core
    from rasa.shared.core.events import Event

SAID = "bot"
"""Rasa's name for what the advisor says."""
METADATA = "report"
"""Beside an advice, in the metadata of its message: what :func:`keep_reports` needs to know of its address."""
BYTES = 32
A_DAY = 24 * 60 * 60
REMOVED_AT_ONCE = 1000


@dataclass(frozen=True)
class StoredReport:
    """``advice`` is the public structure as it was told at ``made_at``; the address ends at ``expires_at`` (seconds since the epoch)."""

    advice: Mapping[str, Any]
    script: str
    made_at: float
    expires_at: float


def new_token() -> str:
    """What the last part of an address is."""
    return secrets.token_urlsafe(BYTES)


def address_entry(token: str, script: str, days: float) -> dict[str, Any]:
    """The entry of the message's metadata; the token itself is not in it."""
    return {METADATA: {"token_hash": hash_of(token), "script": script, "expires_at": time.time() + days * A_DAY}}


def hash_of(token: str) -> str:
    """As tokens are random, a plain hash tells nothing of them."""
    return hashlib.sha256(token.encode()).hexdigest()


def keep_reports(connection: Connection, sender_id: str, events: Iterable[Event]) -> None:
    """In the transaction of the turn: keep each advice that has an address. In a copy of the talk it stays the first one's."""
    told = {
        event.metadata[METADATA]["token_hash"]: (event.metadata[METADATA], event.data["custom"])  # type: ignore[attr-defined]
        for event in events
        if event.type_name == SAID and METADATA in (event.metadata or {}) and (event.data or {}).get("custom")  # type: ignore[attr-defined]
    }
    if not told:
        return
    known = sa.select(report_addresses.c.token_hash).where(report_addresses.c.token_hash.in_(list(told)))
    found = [told[key] for key in told.keys() - set(connection.execute(known).scalars())]
    if not found:
        return
    now = time.time()
    owner = [{"sender_id": sender_id, "token_hash": entry["token_hash"]} for entry, _ in found]
    rows = [
        {**key, "advice": orjson.dumps(without_address(advice)), "script": entry["script"], "made_at": now}
        for key, (entry, advice) in zip(owner, found)
    ]
    connection.execute(reports.insert(), rows)
    connection.execute(report_addresses.insert(), [{**key, "expires_at": entry["expires_at"]} for key, (entry, _) in zip(owner, found)])


def without_address(advice: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in advice.items() if name != "report_url"}


class ReportShelf:
    """The reports of one database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, token: str) -> Optional[StoredReport]:
        """The report at an address, ``None`` where there is none or its day is over: one row by its key, then one of its owner."""
        key = hash_of(token)
        address = sa.select(report_addresses).where(report_addresses.c.token_hash == key, report_addresses.c.expires_at > time.time())
        with self._engine.connect() as connection:
            owner = connection.execute(address).first()
            if owner is None:
                return None
            mine = (reports.c.sender_id == owner.sender_id) & (reports.c.token_hash == key)
            row = connection.execute(sa.select(reports).where(mine)).first()
        return None if row is None else StoredReport(orjson.loads(row.advice), row.script, row.made_at, owner.expires_at)


def remove_expired(engine: Engine, limit: int = REMOVED_AT_ONCE) -> int:
    """Remove so many reports at most whose day is over; returns how many went."""
    over = sa.select(report_addresses.c.sender_id, report_addresses.c.token_hash).where(report_addresses.c.expires_at <= time.time())
    with engine.begin() as connection:
        keys = [tuple(row) for row in connection.execute(over.limit(limit))]
        for sender_id, key in keys:
            connection.execute(reports.delete().where(reports.c.sender_id == sender_id, reports.c.token_hash == key))
            connection.execute(report_addresses.delete().where(report_addresses.c.token_hash == key))
    return len(keys)
