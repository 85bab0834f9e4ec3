"""What two advices differ in, as old, new and difference: after a correction, and under a premise."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Optional

from advice.facts import Facts, Range
from advice.results import AnyAdvice, Check, EvaluationAdvice, PlanAdvice, ShareAdvice, ShortfallAdvice
from rendering import numbers
from rendering.advice import Values, check_quantity, headline, whole_range
from rendering.facts import fact_name, fact_value
from rendering.message import Message
from rendering.payload import payload
from rendering.phrases import Phrases


def render_renewed(before: AnyAdvice, after: AnyAdvice, phrases: Phrases) -> Message:
    """Only what has changed; the structure is whole."""
    text = phrases.text("advice.renewed", headline=headline(after, phrases), changes=changes(before, after, phrases))
    return Message(text, custom=payload(after))


def render_difference(before: AnyAdvice, after: AnyAdvice, phrases: Phrases) -> Message:
    """What a premise would change: old, new and difference; the structure is that of the premise."""
    text = phrases.text(
        "advice.what_if",
        premise=premise(before.facts, after.facts, phrases),
        headline=headline(after, phrases),
        changes=changes(before, after, phrases),
    )
    buttons = phrases.message("pending.what_if").buttons
    return Message(text, buttons, {**payload(after), **difference_payload(before, after)})


def changes(before: AnyAdvice, after: AnyAdvice, phrases: Phrases) -> list[Values]:
    """What two advices differ in, as old, new and difference."""
    rows = [(name, old, new) for name, old, new in compared(before, after) if old != new]
    return [
        {
            "name": phrases.text(f"change.{name}"),
            "old": change_text(name, old, phrases),
            "new": change_text(name, new, phrases),
            "difference": change_difference(name, old, new),
        }
        for name, old, new in rows
    ]


def compared(before: AnyAdvice, after: AnyAdvice) -> list[tuple[str, Any, Any]]:
    """The figures that are compared, by name."""
    rows: list[tuple[str, Any, Any]] = [("share", share_range(before), share_range(after))]
    rows += [(name, main_amount(before, name), main_amount(after, name)) for name in ("low", "recommended", "high")]
    rows.append(("gap", getattr(before, "gap", None), getattr(after, "gap", None)))
    if isinstance(before, PlanAdvice) and isinstance(after, PlanAdvice):
        rows.append(("base", before.base, after.base))
    if isinstance(before, EvaluationAdvice) and isinstance(after, EvaluationAdvice):
        rows.append(("verdict", before.verdict, after.verdict))
        values = {check.id: check for check in before.checks}
        rows += [(f"check.{check.id}", check_state(values[check.id]), check_state(check)) for check in after.checks]
    if isinstance(before, ShareAdvice) and isinstance(after, ShareAdvice):
        rows.append(("check.share", stated_share(before), stated_share(after)))
    if isinstance(before, ShortfallAdvice) and isinstance(after, ShortfallAdvice):
        rows.append(("saves", before.saves, after.saves))
    return rows


def check_state(check: Check) -> tuple[Any, str]:
    """The figure, and the name of what is said of it."""
    return check.value, f"position.{check.position}" if check.position else f"status.{check.status}"


def stated_share(advice: ShareAdvice) -> Optional[tuple[Any, str]]:
    """The share that she states as it is judged."""
    return None if advice.check is None else check_state(advice.check)


def share_range(advice: AnyAdvice) -> Optional[tuple[Decimal, Decimal]]:
    return None if advice.share is None else (advice.share.low, advice.share.high)


def main_amount(advice: AnyAdvice, end: str) -> Optional[int]:
    amount = getattr(advice, "amount", None)
    return None if amount is None else getattr(amount, end)


def change_text(name: str, value: Any, phrases: Phrases) -> str:
    """An old or new figure in words; what was not known says so."""
    if value is None:
        return phrases.text("change.unknown")
    if name == "share":
        return numbers.percent(Range(*value))
    if name == "saves":
        return numbers.yuan(whole_range(value))
    if name == "verdict":
        return phrases.text(f"status.{value}")
    if name.startswith("check."):
        quantity, judgement = value
        number = "" if quantity is None else check_quantity(name.partition(".")[2], quantity)
        return phrases.text("change.check", number=number, judgement=phrases.text(judgement))
    return numbers.yuan(value)


def change_difference(name: str, old: Any, new: Any) -> Optional[str]:
    """How much more (or less) it is, where both are exact amounts."""
    if not all(isinstance(value, (int, Decimal)) for value in (old, new)):
        return None
    return numbers.signed_yuan(new - old)


def premise(before: Facts, after: Facts, phrases: Phrases) -> list[Values]:
    """The facts that are supposed."""
    known, supposed = before.as_json(), after.as_json()
    return [
        {"name": fact_name(name, phrases), "value": fact_value(name, value, phrases)}
        for name, value in supposed.items()
        if known.get(name) != value
    ]


def difference_payload(before: AnyAdvice, after: AnyAdvice) -> Values:
    """``difference`` of the public structure: yuan of the main amount, percentage points of the middle of the share."""
    found: Values = {}
    old, new = main_number(before), main_number(after)
    if old is not None and new is not None:
        found["amount"] = int(new - old)
    old_share, new_share = share_range(before), share_range(after)
    if old_share is not None and new_share is not None:
        found["share"] = float(sum(new_share) - sum(old_share)) / 2
    return {"difference": found} if found else {}


def main_number(advice: AnyAdvice) -> Optional[Decimal]:
    """The yuan that an advice is about."""
    if isinstance(advice, ShortfallAdvice):
        return advice.gap if isinstance(advice.gap, Decimal) else None
    if isinstance(advice, PlanAdvice) and advice.base is not None:
        return Decimal(advice.base)
    recommended = main_amount(advice, "recommended")
    return None if recommended is None else Decimal(recommended)
