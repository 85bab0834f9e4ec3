"""What the doctor finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from advisor.doctor import NO_HINDRANCE, examine
from advisor.settings import Settings
from storage.database import open_database
from storage.messages import MOST_ATTEMPTS, Arrived, Inbox
from storage.migrations import migrate


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(database_url=f"sqlite:///{tmp_path / 'advisor.db'}")


@pytest.fixture
def inbox(settings: Settings) -> Inbox:
    engine = open_database(settings.database_url)
    migrate(engine)
    return Inbox(engine)


def problem_with_messages(settings: Settings) -> str:
    return next(finding.problem or "" for finding in examine(settings) if finding.subject == "messages")


def given_up(inbox: Inbox) -> Arrived:
    message = inbox.accept("she", "rest", "1", {"text": "你好"})
    for _ in range(MOST_ATTEMPTS):
        waiting = inbox.next_of("she")
        assert waiting is not None
        inbox.failed(waiting)
    return message


def test_a_new_database_is_no_problem(settings: Settings) -> None:
    assert not problem_with_messages(settings)


def test_a_message_that_waits_is_no_problem(settings: Settings, inbox: Inbox) -> None:
    inbox.accept("she", "rest", "1", {"text": "你好"})
    assert not problem_with_messages(settings)


def test_a_message_that_was_given_up_is_named(settings: Settings, inbox: Inbox) -> None:
    given_up(inbox)
    assert "she:1" in problem_with_messages(settings)


def test_it_does_not_keep_the_server_from_starting() -> None:
    assert "messages" in NO_HINDRANCE


def test_it_is_tried_again_when_its_sender_repeats_it(settings: Settings, inbox: Inbox) -> None:
    message = given_up(inbox)
    assert inbox.accept("she", "rest", "1", {"text": "你好"}).number == message.number
    assert inbox.next_of("she") is not None and not problem_with_messages(settings)
