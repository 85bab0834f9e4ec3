"""Every table of a conversation. ``sender_id`` begins each key: rows of one person stand together, and tables can be
partitioned or distributed by it. Changes go through ``storage/migrations``."""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()

LONGEST_NAME = 255
PARTITIONS = 16
"""Hash partitions of each table on PostgreSQL."""
OPEN, SETTLED = sa.text("state = 'waiting'"), sa.text("state <> 'waiting'")
"""What of the messages an index holds: what is still to be done, or what may be old."""


def table(name: str, *columns: sa.schema.SchemaItem) -> sa.Table:
    """A table distributed by ``sender_id``."""
    sender = sa.Column("sender_id", sa.String(LONGEST_NAME), primary_key=True)
    return sa.Table(name, metadata, sender, *columns, postgresql_partition_by="HASH (sender_id)")


conversations = table(
    "conversations",
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("state", sa.LargeBinary, nullable=False),
)
"""Where a conversation stands: how many events were stored, and the folded tracker; one row a person."""

events = table(
    "tracker_events",
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("event", sa.LargeBinary, nullable=False),
)
"""All that happened, appended only; positions grow and are never used again."""

inbox = table(
    "inbox",
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("channel", sa.String(40), nullable=False),
    sa.Column("message_id", sa.String(LONGEST_NAME), nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("state", sa.String(8), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("arrived_at", sa.Float, nullable=False),
    sa.UniqueConstraint("sender_id", "channel", "message_id", name="inbox_message"),
    sa.Index("inbox_waiting", "arrived_at", sqlite_where=OPEN, postgresql_where=OPEN),
    sa.Index("inbox_done", "arrived_at", sqlite_where=SETTLED, postgresql_where=SETTLED),
)
"""Messages as they came, numbered a person; ``state`` is ``waiting``, ``done`` or ``dead``."""

outbox = table(
    "outbox",
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("part", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("channel", sa.String(40), nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("state", sa.String(8), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("due_at", sa.Float, nullable=False),
    sa.Index("outbox_waiting", "due_at", sqlite_where=OPEN, postgresql_where=OPEN),
    sa.Index("outbox_done", "due_at", sqlite_where=SETTLED, postgresql_where=SETTLED),
)
"""Answers to the message of the same number; ``state`` is ``kept`` (handed over within the request or fetched),
``waiting``, ``sent`` or ``dead``."""

event_feed = table(
    "event_feed",
    sa.Column("first", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("last", sa.Integer, nullable=False),
)
"""Events that the broker has not yet seen, a row a turn."""

leads = table(
    "leads",
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("wish", sa.String(20), nullable=False),
    sa.Column("contact_kind", sa.String(20)),
    sa.Column("contact", sa.String(LONGEST_NAME)),
    sa.Column("facts", sa.Text, nullable=False),
    sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
)
"""Wishes for a person, a demo or a report."""

feedback = table(
    "feedback",
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("part", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("value", sa.Integer, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("given_at", sa.Float, nullable=False),
)
"""What a person thinks of the answer of that number and part: 1 good, -1 bad, and why."""

reports = table(
    "reports",
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("advice", sa.LargeBinary, nullable=False),
    sa.Column("script", sa.String(12), nullable=False),
    sa.Column("made_at", sa.Float, nullable=False),
)
"""Advice that can be opened at an address: its structure, and in which characters it was told."""

addresses = sa.MetaData()
"""What is looked up by an address alone, which does not say whose it is."""

report_addresses = sa.Table(
    "report_addresses",
    addresses,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("sender_id", sa.String(LONGEST_NAME), nullable=False, index=True),
    sa.Column("expires_at", sa.Float, nullable=False, index=True),
)
"""Whose report stands at an address, and until when. The address itself is not kept, only its hash."""

ABOUT_A_PERSON = (conversations, events, inbox, outbox, event_feed, feedback, reports, report_addresses)
"""What is deleted with a person's conversation; leads are kept until she has them deleted."""
