"""Old messages and answers are found without reading all of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

INDEXES = (("inbox_done", "inbox", "arrived_at"), ("outbox_done", "outbox", "due_at"))


def upgrade() -> None:
    settled = sa.text("state <> 'waiting'")
    for name, table, column in INDEXES:
        op.create_index(name, table, [column], sqlite_where=settled, postgresql_where=settled)


def downgrade() -> None:
    for name, table, _ in INDEXES:
        op.drop_index(name, table)
