"""Bringing a database to the present schema."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

HERE = Path(__file__).resolve().parent
LOCK_KEY = 7_226_010_551
"""Of PostgreSQL's advisory lock under which one replica migrates while the others wait."""


def migrate(engine: Engine) -> None:
    """Bring the database to the newest revision; does nothing where it is there already."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(HERE))
    with alone(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def alone(engine: Engine) -> Iterator[Connection]:
    """A transaction in which no other process migrates."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})
        else:
            connection.execute(sa.text("BEGIN IMMEDIATE"))
        yield connection
