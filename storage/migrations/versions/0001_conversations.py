"""Conversations, messages, wishes and knowledge."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

PARTITIONS = 16
SENDER = ("sender_id", sa.String(255))
DISTRIBUTED = ("conversations", "tracker_events", "inbox", "outbox", "event_feed", "leads")


def upgrade() -> None:
    """A database of the time before migrations keeps its events and wishes."""
    before = set(sa.inspect(op.get_bind()).get_table_names())
    if "leads" in before:
        op.rename_table("leads", "leads_before")
        op.drop_index("ix_leads_sender_id")
        op.drop_index("ix_leads_kept_at")
    create_conversations(before)
    create_messages()
    create_leads()
    create_knowledge(before)
    if "leads" in before:
        columns = "sender_id, wish, contact_kind, contact, facts, kept_at"
        op.execute(f"INSERT INTO leads (id, {columns}) SELECT CAST(id AS VARCHAR), {columns} FROM leads_before")
        op.drop_table("leads_before")


def distributed(name: str, *columns: sa.schema.SchemaItem) -> None:
    """A table whose rows are spread over partitions by sender."""
    op.create_table(name, sa.Column(*SENDER, nullable=False), *columns, postgresql_partition_by="HASH (sender_id)")
    if op.get_bind().dialect.name == "postgresql":
        for part in range(PARTITIONS):
            op.execute(
                f"CREATE TABLE {name}_{part} PARTITION OF {name} FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {part})"
            )


def create_conversations(before: set[str]) -> None:
    distributed(
        "conversations",
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("state", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("sender_id"),
    )
    if "tracker_events" not in before:
        distributed(
            "tracker_events",
            sa.Column("position", sa.Integer, nullable=False),
            sa.Column("event", sa.LargeBinary, nullable=False),
            sa.PrimaryKeyConstraint("sender_id", "position"),
        )
    distributed(
        "event_feed",
        sa.Column("first", sa.Integer, nullable=False),
        sa.Column("last", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("sender_id", "first"),
    )


def create_messages() -> None:
    waiting = sa.text("state = 'waiting'")
    distributed(
        "inbox",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("message_id", sa.String(255), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("arrived_at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("sender_id", "number"),
        sa.UniqueConstraint("sender_id", "channel", "message_id", name="inbox_message"),
    )
    op.create_index("inbox_waiting", "inbox", ["arrived_at"], sqlite_where=waiting, postgresql_where=waiting)
    distributed(
        "outbox",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("part", sa.Integer, nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("sender_id", "number", "part"),
    )
    op.create_index("outbox_waiting", "outbox", ["due_at"], sqlite_where=waiting, postgresql_where=waiting)


def create_leads() -> None:
    distributed(
        "leads",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("wish", sa.String(20), nullable=False),
        sa.Column("contact_kind", sa.String(20)),
        sa.Column("contact", sa.String(255)),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sender_id", "id"),
    )


def create_knowledge(before: set[str]) -> None:
    if "knowledge_versions" in before:
        return
    op.create_table(
        "knowledge_versions",
        sa.Column("version", sa.String(12), primary_key=True),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_table(
        "knowledge_figures",
        sa.Column("version", sa.String(12), primary_key=True),
        sa.Column("key", sa.String(200), primary_key=True),
        sa.Column("effective_from", sa.Date, primary_key=True),
        sa.Column("figure", sa.Text, nullable=False),
    )


def downgrade() -> None:
    for name in (*DISTRIBUTED, "knowledge_versions", "knowledge_figures"):
        op.drop_table(name)
