"""What the actions work with: knowledge, wording, storage. Made once per process, at first use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Callable
from zoneinfo import ZoneInfo

from actions.replies import Replies
from advisor.settings import Settings
from knowledge.model import Knowledge
from knowledge.store import KnowledgeStore
from rendering.numbers import FILTERS
from rendering.phrases import Phrases
from storage.database import open_database
from storage.leads import LeadBook
from storage.migrations import migrate


@dataclass(frozen=True)
class Services:
    """``today`` and ``now`` are functions so that tests can choose the day."""

    settings: Settings
    phrases: Phrases
    replies: Replies
    knowledge_store: KnowledgeStore
    leads: LeadBook
    now: Callable[[], datetime]

    @property
    def today(self) -> date:
        return self.now().date()

    @property
    def knowledge(self) -> Knowledge:
        """The version that is in force today."""
        return self.knowledge_store.current(self.today)


@lru_cache(maxsize=1)
def services() -> Services:
    """The services of this process, from the environment."""
    settings = Settings.from_environment()
    engine = open_database(settings.database_url)
    migrate(engine)
    zone = ZoneInfo(settings.timezone)
    return Services(
        settings=settings,
        phrases=Phrases.from_directory(settings.responses_directory, FILTERS),
        replies=Replies.from_file(settings.lexicon_directory / "replies.yml"),
        knowledge_store=KnowledgeStore.open(engine, settings.knowledge_directory),
        leads=LeadBook(engine),
        now=lambda: datetime.now(zone),
    )
