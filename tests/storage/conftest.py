"""Databases, Redis and the small bot's models, each started once."""

from __future__ import annotations

import asyncio
import inspect
from pathlib import Path
from typing import Any, Coroutine, Iterator, Optional

import pytest
import sqlalchemy as sa
from rasa.core import jobs
from sqlalchemy.engine import Engine

from storage.database import open_database
from storage.migrations import migrate
from storage.schema import addresses, metadata
from tests.storage.databases import postgres_database, postgres_server, redis_server, sqlite_database


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Optional[bool]:
    """Coroutines are tests too, each on a loop of its own."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    asyncio.run(alone(pyfuncitem.obj(**arguments)))
    return True


async def alone(test: Coroutine[Any, Any, None]) -> None:
    """Rasa's scheduler of reminders belongs to one loop."""
    try:
        await test
    finally:
        jobs.kill_scheduler()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    with postgres_server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without tables, on either engine."""
    if request.param == "sqlite":
        database = sqlite_database(tmp_path)
    else:
        database = postgres_database(request.getfixturevalue("postgres"))
    with database as url:
        yield url


@pytest.fixture(scope="session")
def postgres_engine(postgres: str) -> Iterator[Engine]:
    """A migrated database; a test that writes into it asks for ``engine``."""
    with postgres_database(postgres) as url:
        migrate(open_database(url))
        yield open_database(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database of the present schema without rows, on either engine."""
    if request.param == "postgresql":
        engine = request.getfixturevalue("postgres_engine")
        yield engine
        with engine.begin() as connection:
            connection.execute(sa.text(f"TRUNCATE {', '.join((*metadata.tables, *addresses.tables))}"))
        return
    with sqlite_database(tmp_path) as url:
        migrate(open_database(url))
        yield open_database(url)


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with redis_server(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest.fixture(scope="session")
def bots(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The small bot's model, and the one that goes live later."""
    from tests.storage.equality import train_bots

    return train_bots(tmp_path_factory.mktemp("bots"))
