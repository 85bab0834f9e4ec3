"""The one database of an installation."""

from __future__ import annotations

import sqlite3
import time
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.pool import QueuePool, StaticPool

LOCK_SECONDS = 10.0
"""As long as a writer waits for another."""
SQLITE_SETTINGS = ("synchronous = NORMAL", f"busy_timeout = {LOCK_SECONDS * 1000:.0f}", "foreign_keys = ON")


@lru_cache(maxsize=8)
def open_database(url: str) -> Engine:
    """A pooled engine, one a URL and process. SQLite writes ahead, so that readers and the writer do not wait."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return sa.create_engine(url, pool_pre_ping=True)
    if parsed.database in (None, "", ":memory:"):
        return sa.create_engine(url, connect_args={"check_same_thread": False}, poolclass=StaticPool)
    Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(url, connect_args={"check_same_thread": False}, poolclass=QueuePool)
    sa.event.listen(engine, "connect", set_sqlite_up)
    return engine


def set_sqlite_up(connection: sqlite3.Connection, _: Any) -> None:
    for setting in SQLITE_SETTINGS:
        connection.execute(f"PRAGMA {setting}")
    write_ahead(connection)


def write_ahead(connection: sqlite3.Connection) -> None:
    """Whoever opens a new file beside others waits here: SQLite's own timeout does not cover a change of the journal."""
    patience = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > patience:
                raise
            time.sleep(0.01)
