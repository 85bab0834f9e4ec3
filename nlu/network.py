"""A sentence encoder tuned to our intents: its lower half as it was pretrained (:mod:`nlu.lower_half`), its upper half trained with
a new head (:mod:`nlu.upper_half`).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Iterator, Mapping, Sequence

import numpy as np
from threadpoolctl import threadpool_limits

from nlu.lower_half import EMBEDDED, Batch, KnownPieces, LowerHalf, pieces
from nlu.upper_half import FEATURES, Arrays, backward, forward, initial, softmax

USUAL_PIECES = 3000
"""So many are worked out at the start, in a tenth of a second: of a message of 26 pieces less than one is not among them."""


@dataclass(frozen=True)
class Course:
    """How it is trained. ``smoothing``: part of the probability that the label leaves to the others."""

    epochs: int = 3
    batch: int = 64
    rate: float = 5e-4
    head_rate: float = 2e-3
    dropout: float = 0.3
    smoothing: float = 0.05
    seed: int = 0


class Corpus:
    """All training messages as word pieces, with the lower half of every piece among them."""

    def __init__(self, texts: Sequence[str], signs: np.ndarray) -> None:
        self.pieces = pieces(texts)
        self.signs = np.asarray(signs, dtype=np.float32)
        self._lower = LowerHalf.of(self.pieces.ids)

    def __len__(self) -> int:
        return len(self.pieces.lengths)

    def batch(self, places: np.ndarray) -> Batch:
        """Some of the messages."""
        starts, lengths = self.pieces.starts[places], self.pieces.lengths[places]
        ids = np.concatenate([self.pieces.ids[start : start + length] for start, length in zip(starts, lengths)])
        return self._lower.batch(ids, lengths, self.signs[places])

    def usual_pieces(self) -> np.ndarray:
        """The word pieces that occur most often, ascending."""
        found, counts = np.unique(self.pieces.ids, return_counts=True)
        usual: np.ndarray = np.sort(found[np.argsort(-counts, kind="stable")[:USUAL_PIECES]])
        return usual

    def halves(self, places: np.ndarray) -> list[np.ndarray]:
        """``places`` in two parts of about as many word pieces."""
        ordered = places[np.argsort(self.pieces.lengths[places], kind="stable")]
        return [half for half in (ordered[0::2], ordered[1::2]) if len(half)]


class Adam:
    """Kingma and Ba's optimiser, with a rate an array."""

    def __init__(self, arrays: Arrays, rates: Mapping[str, float]) -> None:
        self._rates = rates
        self._mean = {name: np.zeros_like(values) for name, values in arrays.items()}
        self._square = {name: np.zeros_like(values) for name, values in arrays.items()}
        self._steps = 0

    def step(self, arrays: Arrays, gradients: Arrays, part: float) -> None:
        """One step in place, at ``part`` of the full rates; uses up the gradients."""
        self._steps += 1
        correction = np.sqrt(1 - 0.999**self._steps) / (1 - 0.9**self._steps)
        for name, gradient in gradients.items():
            mean, square = self._mean[name], self._square[name]
            mean *= 0.9
            mean += 0.1 * gradient
            gradient *= gradient
            gradient *= 0.001
            square *= 0.999
            square += gradient
            change = np.sqrt(square, out=gradient)
            change += 1e-7
            np.divide(mean, change, out=change)
            change *= self._rates[name] * part * correction
            arrays[name] -= change


def clipped(gradients: Arrays, longest: float = 1.0) -> Arrays:
    """Gradients shortened together to a length."""
    length = float(np.sqrt(sum(float(np.vdot(values, values)) for values in gradients.values())))
    return gradients if length <= longest else {name: values * (longest / length) for name, values in gradients.items()}


def parts_of_rate(steps: int) -> Iterator[float]:
    """A short rise, then a straight fall to nothing."""
    for step in range(steps):
        yield min(1.0, step / (0.1 * steps)) * (1 - step / steps) + 1e-3


