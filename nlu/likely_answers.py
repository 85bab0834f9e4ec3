"""Answers to the question for the stage or the business model in words of no list: the likeliest by their sentence embeddings.

The answers that it learns from stand in ``data/lexicon/answers.yml``; what it finds is a guess, and asked back.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Mapping, Optional, Sequence

import numpy as np
import scipy.sparse as sp

from nlu.descriptions import CONDITIONS
from nlu.fact import Fact
from nlu.lexicon import project_lexicon
from nlu.linear import LinearModel
from nlu.normalise import normalise
from nlu.questions import asks_something
from nlu.sentences import embeddings
from nlu.unknowns import unknown_reader

NEITHER = "none"
STRENGTH = 6.0
LONGEST, SHORTEST = 40, 4
"""Characters of what may be such an answer."""


class LikelyAnswers:
    """Guesses where the likeliest value is of the fact asked for and at least ``likely_enough``.

    With each tenth of the answers left out in turn it guesses 40 to 51%, 79 and 78% of them rightly, and 4 to 6% of what
    answers another question or none.
    """

    def __init__(self, model: LinearModel, likely_enough: float = 0.4) -> None:
        self._model, self._likely_enough = model, likely_enough
        self._places = np.arange(len(model.weights))

    @classmethod
    def of(cls, answers: Mapping[str, Any]) -> "LikelyAnswers":
        """From the answers by slot and value, and those of :data:`NEITHER`."""
        pairs = [(text, f"{slot} {value}") for slot in sorted(CONDITIONS) for value, texts in answers[slot].items() for text in texts]
        pairs += [(text, NEITHER) for text in answers[NEITHER]]
        vectors = embeddings([normalise(str(text)).text for text, _ in pairs])
        return cls(LinearModel.fit(sp.csr_matrix(vectors), [label for _, label in pairs], STRENGTH))

    def save(self, path: Path) -> None:
        np.savez(path, classes=np.array(self._model.classes), weights=self._model.weights, bias=self._model.bias)

    @classmethod
    def load(cls, path: Path, likely_enough: float) -> "LikelyAnswers":
        with np.load(path, allow_pickle=False) as stored:
            classes = tuple(str(name) for name in stored["classes"])
            return cls(LinearModel(classes, stored["weights"], stored["bias"]), likely_enough)

    def guessed(self, text: str, facts: Sequence[Fact], asked: Optional[str]) -> list[Fact]:
        """The fact asked for as a guess, where the message tells nothing else, asks nothing and does not say that it is not known."""
        unknown = any(word in text for word in unknown_reader(project_lexicon()).words)
        if asked not in CONDITIONS or facts or unknown or asks_something(text) or not SHORTEST <= len(text) <= LONGEST:
            return []
        probabilities = self._model.probabilities((self._places, embeddings([text])[0]))
        best = int(probabilities.argmax())
        slot, _, value = self._model.classes[best].partition(" ")
        confidence = float(probabilities[best])
        if slot != asked or confidence < self._likely_enough:
            return []
        return [Fact(slot, value, 0, len(text), confidence=round(confidence, 3), guess=True)]
