"""The knowledge in the database: versioned, looked up by day, the last good version serving while a new one is wrong."""

from __future__ import annotations

import json
from datetime import date, datetime, timezone
from functools import lru_cache
from pathlib import Path
from typing import Any, Optional

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from knowledge.errors import KnowledgeError
from knowledge.loading import Document, build, mappings, read, version_of
from knowledge.model import Knowledge

metadata = sa.MetaData()

versions = sa.Table(
    "knowledge_versions",
    metadata,
    sa.Column("version", sa.String(12), primary_key=True),
    sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False, index=True),
    sa.Column("document", sa.Text, nullable=False),
)
figures = sa.Table(
    "knowledge_figures",
    metadata,
    sa.Column("version", sa.String(12), primary_key=True),
    sa.Column("key", sa.String(200), primary_key=True),
    sa.Column("effective_from", sa.Date, primary_key=True),
    sa.Column("figure", sa.Text, nullable=False),
)


class KnowledgeStore:
    """One directory of files, served out of the database."""

    def __init__(self, engine: Engine, directory: Path, document: Document, problem: Optional[KnowledgeError]) -> None:
        self._engine = engine
        self._directory = directory
        self.problem = problem
        self._serve(document)

    @classmethod
    def open(cls, engine: Engine, directory: Path) -> "KnowledgeStore":
        """Load the files; where they are wrong the last good version serves, and without one the error is raised."""
        problem: Optional[KnowledgeError] = None
        try:
            document = read(directory)
        except KnowledgeError as error:
            problem, last = error, last_good(engine)
            if last is None:
                raise
            document = last
        else:
            keep(engine, document)
        return cls(engine, directory, document, problem)

    def reload(self) -> Optional[KnowledgeError]:
        """Read the files again; what is wrong with them is returned, and the version before goes on serving."""
        try:
            document = read(self._directory)
        except KnowledgeError as error:
            self.problem = error
            return error
        keep(self._engine, document)
        self.problem = None
        self._serve(document)
        return None

    def current(self, day: date) -> Knowledge:
        """What holds on ``day``."""
        return self._on(day)

    def edition(self, version: str, day: date) -> Optional[Knowledge]:
        """What held on ``day`` in a version that served once; ``None`` where there is no such version."""
        if version == self.version:
            return self._on(day)
        query = sa.select(versions.c.document).where(versions.c.version == version)
        with self._engine.connect() as connection:
            found = connection.execute(query).scalar()
        return None if found is None else build(json.loads(found), day)

    def figure(self, key: str, day: date) -> Optional[dict[str, Any]]:
        """One figure of the version that serves as it holds on ``day``; one indexed lookup, however many there are."""
        query = (
            sa.select(figures.c.figure)
            .where(figures.c.version == self.version, figures.c.key == key, figures.c.effective_from <= day)
            .order_by(figures.c.effective_from.desc())
            .limit(1)
        )
        with self._engine.connect() as connection:
            found = connection.execute(query).scalar()
        return None if found is None else json.loads(found)

    def _serve(self, document: Document) -> None:
        self.version = version_of(document)
        self._on = lru_cache(maxsize=8)(lambda day: build(document, day))


def keep(engine: Engine, document: Document) -> None:
    """Store a version once, also where several replicas start together."""
    try:
        keep_once(engine, document)
    except IntegrityError:
        keep_once(engine, document)  # another one was faster with the same version


def keep_once(engine: Engine, document: Document) -> None:
    version = version_of(document)
    with engine.begin() as connection:
        if connection.execute(sa.select(versions.c.version).where(versions.c.version == version)).first():
            connection.execute(versions.update().where(versions.c.version == version).values(loaded_at=now()))
            return
        text = json.dumps(document, ensure_ascii=False)
        connection.execute(versions.insert().values(version=version, loaded_at=now(), document=text))
        keep_figures(connection, version, document)


def keep_figures(connection: Connection, version: str, document: Document) -> None:
    """One row a figure and day from which it holds."""
    rows = [
        {
            "version": version,
            "key": ".".join(str(step) for step in place if not ("effective_from" in entry and isinstance(step, int))),
            "effective_from": date.fromisoformat(entry.get("effective_from", date.min.isoformat())),
            "figure": json.dumps(entry, ensure_ascii=False),
        }
        for place, entry in mappings(document)
        if "worth" in entry
    ]
    connection.execute(figures.insert(), rows)


def last_good(engine: Engine) -> Optional[Document]:
    """The version that served last."""
    with engine.connect() as connection:
        found = connection.execute(sa.select(versions.c.document).order_by(versions.c.loaded_at.desc()).limit(1)).scalar()
    return None if found is None else json.loads(found)


def now() -> datetime:
    return datetime.now(timezone.utc)
