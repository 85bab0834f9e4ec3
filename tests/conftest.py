"""Parts that tests share: one trained model, one agent, a database of its own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Iterator

import pytest

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
