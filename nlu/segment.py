"""Words: spaCy's Chinese with jieba as segmenter and the field's own words."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import jieba
import spacy
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from spacy.language import Language
from spacy.tokens import Doc

from nlu.lexicon import LEXICON_DIRECTORY, read_yaml
from nlu.normalise import NORMALISED

DOC = "doc"
SEGMENTED_CHARACTERS = 1000
"""What is segmented of a longer text; the classifier looks at no more."""


@lru_cache(maxsize=1)
def chinese() -> Language:
    """spaCy's blank Chinese; the first call loads the dictionary."""
    jieba.setLogLevel(60)
    for word in read_yaml(LEXICON_DIRECTORY / "words.yml")["words"]:
        jieba.add_word(str(word))
    return spacy.blank("zh", config={"nlp": {"tokenizer": {"segmenter": "jieba"}}})


def segment(text: str) -> Doc:
    """The words of a normalised text."""
    return chinese()(text[:SEGMENTED_CHARACTERS])


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER], is_trainable=False)
class Segmenter(GraphComponent):
    """Sets ``doc``."""

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> "Segmenter":
        segment("客户")
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            message.set(DOC, segment(message.get(NORMALISED).text))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data
