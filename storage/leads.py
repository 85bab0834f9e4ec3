"""Wishes for a person, a demo or a report, with the contact that she consented to leave."""

from __future__ import annotations

import json
import uuid
from datetime import datetime, timezone
from typing import Any, Mapping, Optional

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from storage.schema import leads


class LeadBook:
    """The wishes kept in one database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(
        self, sender_id: str, wish: str, contact_kind: Optional[str], contact: Optional[str], facts: Mapping[str, Any]
    ) -> None:
        """Keep a wish; a contact may come later, then it completes the open wish of the same kind.

        The same wish is kept once, however often it comes.
        """
        values = {
            "contact_kind": contact_kind,
            "contact": contact,
            "facts": json.dumps(dict(facts), ensure_ascii=False),
            "kept_at": datetime.now(timezone.utc),
        }
        open_or_same = leads.c.contact.is_(None) | (leads.c.contact == contact)
        same = (leads.c.sender_id == sender_id) & (leads.c.wish == wish) & open_or_same
        with self._engine.begin() as connection:
            if not connection.execute(leads.update().where(same).values(**values)).rowcount:
                connection.execute(leads.insert().values(sender_id=sender_id, id=uuid.uuid4().hex, wish=wish, **values))

    def of(self, sender_id: str) -> list[dict[str, Any]]:
        """All wishes of one person, the oldest first."""
        query = sa.select(leads).where(leads.c.sender_id == sender_id).order_by(leads.c.kept_at)
        with self._engine.connect() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def forget(self, sender_id: str) -> None:
        """Delete all wishes of one person."""
        with self._engine.begin() as connection:
            connection.execute(leads.delete().where(leads.c.sender_id == sender_id))
