"""Messages written by hand read as the facts that they tell."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Optional

import pytest

from benchmarks.facts import GoldMessage, facts_read, facts_supposed, same_value
from nlu.facts import read_facts
from nlu.lexicon import Lexicon, project_lexicon, read_yaml

ROWS: list[list[Any]] = read_yaml(Path(__file__).with_name("messages.yml"))


def gold_message(row: list[Any]) -> GoldMessage:
    facts = {
        name: {"low": value[0], "high": value[1]} if isinstance(value, list) else value
        for name, value in row[1].items()
    }
    return GoldMessage(row[0], row[2] if len(row) > 2 else None, facts)


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return project_lexicon()


@pytest.mark.parametrize("row", ROWS, ids=[f"{number}-{row[0]}" for number, row in enumerate(ROWS)])
def test_message_reads_as_its_facts(row: list[Any], lexicon: Lexicon) -> None:
    message = gold_message(row)
    supposed = {f"if {name}": value for name, value in facts_supposed(message, lexicon).items()}
    read = {**facts_read(message, lexicon), **supposed}
    assert read.keys() == message.facts.keys(), read
    assert all(same_value(message.facts[name], read[name]) for name in read), read


@pytest.mark.parametrize(
    ("text", "share"),
    [("如果降到18%呢", 18), ("要是压到8%会怎么样", 8), ("假如只占12%呢", 12), ("如果变成三成呢", 30), ("如果只有一半呢", None), ("砍到80万呢", None)],
)
def test_a_bare_percentage_under_a_premise_is_a_supposed_share_behind_advice_on_it(
    text: str, share: Optional[int], lexicon: Lexicon
) -> None:
    shares = [fact for fact in read_facts(text, None, lexicon, topic="budget_share") if fact.name == "share"]
    assert [fact.value for fact in shares] == ([] if share is None else [share])
    assert all(fact.supposed for fact in shares)
