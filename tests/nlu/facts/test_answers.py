"""What people answer when they are asked for the stage or the business model, without naming it."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlu.facts import read_facts
from nlu.lexicon import project_lexicon, read_yaml

ROWS = [
    (slot, value, text)
    for slot, values in read_yaml(Path(__file__).with_name("answers.yml")).items()
    for value, texts in values.items()
    for text in texts
]


@pytest.mark.parametrize(("slot", "value", "text"), ROWS, ids=[text for _, _, text in ROWS])
def test_an_answer_tells_the_fact_asked_for(slot: str, value: str, text: str) -> None:
    facts = {fact.name: fact for fact in read_facts(text.lower(), slot, project_lexicon())}
    assert facts[slot].value == value and not facts[slot].guess
