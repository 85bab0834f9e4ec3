"""The component sets entities whose offsets lie in the original text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.fact_reader import FactReader, original_span


@dataclass(frozen=True)
class PlainNormalised:
    text: str
    offsets: tuple[int, ...]


def without_spaces(text: str) -> PlainNormalised:
    places = [place for place, char in enumerate(text) if char != " "]
    return PlainNormalised(text.replace(" ", ""), (*places, len(text)))


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> FactReader:
    storage = LocalModelStorage.create(tmp_path_factory.mktemp("model"))
    context = ExecutionContext(GraphSchema({}))
    config = FactReader.get_default_config()
    trained = FactReader.create(config, storage, Resource("facts"), context).train(TrainingData())
    return FactReader.load(config, storage, trained, context)


def entities(reader: FactReader, text: str, asked: Optional[str] = None) -> list[dict[str, Any]]:
    message = Message({"text": text, "normalised": without_spaces(text), "dialogue": {"asked": asked, "topic": None}})
    (message,) = reader.process([message])
    return list(message.get("entities"))


def test_offsets_point_into_the_original_text(reader: FactReader) -> None:
    text = "总预算 300 万 ，员工 12 人"
    found = {entity["entity"]: text[entity["start"] : entity["end"]] for entity in entities(reader, text)}
    assert found == {"total_budget": "300 万", "team_size": "12 人"}


def test_a_bare_number_answers_the_open_question(reader: FactReader) -> None:
    (entity,) = entities(reader, "15", "customer_budget")
    assert (entity["entity"], entity["value"], entity["unit_unclear"]) == ("customer_budget", 15, True)


def test_a_range_carries_its_ends(reader: FactReader) -> None:
    (entity,) = entities(reader, "三五十万", "total_budget")
    assert (entity["low"], entity["high"], entity["range"]) == (300_000, 500_000, True)


def test_a_trade_that_no_list_holds_is_guessed(reader: FactReader) -> None:
    (entity,) = entities(reader, "养蜥蜴", "industry")
    assert entity["guess"] and entity["value"] == "agriculture"


def test_nothing_is_guessed_where_she_does_not_know(reader: FactReader) -> None:
    assert entities(reader, "说不清", "industry") == []


def test_training_messages_get_facts_but_no_entities(reader: FactReader) -> None:
    message = Message({"text": "总预算300万", "intent": "inform"})
    reader.process_training_data(TrainingData([message]))
    assert [fact.name for fact in message.get("facts")] == ["total_budget"]
    assert message.get("entities") is None


def test_white_space_at_the_end_belongs_to_no_entity() -> None:
    assert original_span((0, 1, 3, 4), 0, 2, "12 万") == (0, 2)