@dataclass(frozen=True)
class Lesson:
    """What is to be learned: for each message of ``corpus`` the place of its label and its weight."""

    corpus: Corpus
    classes: int
    targets: np.ndarray
    weights: np.ndarray
    course: Course

    def keep(self, messages: int, chance: np.random.Generator) -> np.ndarray:
        """What multiplies the features that the head reads: some are left out, the others stand for them."""
        shape = (messages, EMBEDDED + FEATURES + self.corpus.signs.shape[1])
        kept: np.ndarray = (chance.random(shape, dtype=np.float32) >= self.course.dropout) / np.float32(1 - self.course.dropout)
        return kept

    def gradients(self, arrays: Arrays, places: np.ndarray, keep: np.ndarray) -> Arrays:
        """Those of the loss over some messages, for a whole batch of as many as the course has."""
        batch = self.corpus.batch(places)
        done = forward(arrays, batch, keep)
        error = softmax(done.logits) - self.course.smoothing / self.classes
        error[np.arange(len(places)), self.targets[places]] -= 1 - self.course.smoothing
        error *= (self.weights[places] / self.course.batch)[:, None]
        return backward(arrays, batch, done, error, keep)


def summed(parts: Sequence[Arrays]) -> Arrays:
    """The sum of gradients, in the first of them."""
    total = parts[0]
    for found in parts[1:]:
        for name, values in found.items():
            total[name] += values
    return total


class Network:
    """The tuned encoder with its head."""

    def __init__(self, classes: Sequence[str], arrays: Arrays, usual: np.ndarray) -> None:
        self.classes = tuple(classes)
        self._arrays, self._usual = arrays, usual
        self._known = KnownPieces(usual)

    @classmethod
    def fit(cls, corpus: Corpus, labels: Sequence[str], course: Course = Course()) -> "Network":
        """Train on all messages of ``corpus``; rare labels weigh more, by the root of their rarity."""
        classes, targets, counts = np.unique(np.asarray(labels), return_inverse=True, return_counts=True)
        weights = (1 / np.sqrt(counts))[targets]
        lesson = Lesson(corpus, len(classes), targets, (weights / weights.mean()).astype(np.float32), course)
        arrays = initial(len(classes), corpus.signs.shape[1])
        optimiser = Adam(arrays, {name: course.head_rate if name in ("head", "bias") else course.rate for name in arrays})
        chance = np.random.default_rng(course.seed)
        rates = parts_of_rate(course.epochs * -(-len(corpus) // course.batch))
        # Two threads with half a batch each use two cores far better than two threads in each multiplication.
        with threadpool_limits(1, "blas"), ThreadPoolExecutor(max_workers=2) as threads:
            for _ in range(course.epochs):
                order = chance.permutation(len(corpus))
                for start in range(0, len(order), course.batch):
                    halves = corpus.halves(order[start : start + course.batch])
                    keeps = [lesson.keep(len(half), chance) for half in halves]
                    found = threads.map(partial(lesson.gradients, arrays), halves, keeps)
                    optimiser.step(arrays, clipped(summed(list(found))), next(rates))
        return cls([str(name) for name in classes], arrays, corpus.usual_pieces())

    def probabilities(self, texts: Sequence[str], signs: np.ndarray) -> np.ndarray:
        """One row of probabilities a text, in the order of ``classes``."""
        cut = pieces(texts)
        batch = self._known.batch(cut.ids, cut.lengths, np.asarray(signs, dtype=np.float32))
        return softmax(forward(self._arrays, batch).logits)

    def save(self, path: Path) -> None:
        halved = {name: values.astype(np.float16) for name, values in self._arrays.items()}
        np.savez(path, classes=np.array(self.classes), usual=self._usual, **halved)

    @classmethod
    def load(cls, path: Path) -> "Network":
        """With the pretrained half and the usual pieces: workers that are made after this share them, and no user waits."""
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name].astype(np.float32) for name in stored.files if name not in ("classes", "usual")}
            return cls([str(name) for name in stored["classes"]], arrays, stored["usual"])
