"""Advice that can be opened at an address."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

PARTITIONS = 16


def upgrade() -> None:
    op.create_table(
        "reports",
        sa.Column("sender_id", sa.String(255), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("advice", sa.LargeBinary, nullable=False),
        sa.Column("script", sa.String(12), nullable=False),
        sa.Column("made_at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("sender_id", "token_hash"),
        postgresql_partition_by="HASH (sender_id)",
    )
    if op.get_bind().dialect.name == "postgresql":
        for part in range(PARTITIONS):
            op.execute(f"CREATE TABLE reports_{part} PARTITION OF reports FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {part})")
    op.create_table(
        "report_addresses",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column("sender_id", sa.String(255), nullable=False, index=True),
        sa.Column("expires_at", sa.Float, nullable=False, index=True),
    )


def downgrade() -> None:
    op.drop_table("report_addresses")
    op.drop_table("reports")
