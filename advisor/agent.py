"""Rasa's agent with the installation's own parts."""

from __future__ import annotations

from pathlib import Path

from rasa.core.agent import Agent
from rasa.utils.endpoints import EndpointConfig

from advisor import in_process, logs
from advisor.settings import Settings
from storage.database import open_database
from storage.lock_store import FairLockStore
from storage.tracker_store import AdvisorTrackerStore


def load_agent(model: Path, settings: Settings) -> Agent:
    """The agent of one process: actions inside it, or at ``ADVISOR_ACTIONS_URL``."""
    logs.set_up()
    in_process.install()
    actions = EndpointConfig(settings.actions_url) if settings.actions_url else in_process.InProcessActions()
    agent = Agent(
        tracker_store=AdvisorTrackerStore(None, engine=open_database(settings.database_url)),
        lock_store=FairLockStore(),
        action_endpoint=actions,
    )
    agent.load_model(str(model))
    return agent
