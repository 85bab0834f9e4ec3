"""What the classifier and the gate look at: n-grams, a sentence embedding, and what the reader of facts found."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Iterable, Optional, Sequence

import numpy as np
import scipy.sparse as sp
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.feature_extraction.text import TfidfVectorizer

from nlu.fact import Fact
from nlu.fact_reader import FACTS
from nlu.lexicon import LEXICON_DIRECTORY, read_yaml
from nlu.normalise import NORMALISED
from nlu.segment import DOC
from nlu.similar import sentence_encoder

FEATURES = "features_row"
HEAD, TAIL = 160, 160
"""Of a long message the classifier reads its beginning and its end, where the wish stands."""
BATCH = 256
DIGITS = re.compile(r"\d+(?:\.\d+)?")
FACT_NAMES = (
    "industry", "stage", "business_model", "total_budget", "revenue", "customer_budget", "spent", "needed", "gap",
    "team_size", "customers", "new_customers", "lost_customers", "avg_order_value", "orders_per_year", "gross_margin",
    "customer_lifetime_years", "share", "growth_goal_met", "satisfaction_improved", "tools_used", "staff_on_admin",
    "number", "factor", "delta", "phone", "wechat_id", "email",
)  # fmt: skip


@dataclass(frozen=True)
class Reading:
    """A message as the features see it: its text, its words, the facts in it."""

    text: str
    words: tuple[str, ...]
    facts: tuple[Fact, ...] = ()


@lru_cache(maxsize=1)
def opening() -> re.Pattern[str]:
    """What a message opens with and what is not looked at."""
    fillers = read_yaml(LEXICON_DIRECTORY / "fillers.yml")
    words = "|".join(re.escape(str(word)) for word in sorted(fillers["openings"], key=len, reverse=True))
    between = re.escape(fillers["between"])
    return re.compile(rf"^(?:(?:{words})[{between}啊呀哦]*(?=\S\S))+")


@lru_cache(maxsize=1)
def question_words() -> tuple[str, ...]:
    return tuple(str(word) for word in read_yaml(LEXICON_DIRECTORY / "fillers.yml")["questions"])


def asks_something(text: str) -> bool:
    """Is there a question in the message?"""
    return any(word in text for word in question_words())


def shortened(text: str) -> str:
    """Beginning and end of a long text."""
    return text if len(text) <= HEAD + TAIL else text[:HEAD] + text[-TAIL:]


def reading_of(text: str, words: Iterable[str], facts: Sequence[Fact]) -> Reading:
    """The message without its opening."""
    text = shortened(text)
    content = opening().sub("", text) or text
    return Reading(content, tuple(word for word in words if word.strip())[-(HEAD + TAIL) :], tuple(facts))


def masked(text: str) -> str:
    """Numbers of any length look alike."""
    return DIGITS.sub("0", text)


def identity(words: Sequence[str]) -> Sequence[str]:
    return words


class Vectoriser:
    """Rows of features for readings; fitted on training readings."""

    def __init__(self, embedding_weight: float = 2.0, fact_weight: float = 0.5) -> None:
        self.embedding_weight = embedding_weight
        self.fact_weight = fact_weight
        self.characters = TfidfVectorizer(analyzer="char", ngram_range=(1, 4), sublinear_tf=True, min_df=2, dtype=np.float32)
        self.words = TfidfVectorizer(
            analyzer="word", tokenizer=identity, preprocessor=identity, token_pattern=None, ngram_range=(1, 2),
            sublinear_tf=True, lowercase=False, min_df=2, dtype=np.float32,
        )  # fmt: skip

    def fit(self, readings: Sequence[Reading]) -> "Vectoriser":
        self.characters.fit([masked(reading.text) for reading in readings])
        self.words.fit([masked_words(reading) for reading in readings])
        return self

    def rows(self, readings: Sequence[Reading]) -> sp.csr_matrix:
        """One row a reading."""
        parts = [
            self.characters.transform([masked(reading.text) for reading in readings]),
            self.words.transform([masked_words(reading) for reading in readings]),
            sp.csr_matrix(embeddings([reading.text for reading in readings]) * self.embedding_weight),
            sp.csr_matrix(np.array([signs(reading) for reading in readings], dtype=np.float32) * self.fact_weight),
        ]
        return sp.hstack(parts).tocsr()

    def save(self, directory: Path) -> None:
        """Vocabularies as JSON, weights as arrays."""
        for name, vectoriser in (("characters", self.characters), ("words", self.words)):
            vocabulary = {term: int(place) for term, place in vectoriser.vocabulary_.items()}
            (directory / f"{name}.json").write_text(json.dumps(vocabulary, ensure_ascii=False), encoding="utf-8")
            np.save(directory / f"{name}.npy", vectoriser.idf_)

    def restore(self, directory: Path) -> "Vectoriser":
        """The inverse of :meth:`save`."""
        for name, vectoriser in (("characters", self.characters), ("words", self.words)):
            vectoriser.vocabulary = json.loads((directory / f"{name}.json").read_text(encoding="utf-8"))
            vectoriser.idf_ = np.load(directory / f"{name}.npy")
        return self


def masked_words(reading: Reading) -> list[str]:
    return [masked(word) for word in reading.words]


def embeddings(texts: Sequence[str]) -> np.ndarray:
    """Sentence embeddings of length one, 512 wide."""
    filled = [text if text.strip() else "。" for text in texts]
    parts = [
        np.asarray(sentence_encoder().encode(filled[start : start + BATCH]), dtype=np.float32).reshape(-1, 512)
        for start in range(0, len(filled), BATCH)
    ]
    return np.vstack(parts)


def signs(reading: Reading) -> list[float]:
    """Which facts were found, whether something is asked, how long the message is."""
    found = {fact.name for fact in reading.facts}
    length = len(reading.text)
    return [
        *(1.0 if name in found else 0.0 for name in FACT_NAMES),
        1.0 if asks_something(reading.text) else 0.0,
        1.0 if found and not asks_something(reading.text) else 0.0,
        1.0 if length <= 4 else 0.0,
        1.0 if length <= 10 else 0.0,
        1.0 if length > 40 else 0.0,
    ]


def reading_of_message(message: Message) -> Reading:
    """What the components before have put on a message."""
    doc = message.get(DOC)
    return reading_of(message.get(NORMALISED).text, (token.text for token in doc), message.get(FACTS) or ())


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER], is_trainable=True)
class Featurizer(GraphComponent):
    """Sets ``features_row``."""

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource, vectoriser: Vectoriser) -> None:
        self._storage = storage
        self._resource = resource
        self._vectoriser = vectoriser

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"embedding_weight": 2.0, "fact_weight": 0.5}

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> "Featurizer":
        return cls(config, model_storage, resource, Vectoriser(config["embedding_weight"], config["fact_weight"]))

    @classmethod
    def load(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource,
        execution_context: ExecutionContext, **kwargs: Any,
    ) -> "Featurizer":  # fmt: skip
        featurizer = cls.create(config, model_storage, resource, execution_context)
        with model_storage.read_from(resource) as directory:
            featurizer._vectoriser.restore(directory)
        embeddings(["。"])
        return featurizer

    def train(self, training_data: TrainingData) -> Resource:
        """Fit the vocabularies."""
        self._vectoriser.fit([reading_of_message(message) for message in training_data.intent_examples])
        with self._storage.write_to(self._resource) as directory:
            self._vectoriser.save(directory)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        examples = training_data.intent_examples
        rows = self._vectoriser.rows([reading_of_message(message) for message in examples])
        for place, message in enumerate(examples):
            message.set(FEATURES, rows[place])
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            message.set(FEATURES, self._vectoriser.rows([reading_of_message(message)]))
        return messages


def stacked(messages: Sequence[Message]) -> Optional[sp.csr_matrix]:
    """The rows of several messages."""
    return sp.vstack([message.get(FEATURES) for message in messages]).tocsr() if messages else None
