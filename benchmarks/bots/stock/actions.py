"""What the stock bot's action server runs: as little work as a custom action can do, so that Rasa's own cost is measured."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

LARGE_UNITS = {"万": 10_000, "亿": 100_000_000}
AMOUNT = re.compile(r"(\d+(?:\.\d+)?)\s*([万亿]?)")
SHARE = {"low": 0.1, "high": 0.2}
TERMS = {"CAC": "获客成本：拿来一个新客户平均花的钱。", "CLV": "客户从来到走一共带来的毛利。"}


class ValidateBudgetForm(FormValidationAction):
    """The form's check of the one answer that has to be a number."""

    def name(self) -> str:
        return "validate_budget_form"

    def validate_total_budget(self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> dict[str, Any]:
        return {"total_budget": value if AMOUNT.search(str(value)) else None}


class Advice(Action):
    """A share of the total."""

    def name(self) -> str:
        return "action_advice"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[dict[str, Any]]:
        total = yuan(str(tracker.get_slot("total_budget")))
        amount = {end: round(share * total) for end, share in SHARE.items()}
        dispatcher.utter_message(
            text=f"客户管理预算可以放在 {amount['low']} 元到 {amount['high']} 元之间。",
            json_message={"type": "budget_advice", "amount": amount},
        )
        return []


class Inform(Action):
    """Facts told outside the form."""

    def name(self) -> str:
        return "action_inform"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[dict[str, Any]]:
        dispatcher.utter_message(text="记下了。")
        return []


class WhatIf(Action):
    """The advice under a halved total."""

    def name(self) -> str:
        return "action_what_if"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[dict[str, Any]]:
        total = yuan(str(tracker.get_slot("total_budget"))) / 2
        dispatcher.utter_message(text=f"那就是 {round(SHARE['low'] * total)} 元到 {round(SHARE['high'] * total)} 元。")
        return []


class AskTerm(Action):
    """What a term means."""

    def name(self) -> str:
        return "action_ask_term"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[dict[str, Any]]:
        asked = str(tracker.latest_message.get("text") or "").upper()
        meaning = next((text for term, text in TERMS.items() if term in asked), "这个词我不熟。")
        dispatcher.utter_message(text=meaning)
        return []


def yuan(text: str) -> float:
    """The first amount of a text; 0 where there is none."""
    found = AMOUNT.search(text)
    return float(found.group(1)) * LARGE_UNITS.get(found.group(2), 1) if found else 0.0
