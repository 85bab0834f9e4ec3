"""What stands in the way of running, each with its remedy."""

from __future__ import annotations

import socket
import sys
from dataclasses import dataclass
from typing import Callable, Optional

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from advisor.model import ModelError, trained_model
from advisor.settings import Settings
from knowledge.errors import KnowledgeError
from knowledge.loading import load
from storage.database import open_database
from storage.messages import MOST_ATTEMPTS, Inbox, Outbox

PYTHON = (3, 10)
NO_HINDRANCE = frozenset({"model", "messages"})
"""Subjects whose problem does not keep the server from starting: a model is trained, messages are looked at."""


@dataclass(frozen=True)
class Finding:
    """``problem`` is ``None`` where all is well; it names the remedy too."""

    subject: str
    problem: Optional[str]


def examine(settings: Settings) -> list[Finding]:
    """Every check, whatever the others find."""
    checks: tuple[tuple[str, Callable[[Settings], Optional[str]]], ...] = (
        ("Python", python_problem),
        ("port", port_problem),
        ("knowledge", knowledge_problem),
        ("database", database_problem),
        ("model", model_problem),
        ("messages", messages_problem),
    )
    return [Finding(subject, check(settings)) for subject, check in checks]


def python_problem(settings: Settings) -> Optional[str]:
    if sys.version_info[:2] == PYTHON:
        return None
    found = ".".join(map(str, sys.version_info[:2]))
    return f"this is Python {found}; Rasa runs on 3.10. Remedy: uv sync in the project's folder, it reads .python-version"


def port_problem(settings: Settings) -> Optional[str]:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            return (
                f"port {settings.port} on {settings.host} cannot be used ({error.strerror}). "
                "Remedy: stop what uses it, or set ADVISOR_PORT"
            )
    return None


def knowledge_problem(settings: Settings) -> Optional[str]:
    try:
        load(settings.knowledge_directory)
    except KnowledgeError as error:
        return str(error)
    return None


def database_problem(settings: Settings) -> Optional[str]:
    try:
        with open_database(settings.database_url).connect() as connection:
            connection.execute(sa.text("SELECT 1"))
    except Exception as error:  # any driver's
        place = sa.engine.make_url(settings.database_url).render_as_string(hide_password=True)
        return f"{place} does not answer ({type(error).__name__}: {error}). Remedy: start it, or mend ADVISOR_DATABASE_URL"
    return None


def model_problem(settings: Settings) -> Optional[str]:
    try:
        trained_model(settings)
    except ModelError as error:
        return str(error)
    return None


def messages_problem(settings: Settings) -> Optional[str]:
    engine = open_database(settings.database_url)
    try:
        given_up = [f"{message.sender_id}:{message.number}" for message in Inbox(engine).dead()]
        given_up += [answer.key for answer in Outbox(engine).dead()]
    except SQLAlchemyError:  # the database is away, which has a check of its own, or it is new
        return None
    if not given_up:
        return None
    return (
        f"given up after {MOST_ATTEMPTS} attempts: {', '.join(given_up)}. "
        "Remedy: the log says why; a message that its sender repeats is tried again"
    )
