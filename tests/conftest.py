"""Parts that tests share: one trained model, one agent, a database of its own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Iterator

import pytest

from tests.replica import OnPostgres, advisor_on_postgres

if TYPE_CHECKING:  # most tests need neither Rasa nor the seconds that its import takes
    from rasa.core.agent import Agent

os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A fresh SQLite file for all of the run."""
    url = f"sqlite:///{tmp_path_factory.mktemp('database') / 'advisor.db'}"
    before = os.environ.get("ADVISOR_DATABASE_URL")
    os.environ["ADVISOR_DATABASE_URL"] = url
    yield url
    if before is None:
        del os.environ["ADVISOR_DATABASE_URL"]
    else:
        os.environ["ADVISOR_DATABASE_URL"] = before


@pytest.fixture(scope="session")
def model(database_url: str) -> Path:
    """The model of the present data, trained once."""
    from advisor.model import ModelError, train, trained_model
    from advisor.settings import Settings

    settings = Settings.from_environment()
    try:
        return trained_model(settings)
    except ModelError:
        return train(settings)


@pytest.fixture(scope="session")
def agent(model: Path) -> "Agent":
    """The agent in the tests' own process, which has TensorFlow."""
    from advisor.agent import load_agent
    from advisor.settings import Settings

    return load_agent(model, Settings.from_environment())


@pytest.fixture(scope="session")
def on_postgres(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OnPostgres]:
    """A server on a PostgreSQL of its own, with asyncio's debug mode."""
    with advisor_on_postgres(tmp_path_factory.mktemp("postgres")) as served:
        yield served
