"""Each advice can be opened again at an address of its own."""

from __future__ import annotations

from typing import Any

from advisor.settings import Settings
from storage.reports import address_entry, new_token

ADVICE = "budget_advice"


def new_address(settings: Settings) -> str:
    """An address that nobody guesses; what stands there is kept with the turn (:func:`storage.reports.keep_reports`)."""
    return f"{settings.address}/reports/{new_token()}"


def with_address(custom: dict[str, Any], settings: Settings, script: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """An advice with its address, and what the message's metadata has to say of it; anything else as it is."""
    if custom.get("type") != ADVICE:
        return custom, {}
    custom = {**custom, "report_url": custom.get("report_url") or new_address(settings)}
    token = custom["report_url"].rpartition("/")[2]
    return custom, address_entry(token, script, settings.report_days)
