"""The configuration of one installation, from the environment or ``.env``. Every variable: docs/configuration.md."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Mapping, Optional
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dotenv import dotenv_values

ROOT = Path(__file__).resolve().parent.parent
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
VARIABLES = (
    "ADVISOR_HOST",
    "ADVISOR_PORT",
    "ADVISOR_PUBLIC_URL",
    "ADVISOR_WORKERS",
    "ADVISOR_DATABASE_URL",
    "ADVISOR_REDIS_URL",
    "ADVISOR_ACTIONS_URL",
    "ADVISOR_API_TOKEN",
    "ADVISOR_SECRET_KEY",
    "ADVISOR_ALLOWED_ORIGINS",
    "ADVISOR_TIMEZONE",
    "ADVISOR_FEEDBACK_ADDRESS",
    "ADVISOR_RETURN_AFTER_HOURS",
    "ADVISOR_REPORT_DAYS",
)
LARGEST_PORT = 65535
MOST_WORKERS = 256
MOST_REPORT_DAYS = 3660


class SettingsError(Exception):
    """A variable has a value that cannot be used; the text names it and the remedy."""


@dataclass(frozen=True)
class Settings:
    """What can be configured."""

    host: str = "127.0.0.1"
    port: int = 5005
    public_url: Optional[str] = None
    workers: int = 1
    database_url: str = f"sqlite:///{ROOT / 'var' / 'advisor.db'}"
    redis_url: Optional[str] = None
    actions_url: Optional[str] = None
    api_token: Optional[str] = None
    secret_key: Optional[str] = None
    allowed_origins: tuple[str, ...] = ()
    timezone: str = "Asia/Shanghai"
    feedback_address: str = ""
    return_after_hours: float = 12.0
    report_days: float = 30.0

    @classmethod
    def from_environment(cls, environment: Optional[Mapping[str, str]] = None) -> "Settings":
        """Read the variables; the environment goes before ``.env``."""
        if environment is None:
            file = {name: value for name, value in dotenv_values(ROOT / ".env").items() if value is not None}
            environment = {**file, **os.environ}
        values = {name: environment[name].strip() for name in VARIABLES if environment.get(name, "").strip()}
        standard = cls()
        settings = cls(
            host=values.get("ADVISOR_HOST", standard.host),
            port=int(number("ADVISOR_PORT", values.get("ADVISOR_PORT"), standard.port)),
            public_url=values.get("ADVISOR_PUBLIC_URL", "").rstrip("/") or None,
            workers=int(number("ADVISOR_WORKERS", values.get("ADVISOR_WORKERS"), standard.workers)),
            database_url=values.get("ADVISOR_DATABASE_URL", standard.database_url),
            redis_url=values.get("ADVISOR_REDIS_URL"),
            actions_url=values.get("ADVISOR_ACTIONS_URL"),
            api_token=values.get("ADVISOR_API_TOKEN"),
            secret_key=values.get("ADVISOR_SECRET_KEY"),
            allowed_origins=tuple(part.strip() for part in values.get("ADVISOR_ALLOWED_ORIGINS", "").split(",") if part.strip()),
            timezone=values.get("ADVISOR_TIMEZONE", standard.timezone),
            feedback_address=values.get("ADVISOR_FEEDBACK_ADDRESS", standard.feedback_address),
            return_after_hours=number(
                "ADVISOR_RETURN_AFTER_HOURS", values.get("ADVISOR_RETURN_AFTER_HOURS"), standard.return_after_hours
            ),
            report_days=number("ADVISOR_REPORT_DAYS", values.get("ADVISOR_REPORT_DAYS"), standard.report_days),
        )
        settings.check()
        return settings

    def check(self) -> None:
        """Raise :class:`SettingsError` for what cannot work."""
        if not 0 < self.port <= LARGEST_PORT:
            raise SettingsError(f"ADVISOR_PORT is {self.port}. Remedy: a port from 1 to {LARGEST_PORT}.")
        if not 0 < self.workers <= MOST_WORKERS:
            raise SettingsError(f"ADVISOR_WORKERS is {self.workers}. Remedy: a number of processes from 1 to {MOST_WORKERS}.")
        if not 0 < self.report_days <= MOST_REPORT_DAYS:
            raise SettingsError(f"ADVISOR_REPORT_DAYS is {self.report_days:g}. Remedy: more than 0, at most {MOST_REPORT_DAYS} days.")
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError):
            raise SettingsError(f"ADVISOR_TIMEZONE '{self.timezone}' is unknown. Remedy: a name such as Asia/Shanghai.") from None
        if not self.is_loopback and not self.api_token:
            raise SettingsError(
                f"ADVISOR_HOST {self.host} can be reached from other machines, and there is no token. "
                "Remedy: set ADVISOR_API_TOKEN, or bind to 127.0.0.1."
            )

    @property
    def is_loopback(self) -> bool:
        """Can only this machine reach the server?"""
        return self.host in LOOPBACK

    @property
    def address(self) -> str:
        """Where users reach the server."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url or f"http://{host}:{self.port}"

    @property
    def lock_directory(self) -> Path:
        """Where processes of one machine lock conversations against each other."""
        return ROOT / "var" / "locks"

    @property
    def responses_directory(self) -> Path:
        return ROOT / "data" / "responses"

    @property
    def lexicon_directory(self) -> Path:
        return ROOT / "data" / "lexicon"

    @property
    def knowledge_directory(self) -> Path:
        return ROOT / "knowledge"


def number(name: str, text: Optional[str], standard: float) -> float:
    """A number out of the environment."""
    if text is None:
        return standard
    try:
        return float(text)
    except ValueError:
        raise SettingsError(f"{name} is '{text}'. Remedy: a number.") from None
