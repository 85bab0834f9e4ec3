"""The action server as an endpoint: a turn that it does not take part in is not stored."""

from __future__ import annotations

import logging
from typing import Any, Optional

from rasa.utils.endpoints import ClientResponseError, EndpointConfig
from sqlalchemy.engine import Connection

from advisor.in_process import apology
from storage.messages import NotNow
from storage.tracker_store import beside_turn

logger = logging.getLogger(__name__)

PATIENCE = 10.0
"""Seconds."""
AWAY = range(502, 505)
"""What is answered in place of a server that is away."""


class ActionsServer(EndpointConfig):
    """Rasa would go on without the events of an action whose server is away, and what was told would be lost."""

    async def request(self, *arguments: Any, **options: Any) -> Optional[Any]:
        """The result of the action; one that fails is answered with an apology, as in :mod:`advisor.in_process`."""
        try:
            return await super().request(*arguments, **{**options, "timeout": PATIENCE})
        except Exception as error:
            if isinstance(error, ClientResponseError) and error.status not in AWAY:
                logger.exception("An action failed; the user got an apology")
                return apology()
            beside_turn.set((undo, *beside_turn.get()))
            raise


def undo(connection: Connection) -> None:
    """Written beside a turn, it undoes it."""
    raise NotNow("the action server does not answer")
