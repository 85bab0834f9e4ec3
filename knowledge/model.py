"""The knowledge of one day as typed, immutable values. Built by :mod:`knowledge.loading`, served by :mod:`knowledge.store`."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Literal, Mapping, Optional

Worth = Literal["reference", "survey", "official", "assumption"]
Category = Literal["people", "tools", "marketing"]
LONGEST_QUESTION = 1000
"""Characters in which a term is looked for."""


@dataclass(frozen=True)
class Source:
    """A document: its title, where it stands, when it appeared, what to keep in mind."""

    id: str
    title: str
    place: str
    date: Optional[str]
    note: str


@dataclass(frozen=True)
class Figure:
    """A figure and what it is worth: one ``value``, or ``low`` and ``high``, in ``unit``."""

    unit: str
    source: str
    worth: Worth
    value: Optional[Decimal] = None
    low: Optional[Decimal] = None
    high: Optional[Decimal] = None
    derived: Optional[str] = None
    note: Optional[str] = None

    @property
    def number(self) -> Decimal:
        """The single value; an error where the figure is a range."""
        if self.value is None:
            raise ValueError("the figure is a range")
        return self.value

    @property
    def ends(self) -> tuple[Decimal, Decimal]:
        """Both ends; a single value is both."""
        low, high = (self.value if end is None else end for end in (self.low, self.high))
        if low is None or high is None:
            raise ValueError("the figure has no bounds")
        return low, high


@dataclass(frozen=True)
class Split:
    """How a budget is laid out: item → percent of it, with the category of each item."""

    percents: Mapping[str, Decimal]
    source: str
    worth: Worth


@dataclass(frozen=True)
class Item:
    """One kind of spending."""

    id: str
    category: Category
    name: str
    hint: str


@dataclass(frozen=True)
class Product:
    """A product named for an item; the price in yuan a user and month; ``users`` is the most that it serves."""

    id: str
    name: str
    monthly_price_per_user: Decimal
    users: Optional[int]
    source: str


@dataclass(frozen=True)
class MeasureKnowledge:
    """A way to manage with less; ``saves`` in percent of what is spent on ``items``."""

    id: str
    name: str
    how: str
    needs: str
    risk: str
    items: tuple[str, ...]
    effort: int
    saves: Figure
    source: str


@dataclass(frozen=True)
class CheckKnowledge:
    """A check of an evaluation; thresholds are ``None`` where it has none."""

    id: str
    name: str
    meaning: str
    source: str
    good: Optional[Figure]
    warn: Optional[Figure]
    steps: Mapping[str, str]


@dataclass(frozen=True)
class Questions:
    """The order of questions: ``first`` before the first answer, at most ``limit`` of them, ``then`` to sharpen it.

    What is passed over ``patience`` times in a row is put off.
    """

    first: tuple[str, ...]
    then: tuple[str, ...]
    limit: int
    patience: int


@dataclass(frozen=True)
class Reason:
    """Why a fact is asked, what it sharpens, how to find it out, what its lack costs; ``words`` name it in a question."""

    words: tuple[str, ...]
    why: str
    good_for: str
    how: str
    costs: str


@dataclass(frozen=True)
class Term:
    """A term of the field and the facts that it is about."""

    name: str
    text: str
    words: tuple[str, ...]
    facts: tuple[str, ...]


@dataclass(frozen=True)
class Introduction:
    """An answer about such budgets in general."""

    text: str
    words: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class Step:
    """One entry of the monitoring calendar."""

    when: str
    what: str


@dataclass(frozen=True)
class Published:
    """A published figure that stands beside an assumption."""

    text: str
    source: str


@dataclass(frozen=True)
class Knowledge:
    """Everything that is known on one day. All lookups are by key; none searches the figures."""

    version: str
    date: str
    sources: Mapping[str, Source]
    shares: Mapping[str, Mapping[str, Optional[Figure]]]
    share_notes: Mapping[str, str]
    splits: Mapping[str, Split]
    published: tuple[Published, ...]
    category_names: Mapping[str, str]
    items: Mapping[str, Item]
    products: Mapping[str, Product]
    crm_by_size: tuple[tuple[Optional[int], tuple[str, ...]], ...]
    crm_unknown_size: tuple[str, ...]
    crm_free: tuple[str, ...]
    wage: Figure
    seasons: Mapping[str, tuple[int, ...]]
    execution: tuple[str, ...]
    calendar: tuple[Step, ...]
    warnings: Mapping[str, str]
    measures: tuple[MeasureKnowledge, ...]
    checks: Mapping[str, CheckKnowledge]
    verdicts: Mapping[str, str]
    limits: Mapping[str, Decimal]
    question_orders: Mapping[str, Questions]
    reasons: Mapping[str, Reason]
    terms: Mapping[str, Term]
    introductions: Mapping[str, Introduction]

    def questions(self, topic: str) -> Questions:
        """The order of questions for one of the four."""
        return self.question_orders[topic]

    def reason(self, fact: str) -> Reason:
        """Why a fact is asked."""
        return self.reasons[fact]

    def source(self, source_id: str) -> Source:
        """The document behind a figure."""
        return self.sources[source_id]

    def split(self, stage: Optional[str]) -> tuple[str, Split]:
        """The split of a stage and its name; the default where the stage is unknown."""
        name = stage if stage in self.splits and stage is not None else "default"
        return name, self.splits[name]

    def season(self, industry: Optional[str]) -> tuple[int, ...]:
        """Twelve weights, January first."""
        return self.seasons.get(industry or "default", self.seasons["default"])

    def find_term(self, text: str) -> Optional[Term]:
        """The term named in ``text``; of several the one with the longest name. As fast however many terms there are."""
        text = text[:LONGEST_QUESTION].lower()
        for length in self._lengths_of_terms:
            for start in range(len(text) - length + 1):
                term = self._terms_by_word.get(text[start : start + length])
                if term is not None:
                    return term
        return None

    @cached_property
    def _terms_by_word(self) -> Mapping[str, Term]:
        return {word: term for term in reversed([*self.terms.values()]) for word in term.words}

    @cached_property
    def _lengths_of_terms(self) -> tuple[int, ...]:
        return tuple(sorted({len(word) for word in self._terms_by_word}, reverse=True))

    def find_fact(self, text: str) -> Optional[str]:
        """The fact named in ``text``; of several the one with the longest name."""
        named = [(len(word), name) for name, reason in self.reasons.items() for word in reason.words if word in text.lower()]
        return max(named)[1] if named else None

    def find_introduction(self, text: str) -> Optional[Introduction]:
        """The general answer that ``text`` asks for."""
        return next((entry for entry in self.introductions.values() if any(word in text for word in entry.words)), None)
