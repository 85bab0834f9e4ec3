"""What people think of answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

PARTITIONS = 16


def upgrade() -> None:
    op.create_table(
        "feedback",
        sa.Column("sender_id", sa.String(255), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("part", sa.Integer, nullable=False),
        sa.Column("value", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("given_at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("sender_id", "number", "part"),
        postgresql_partition_by="HASH (sender_id)",
    )
    if op.get_bind().dialect.name == "postgresql":
        for part in range(PARTITIONS):
            op.execute(
                f"CREATE TABLE feedback_{part} PARTITION OF feedback FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {part})"
            )


def downgrade() -> None:
    op.drop_table("feedback")
