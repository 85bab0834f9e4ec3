"""Messages read as the facts that they tell after what was said before them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from advice.facts import FACT_NAMES
from nlu.fact_reader import decimals
from nlu.facts import read_facts
from nlu.lexicon import project_lexicon, read_yaml

ROWS: list[list[Any]] = read_yaml(Path(__file__).with_name("in_conversation.yml"))


@pytest.mark.parametrize(("text", "before", "told"), ROWS, ids=[f"{number}-{row[0]}" for number, row in enumerate(ROWS)])
def test_message_reads_as_its_facts_in_its_conversation(text: str, before: dict[str, Any], told: dict[str, Any]) -> None:
    last, known = (decimals(before.get(key, {})) for key in ("told", "known"))
    facts = read_facts(text, before.get("asked"), project_lexicon(), another=before.get("another", False), told=last, known=known)
    expected = {name: decimals({name: value})[name] if isinstance(value, (int, float)) else value for name, value in told.items()}
    assert {fact.name: fact.value for fact in facts if fact.name in FACT_NAMES} == expected
