"""The messages that are learned from and those that are measured with: no message twice, none under two labels, none in both."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import Iterator

import pytest
import scipy.sparse as sp
from sklearn.feature_extraction.text import TfidfVectorizer

from benchmarks.understanding import Example, held_out_examples, training_examples
from nlu.gate import OUT_OF_SCOPE, QUESTIONS
from nlu.normalise import normalise

NEARLY_THE_SAME = 0.93
"""Cosine of two messages' character pairs and triples from which one is a copy of the other."""
LEAST = {**dict.fromkeys(QUESTIONS, 1200), OUT_OF_SCOPE: 4000, "inform": 250, "what_if": 250, "ask_term": 250} | dict.fromkeys(
    ("talk_to_human", "request_demo", "download_report", "unsure"), 250
)
LEAST_OF_CLOSED = 60
"""Intents that a handful of phrases covers, such as thanks."""


@lru_cache(maxsize=1)
def training() -> list[Example]:
    return training_examples()


@lru_cache(maxsize=1)
def held_out() -> list[Example]:
    return held_out_examples()


@lru_cache(maxsize=None)
def letters(text: str) -> str:
    """What is left of a message without case, script, spaces and punctuation."""
    return "".join(character for character in normalise(text).text if character.isalnum())


def test_no_message_stands_under_two_intents() -> None:
    intents: dict[str, set[str]] = defaultdict(set)
    for example in training():
        intents[letters(example.text)].add(example.intent)
    assert not {text: found for text, found in intents.items() if len(found) > 1}


def test_no_held_out_message_is_trained_on() -> None:
    known = {letters(example.text) for example in training()}
    assert not [example.text for example in held_out() if letters(example.text) in known]


def test_held_out_voices_are_others_than_those_trained_on() -> None:
    assert not {example.voice for example in held_out()} & {example.voice for example in training()}


def test_no_held_out_message_is_nearly_one_trained_on() -> None:
    assert not list(near_copies(training(), held_out()))


def test_nothing_is_filled_from_a_template() -> None:
    """Of long messages none is nearly another of the same intent."""
    long = [example for example in training() if len(letters(example.text)) >= 12]
    copies = [pair for pair in near_copies(long, long) if pair[0].text != pair[1].text]
    assert len(copies) <= len(long) / 500, [(left.text, right.text) for left, right in copies[:20]]


@pytest.mark.parametrize("intent", sorted({example.intent for example in training_examples()}))
def test_there_are_messages_enough_for(intent: str) -> None:
    count = sum(example.intent == intent for example in training())
    assert count >= LEAST.get(intent, LEAST_OF_CLOSED)


def test_voices_are_many() -> None:
    assert len({example.voice for example in training()}) >= 24
    assert len(held_out()) >= 1000


def near_copies(left: list[Example], right: list[Example]) -> Iterator[tuple[Example, Example]]:
    """Pairs of messages that say nearly the same in the same letters; bare words are shared by everybody."""
    left = [example for example in left if len(letters(example.text)) >= 6]
    right = [example for example in right if len(letters(example.text)) >= 6]
    vectoriser = TfidfVectorizer(analyzer="char", ngram_range=(2, 3))
    known = vectoriser.fit_transform([letters(example.text) for example in left])
    asked = vectoriser.transform([letters(example.text) for example in right])
    for start in range(0, asked.shape[0], 500):
        close = sp.coo_matrix((asked[start : start + 500] @ known.T) >= NEARLY_THE_SAME)
        yield from ((left[column], right[start + row]) for row, column in zip(close.row, close.col))
