"""Rasa's agent with the installation's own parts."""

from __future__ import annotations

from pathlib import Path
from typing import Optional

from rasa.core.agent import Agent

from actions.services import services
from advisor import in_process, logs
from advisor.actions_server import ActionsServer
from advisor.lean_processor import LeanProcessor
from advisor.settings import Settings
from storage.database import open_database
from storage.lock_store import AmongProcesses, FairLockStore, FileLocks, RedisLocks
from storage.migrations import migrate
from storage.tracker_store import AdvisorTrackerStore


def load_agent(model: Path, settings: Settings) -> Agent:
    """The agent of one process: actions inside it, or at ``ADVISOR_ACTIONS_URL``."""
    logs.set_up()
    in_process.install()
    engine = open_database(settings.database_url)
    migrate(engine)
    services()  # made now, not while the first user waits, and before workers are forked
    actions = ActionsServer(settings.actions_url) if settings.actions_url else in_process.InProcessActions()
    agent = Agent(lock_store=FairLockStore(among=among_processes(settings)), action_endpoint=actions)
    # Not through the constructor: it would answer a failing database with one in memory, and what is told would be lost.
    agent.tracker_store = AdvisorTrackerStore(None, engine=engine)
    agent.load_model(str(model))
    agent.processor = LeanProcessor.over(agent.processor)
    return agent


def among_processes(settings: Settings) -> Optional[AmongProcesses]:
    """What holds a conversation against other processes: Redis, files where there are several workers, else nothing."""
    if settings.redis_url:
        return RedisLocks(settings.redis_url)
    return FileLocks(settings.lock_directory) if settings.workers > 1 else None
