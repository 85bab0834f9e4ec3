"""A message as the conversation hears it: what it tells, asks, supposes and takes back, and what was asked before it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any, Iterable, Mapping, Optional, Sequence

from rasa.shared.nlu.constants import INTENT
from rasa.shared.nlu.training_data.message import Message

from nlu.context import DIALOGUE
from nlu.fact import Fact
from nlu.fact_reader import FACTS
from nlu.gate import Ranking
from nlu.intents import RANKING
from nlu.lexicon import LEXICON_DIRECTORY, project_lexicon, read_yaml
from nlu.normalise import NORMALISED
from nlu.questions import asks_something
from nlu.unknowns import NOT_KNOWN, unknown_reader

PUNCTUATION = re.compile(r"[\W_]+")
CHANGES = frozenset({"factor", "delta"})
NO_FACTS = frozenset({"number", NOT_KNOWN, *CHANGES})
"""What is read beside the facts."""


@lru_cache(maxsize=1)
def grammar() -> Mapping[str, Any]:
    """The words of ``data/lexicon/follow_up.yml``."""
    return read_yaml(LEXICON_DIRECTORY / "follow_up.yml")


@lru_cache(maxsize=None)
def pattern(name: str) -> re.Pattern[str]:
    """A regular expression of the grammar."""
    return re.compile(grammar()[name])


def mentions(text: str, words: Iterable[str]) -> bool:
    return any(word in text for word in words)


def bare(text: str) -> str:
    """The message without its punctuation."""
    return PUNCTUATION.sub("", text)


@dataclass(frozen=True)
class Heard:
    """What was read of a message, and where the conversation stands."""

    text: str
    facts: Sequence[Fact]
    intent: Optional[str]
    confidence: float
    ranking: Ranking
    topic: Optional[str]
    """The question under way."""
    asked: Optional[str]
    """The fact that the advisor waits for."""
    advised: bool
    """The question under way was answered."""

    @classmethod
    def of(cls, message: Message) -> "Heard":
        dialogue, reading = message.get(DIALOGUE) or {}, message.get(INTENT) or {}
        return cls(
            text=message.get(NORMALISED).text,
            facts=message.get(FACTS) or (),
            intent=reading.get("name"),
            confidence=float(reading.get("confidence") or 0),
            ranking=message.get(RANKING) or (),
            topic=dialogue.get("topic"),
            asked=dialogue.get("asked"),
            advised=bool(dialogue.get("advised")),
        )

    # what it asks
    @cached_property
    def asks(self) -> bool:
        """Is there a question in it? 需要多少说不清 and 谁家也不会买两回 ask nothing, 不清楚该怎么定 does."""
        rest = pattern("self_answered").sub("", self.text)
        rest = unknown_reader(project_lexicon()).without(rest)
        return asks_something(pattern("no_question").sub("", rest))

    @property
    def offered(self) -> tuple[str, ...]:
        """The two readings asked back."""
        return tuple(entry["name"] for entry in self.ranking[1:3])

    @property
    def is_bare_follow_up(self) -> bool:
        """Does it mean something only after the question before it?"""
        words = bare(self.text)
        if words in bare_follow_ups() or pattern("details").search(self.text) or pattern("more").match(words):
            return True
        short = len(words) <= grammar()["longest"]
        return short and words.startswith(tuple(grammar()["opens"])) and words.endswith(tuple(grammar()["ends"]))

    @property
    def asks_about_privacy(self) -> bool:
        """Is it asked who else sees a figure?"""
        return pattern("privacy").search(self.text) is not None

    # what it tells
    @cached_property
    def told(self) -> frozenset[str]:
        """The facts that are told for sure."""
        sure = (fact for fact in self.facts if not fact.supposed and not fact.guess)
        return frozenset(fact.name for fact in sure if fact.name not in NO_FACTS)

    @property
    def answers(self) -> bool:
        """Is the fact that was asked for in it, or for the stage the years that do not decide it?"""
        names = {self.asked, "years_in_business"} if self.asked == "stage" else {self.asked}
        return self.asked is not None and any(fact.name in names and not fact.supposed for fact in self.facts)

    @property
    def tells_only(self) -> bool:
        """Nothing is asked, and most of it are facts."""
        covered = sum(fact.end - fact.start for fact in self.facts if fact.name not in NO_FACTS)
        return covered > 0 and not self.asks and covered * 2 >= len(bare(self.text))

    @property
    def lacks_in_figures(self) -> bool:
        """Is more needed than the customer budget holds (砍到10万了，按理得16万)?"""
        values = {fact.name: fact.value for fact in self.facts if fact.name in self.told}
        budget, needed = values.get("customer_budget"), values.get("needed")
        return isinstance(needed, Decimal) and isinstance(budget, Decimal) and needed > budget

    @property
    def lacks(self) -> bool:
        """Is the customer budget told to be too little, in words or by what is needed?"""
        if "customer_budget" not in self.told or not self.told & {"needed", "gap", "spent"}:
            return False
        return self.lacks_in_figures or mentions(self.text, project_lexicon()["roles"]["lacking"])

    # what it does not know
    @property
    def leaves_open(self) -> bool:
        """Does she say that she does not know what was asked, or beside facts that very fact (总预算不清楚，新客80个)?"""
        if self.asked is None or self.answers:
            return False
        unknowns = unknown_reader(project_lexicon())
        if all(fact.name == NOT_KNOWN for fact in self.facts):
            return mentions(self.text, unknowns.words)
        return any(named <= {self.asked} for named in unknowns.clauses(self.text))

    @property
    def ends_open(self) -> bool:
        """Is not knowing the last thing that she says? 预算多少说不清 asks nothing, 不清楚该怎么定 does."""
        return bare(self.text).endswith(unknown_reader(project_lexicon()).words)

    # what it supposes and takes back
    @property
    def supposes(self) -> bool:
        """Is something said under a premise, and nothing told beside it?"""
        supposed = [fact.supposed or fact.name in CHANGES for fact in self.facts if fact.name not in ("number", NOT_KNOWN)]
        return bool(supposed) and all(supposed)

    @property
    def supposes_a_number(self) -> bool:
        """那如果是四千万呢: a number of nothing named, under a premise."""
        nameless = bool(self.facts) and all(fact.name == "number" for fact in self.facts)
        return nameless and pattern("premise").match(self.text) is not None

    @property
    def wonders(self) -> bool:
        """那总预算400万呢: facts between 那 and 呢, and nothing else asked."""
        return bool(self.told) and pattern("wonders").fullmatch(self.text) is not None

    @property
    def tries_out(self) -> bool:
        """Is there a word of trying another figure, where no premise is read (客户数改成五千试试)?"""
        return pattern("tries_out").search(self.text) is not None

    @property
    def corrects(self) -> bool:
        """Is something corrected, or said to have been wrong (再改一下) beside a fact told for sure, with nothing supposed or asked?"""
        if any(fact.corrects for fact in self.facts):
            return not any(fact.supposed or fact.name in CHANGES for fact in self.facts)
        return bool(self.told) and not self.supposes and not self.asks and mentions(self.text, correcting_words())


@lru_cache(maxsize=1)
def bare_follow_ups() -> frozenset[str]:
    return frozenset(bare(str(words)) for words in grammar()["bare"])


@lru_cache(maxsize=1)
def correcting_words() -> tuple[str, ...]:
    """Words of correction that do not also move a figure to another (改成)."""
    words = project_lexicon()["corrections"]
    moved = set(map(str, words["moved_to"]))
    return tuple(word for word in map(str, words["takes_back"]) if word not in moved)
