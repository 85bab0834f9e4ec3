"""The configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from advisor.settings import VARIABLES, Settings, SettingsError

PAGE = Path(__file__).resolve().parents[2] / "docs" / "configuration.md"


def test_without_any_variable_the_server_is_on_loopback() -> None:
    settings = Settings.from_environment({})
    assert settings.is_loopback and settings.port == 5005


def test_another_address_without_a_token_is_refused_with_the_remedy() -> None:
    with pytest.raises(SettingsError, match="ADVISOR_API_TOKEN"):
        Settings.from_environment({"ADVISOR_HOST": "0.0.0.0"})


def test_another_address_with_a_token_is_taken() -> None:
    assert not Settings.from_environment({"ADVISOR_HOST": "0.0.0.0", "ADVISOR_API_TOKEN": "t"}).is_loopback


@pytest.mark.parametrize(("name", "value"), [("ADVISOR_PORT", "x"), ("ADVISOR_PORT", "70000"), ("ADVISOR_TIMEZONE", "Mars/Base")])
def test_a_value_that_cannot_work_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        Settings.from_environment({name: value})


@pytest.mark.parametrize("name", VARIABLES)
def test_every_variable_is_documented(name: str) -> None:
    assert f"`{name}`" in PAGE.read_text(encoding="utf-8")
