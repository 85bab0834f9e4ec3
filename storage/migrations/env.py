"""Alembic's entry: the connection is handed over by :func:`storage.migrations.migrate`."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
