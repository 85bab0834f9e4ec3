"""What the classifier looks at: the message without what says nothing, and signs of it as a whole such as the facts in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Iterable, Iterator, Sequence

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.fact import Fact
from nlu.fact_reader import FACTS
from nlu.lexicon import LEXICON_DIRECTORY, read_yaml
from nlu.normalise import NORMALISED
from nlu.questions import asks_something
from nlu.segment import DOC

READING = "reading"
HEAD, TAIL = 160, 160
"""Of a long message the classifier reads its beginning and its end, where the wish stands."""
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


def shortened(text: str) -> str:
    """Beginning and end of a long text."""
    return text if len(text) <= HEAD + TAIL else text[:HEAD] + text[-TAIL:]


def reading_of(text: str, tokens: Iterable[tuple[int, str]], facts: Sequence[Fact]) -> Reading:
    """The message without its opening, her trade replaced by a word that stands for any; ``tokens`` with their places.

    What she sells says nothing about what she wants, but would be learned: couriers are mostly complained about.
    """
    trades = [(fact.start, fact.end) for fact in facts if fact.name == "industry"]
    words = [word for word in with_trades_replaced(tokens, trades) if word.strip()]
    text = shortened(replaced(text, trades))
    return Reading(opening().sub("", text) or text, tuple(words[-(HEAD + TAIL) :]), tuple(facts))


def replaced(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """The text with a word for any trade in place of the spans."""
    for start, end in sorted(spans, reverse=True):
        text = text[:start] + any_trade() + text[end:]
    return text


def with_trades_replaced(tokens: Iterable[tuple[int, str]], spans: Sequence[tuple[int, int]]) -> Iterator[str]:
    """The words, with one for any trade in place of those that lie in a span."""
    open_spans = sorted(spans)
    for place, word in tokens:
        span = next(((start, end) for start, end in spans if start < place + len(word) and place < end), None)
        if span is None:
            yield word
        elif span in open_spans:
            open_spans.remove(span)
            yield any_trade()


@lru_cache(maxsize=1)
def any_trade() -> str:
    """What stands for any trade."""
    return str(read_yaml(LEXICON_DIRECTORY / "fillers.yml")["any_trade"])


def masked(text: str) -> str:
    """Numbers of any length look alike."""
    return DIGITS.sub("0", text)


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
    tokens = ((token.idx, token.text) for token in doc)
    return reading_of(message.get(NORMALISED).text, tokens, message.get(FACTS) or ())


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER], is_trainable=False)
class Featurizer(GraphComponent):
    """Sets ``reading``."""

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> "Featurizer":
        opening()
        return cls()

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.intent_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            message.set(READING, reading_of_message(message))
        return messages
