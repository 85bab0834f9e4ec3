"""The n-grams of a message as numbers, and a regression over them that knows our words."""

from __future__ import annotations

import collections
from dataclasses import dataclass
from pathlib import Path
from typing import Mapping, Sequence

import numpy as np
import scipy.sparse as sp

from nlu.features import Reading, masked
from nlu.linear import LinearModel, Row

LONGEST = 4
"""Characters of an n-gram: so many fit in a number of 64 bits."""
LEAST_MESSAGES = 2
"""What occurs in fewer messages does not count."""


def character_keys(text: str) -> np.ndarray:
    """A number for each run of one to four characters: their codes side by side."""
    codes = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), dtype="<u2").astype(np.uint64)
    keys = [codes]
    for length in range(2, LONGEST + 1):
        keys.append(keys[-1][:-1] << np.uint64(16) | codes[length - 1 :])
    return np.concatenate(keys)


def word_keys(words: Sequence[str], numbers: Mapping[str, int]) -> np.ndarray:
    """A number for each known word and for each two that follow one another."""
    found = np.array([numbers.get(word, 0) for word in words], dtype=np.uint64)
    pairs = (found[:-1] << np.uint64(32) | found[1:])[(found[:-1] > 0) & (found[1:] > 0)]
    return np.concatenate([found[found > 0], pairs])


@dataclass(frozen=True)
class Terms:
    """The terms that count, ascending, and the weight of each: the more, the fewer messages hold it."""

    keys: np.ndarray
    weights: np.ndarray

    @classmethod
    def fit(cls, messages: Sequence[np.ndarray]) -> "Terms":
        """Those of ``LEAST_MESSAGES`` messages and more."""
        once = np.concatenate([np.unique(message) for message in messages])
        keys, counts = np.unique(once, return_counts=True)
        often = counts >= LEAST_MESSAGES
        weights = np.log((1 + len(messages)) / (1 + counts[often])) + 1
        return cls(keys[often], weights.astype(np.float32))

    def row(self, message: np.ndarray) -> Row:
        """The places of a message's terms and their values, of length one together; more of a term counts little more."""
        keys, counts = np.unique(message, return_counts=True)
        places = np.asarray(self.keys.searchsorted(keys))
        known = self.keys[np.minimum(places, len(self.keys) - 1)] == keys
        places = places[known]
        values = (1 + np.log(counts[known])).astype(np.float32) * self.weights[places]
        return places, values / max(float(np.sqrt(values @ values)), 1e-12)


@dataclass(frozen=True)
class Vectoriser:
    """Rows of n-grams of characters and words; ``numbers`` of the words from 1."""

    numbers: Mapping[str, int]
    of_characters: Terms
    of_words: Terms

    @classmethod
    def fit(cls, readings: Sequence[Reading]) -> "Vectoriser":
        """Learn which n-grams there are."""
        held = collections.Counter(word for reading in readings for word in set(masked_words(reading)))
        numbers = numbered(sorted(word for word, count in held.items() if count >= LEAST_MESSAGES))
        characters = Terms.fit([character_keys(masked(reading.text)) for reading in readings])
        return cls(numbers, characters, Terms.fit([word_keys(masked_words(reading), numbers) for reading in readings]))

    def row(self, reading: Reading) -> Row:
        """The n-grams of characters, behind them those of words."""
        characters, values = self.of_characters.row(character_keys(masked(reading.text)))
        words, more = self.of_words.row(word_keys(masked_words(reading), self.numbers))
        return np.concatenate([characters, words + len(self.of_characters.keys)]), np.concatenate([values, more])

    def rows(self, readings: Sequence[Reading]) -> sp.csr_matrix:
        """Those of many messages as one sparse matrix."""
        rows = [self.row(reading) for reading in readings]
        places, values = (np.concatenate(part) for part in zip(*rows))
        ends = np.cumsum([0, *(len(found) for found, _ in rows)])
        return sp.csr_matrix((values, places, ends), shape=(len(rows), len(self.of_characters.keys) + len(self.of_words.keys)))


def masked_words(reading: Reading) -> list[str]:
    return [masked(word) for word in reading.words]


def numbered(words: Sequence[str]) -> dict[str, int]:
    return {word: number for number, word in enumerate(words, 1)}


@dataclass(frozen=True)
class NGramModel:
    """The probabilities of intents by the n-grams of a message."""

    vectoriser: Vectoriser
    linear: LinearModel

    def probabilities(self, readings: Sequence[Reading]) -> np.ndarray:
        """One row of probabilities a message, in the order of the linear model's classes."""
        return np.stack([self.linear.probabilities(self.vectoriser.row(reading)) for reading in readings])

    def save(self, path: Path) -> None:
        """All in one file of plain arrays."""
        vectoriser, linear = self.vectoriser, self.linear
        np.savez(
            path, words=np.array(list(vectoriser.numbers)), classes=np.array(linear.classes),
            character_keys=vectoriser.of_characters.keys, character_weights=vectoriser.of_characters.weights,
            word_keys=vectoriser.of_words.keys, word_weights=vectoriser.of_words.weights,
            weights=linear.weights, bias=linear.bias,
        )  # fmt: skip

    @classmethod
    def load(cls, path: Path) -> "NGramModel":
        """The inverse of :meth:`save`."""
        with np.load(path, allow_pickle=False) as stored:
            vectoriser = Vectoriser(
                numbered(stored["words"].tolist()),
                Terms(stored["character_keys"], stored["character_weights"]),
                Terms(stored["word_keys"], stored["word_weights"]),
            )
            return cls(vectoriser, LinearModel(tuple(stored["classes"].tolist()), stored["weights"], stored["bias"]))
