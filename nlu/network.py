"""A sentence encoder tuned to our intents: its lower half as it was pretrained, its upper half trained with a new head.

The encoder reads a message as word pieces: an embedding of 512 a piece, three convolutions over 2, 3 and 5 pieces, then a
second layer of the three, whose output is normalised, pooled and projected. Everything up to the first layer stays as it is
and is computed once; the second layer, the projection and the head are trained by gradients worked out here by hand,
because that needs nothing but NumPy and takes half the time of TensorFlow on two cores.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Iterator, Mapping, Optional, Sequence

import numpy as np
from threadpoolctl import threadpool_limits

from nlu.sentences import sentence_encoder

Arrays = dict[str, np.ndarray]

BRANCHES = ((2, 0), (3, 1), (5, 2))
"""Each convolution: over how many pieces, and how many of them stand before the piece itself."""
WIDTH = 256
EMBEDDED = 512
FEATURES = EMBEDDED + len(BRANCHES) * WIDTH
LONGEST = 128
"""Word pieces; of a longer message the beginning and the end are read."""
VECTOR_WEIGHT = 8.0
"""The projected vector has length one, the pooled features have about this length a direction."""


@dataclass(frozen=True)
class Pieces:
    """Messages cut into word pieces, one after the other: ``ids`` of all, ``lengths`` a message."""

    ids: np.ndarray
    lengths: np.ndarray

    @property
    def starts(self) -> np.ndarray:
        return np.concatenate([[0], np.cumsum(self.lengths)[:-1]]).astype(np.int64)


def pieces(texts: Sequence[str]) -> Pieces:
    """The word pieces of each text."""
    tokenizer = sentence_encoder().sp
    cut = [shortened(tokenizer.encode(text or "。", out_type=int, add_bos=True, add_eos=True)) for text in texts]
    return Pieces(np.concatenate([np.asarray(ids, dtype=np.int64) for ids in cut]), np.array([len(ids) for ids in cut]))


def shortened(ids: Sequence[int]) -> Sequence[int]:
    """Beginning and end of a long message."""
    return ids if len(ids) <= LONGEST else [*ids[: LONGEST // 2], *ids[-LONGEST // 2 :]]


# the lower half
def embedded(ids: np.ndarray) -> np.ndarray:
    """The pretrained embeddings, pieces × 512."""
    encoder = sentence_encoder()
    chunk = ids % len(encoder.scale)
    vectors: np.ndarray = encoder.table[ids].astype(np.float32)
    vectors *= encoder.scale[chunk, None]
    vectors += encoder.lo[chunk, None]
    return vectors


@dataclass(frozen=True)
class LowerHalf:
    """The lower half for the word pieces ``ids`` (ascending), worked out once a piece, however often it occurs.

    A convolution is a sum over the places of its window, and up to the first each piece stands for itself: ``shares`` holds
    what a piece gives to each place of each branch (places × pieces × 256), with a piece of nothing at the end.
    """

    ids: np.ndarray
    vectors: np.ndarray
    projected: np.ndarray
    shares: tuple[np.ndarray, ...]

    @classmethod
    def of(cls, ids: np.ndarray) -> "LowerHalf":
        """For all pieces that occur in ``ids``."""
        encoder = sentence_encoder()
        known = np.unique(ids)
        vectors = embedded(known)
        projected = normalised(vectors @ encoder.proj_W + encoder.proj_b)[0] * encoder.ln_g_all + encoder.ln_b_all
        shares = []
        for branch, (size, _) in enumerate(BRANCHES):
            given = np.zeros((size, len(known) + 1, WIDTH), dtype=np.float32)
            weights = encoder.w1[branch].reshape(size, WIDTH, WIDTH)
            np.matmul(projected[:, part_of(branch)], weights, out=given[:, :-1])
            shares.append(given)
        return cls(known, vectors, projected, tuple(shares))

    def batch(self, ids: np.ndarray, lengths: np.ndarray, signs: np.ndarray) -> "Batch":
        """What the upper half reads of messages made of these pieces."""
        encoder = sentence_encoder()
        windows = windows_of(lengths)
        places = np.searchsorted(self.ids, ids)
        around = np.append(places, len(self.ids))[windows]
        first = np.empty((len(ids), len(BRANCHES) * WIDTH), dtype=np.float32)
        for branch, (size, before) in enumerate(BRANCHES):
            total = self.shares[branch][0][around[:, 2 - before]]
            for place in range(1, size):
                total += self.shares[branch][place][around[:, 2 - before + place]]
            total += encoder.b1[branch]
            first[:, part_of(branch)] = np.maximum(total, 0, out=total)
        first += self.projected[places]
        return Batch(self.vectors[places], first, windows, lengths, signs)


def part_of(branch: int) -> slice:
    """A branch's columns among all three."""
    return slice(branch * WIDTH, (branch + 1) * WIDTH)


def windows_of(lengths: np.ndarray) -> np.ndarray:
    """For each piece the places of its neighbours, two before to two after; outside its message: the zero row at the end."""
    total = int(lengths.sum())
    starts = np.repeat(np.cumsum(lengths) - lengths, lengths)[:, None]
    ends = starts + np.repeat(lengths, lengths)[:, None]
    places = np.arange(total)[:, None] + np.arange(-2, 3)
    return np.where((places >= starts) & (places < ends), places, total)


def convolved(
    rows: np.ndarray, windows: np.ndarray, weights: Sequence[np.ndarray], biases: Sequence[np.ndarray]
) -> tuple[np.ndarray, list[np.ndarray], np.ndarray]:
    """Each branch's convolution, rectified, added to what went in; also the windows' contents and where it was positive."""
    out = np.empty_like(rows)
    inputs = []
    padded = np.zeros((len(rows) + 1, WIDTH), dtype=np.float32)
    for branch, (size, before) in enumerate(BRANCHES):
        part = part_of(branch)
        padded[:-1] = rows[:, part]
        around = padded[windows[:, 2 - before : 2 - before + size]].reshape(len(rows), size * WIDTH)
        out[:, part] = around @ weights[branch] + biases[branch]
        inputs.append(around)
    positive = out > 0
    out *= positive
    out += rows
    return out, inputs, positive


def normalised(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each row with mean 0 and variance 1, and the factor that made it so."""
    centred = rows - rows.mean(axis=-1, keepdims=True)
    scale = 1 / np.sqrt(np.einsum("ij,ij->i", centred, centred) / rows.shape[1] + sentence_encoder().eps)[:, None]
    return centred * scale, scale


# the upper half
@dataclass(frozen=True)
class Batch:
    """What the upper half reads of some messages: ``signs`` are features of each message as a whole."""

    vectors: np.ndarray
    first: np.ndarray
    windows: np.ndarray
    lengths: np.ndarray
    signs: np.ndarray

    @property
    def starts(self) -> np.ndarray:
        return np.cumsum(self.lengths) - self.lengths


@dataclass
class Pass:
    """What the way back needs of the way there."""

    inputs: list[np.ndarray]
    positive: np.ndarray
    unit: np.ndarray
    scale: np.ndarray
    features: np.ndarray
    summed: np.ndarray
    highest: np.ndarray
    mean: np.ndarray
    layers: list[np.ndarray]
    squashed: np.ndarray
    length: np.ndarray
    joined: np.ndarray
    logits: np.ndarray


def initial(classes: int, signs: int) -> Arrays:
    """The pretrained upper half with an empty head."""
    encoder = sentence_encoder()
    arrays: Arrays = {f"w{branch}": weights for branch, weights in enumerate(encoder.w2)}
    arrays |= {f"b{branch}": biases for branch, biases in enumerate(encoder.b2)}
    arrays |= {"gain": encoder.ln_g, "shift": encoder.ln_b, "cnn": encoder.cnn_W, "cnn_bias": encoder.cnn_b}
    arrays |= {name: getattr(encoder, name) for name in ("d0", "d1", "d2", "d3", "p1", "p3")}
    arrays |= {"head": np.zeros((EMBEDDED + FEATURES + signs, classes)), "bias": np.zeros(classes)}
    return {name: np.array(values, dtype=np.float32) for name, values in arrays.items()}


def forward(arrays: Arrays, batch: Batch, keep: Optional[np.ndarray] = None) -> Pass:
    """The logits of each message; ``keep`` multiplies what the head reads (dropout while training)."""
    branches = range(len(BRANCHES))
    second, inputs, positive = convolved(
        batch.first, batch.windows, [arrays[f"w{branch}"] for branch in branches], [arrays[f"b{branch}"] for branch in branches]
    )
    unit, scale = normalised(np.hstack([batch.vectors, second]))
    features = unit * arrays["gain"] + arrays["shift"]
    lengths = batch.lengths.astype(np.float32)[:, None]
    messages = np.split(features, batch.starts[1:])  # NumPy's reduceat takes ten times as long
    summed = np.stack([rows.sum(axis=0) for rows in messages])
    highest = np.stack([rows.max(axis=0) for rows in messages])
    mean = (summed @ arrays["cnn"] + lengths * arrays["cnn_bias"]) / np.sqrt(lengths)
    layer0 = np.maximum(mean @ arrays["d0"], 0)
    layer1 = np.maximum(mean @ arrays["p1"] + layer0 @ arrays["d1"], 0)
    layer2 = np.maximum(layer1 @ arrays["d2"], 0)
    squashed = np.tanh(layer1 @ arrays["p3"] + layer2 @ arrays["d3"])
    length = np.sqrt(np.einsum("ij,ij->i", squashed, squashed) + 1e-6)[:, None]
    joined = np.hstack([VECTOR_WEIGHT * squashed / length, highest, batch.signs])
    if keep is not None:
        joined *= keep
    logits = joined @ arrays["head"] + arrays["bias"]
    layers = [layer0, layer1, layer2]
    return Pass(inputs, positive, unit, scale, features, summed, highest, mean, layers, squashed, length, joined, logits)


def backward(arrays: Arrays, batch: Batch, done: Pass, error: np.ndarray, keep: Optional[np.ndarray] = None) -> Arrays:
    """The gradient of the loss for every array; ``error`` is that for the logits."""
    found: Arrays = {"head": done.joined.T @ error, "bias": error.sum(axis=0)}
    joined = error @ arrays["head"].T
    if keep is not None:
        joined *= keep
    direction = done.squashed / done.length
    outer = VECTOR_WEIGHT * joined[:, :EMBEDDED]
    outer = (outer - direction * np.einsum("ij,ij->i", outer, direction)[:, None]) / done.length
    outer *= 1 - done.squashed**2
    layer0, layer1, layer2 = done.layers
    found |= {"p3": layer1.T @ outer, "d3": layer2.T @ outer}
    at2 = (outer @ arrays["d3"].T) * (layer2 > 0)
    found["d2"] = layer1.T @ at2
    at1 = (outer @ arrays["p3"].T + at2 @ arrays["d2"].T) * (layer1 > 0)
    found |= {"p1": done.mean.T @ at1, "d1": layer0.T @ at1}
    at0 = (at1 @ arrays["d1"].T) * (layer0 > 0)
    found["d0"] = done.mean.T @ at0
    lengths = batch.lengths.astype(np.float32)[:, None]
    mean = (at1 @ arrays["p1"].T + at0 @ arrays["d0"].T) / np.sqrt(lengths)
    found |= {"cnn": done.summed.T @ mean, "cnn_bias": (mean * lengths).sum(axis=0)}
    features = (done.features == np.repeat(done.highest, batch.lengths, axis=0)).astype(np.float32)
    features *= np.repeat(joined[:, EMBEDDED : EMBEDDED + FEATURES], batch.lengths, axis=0)
    features += np.repeat(mean @ arrays["cnn"].T, batch.lengths, axis=0)
    found |= {"gain": np.einsum("ij,ij->j", features, done.unit), "shift": features.sum(axis=0)}
    features *= arrays["gain"]
    features -= features.mean(axis=1, keepdims=True) + done.unit * (
        np.einsum("ij,ij->i", features, done.unit) / FEATURES
    )[:, None]
    second = features[:, EMBEDDED:] * done.scale
    second *= done.positive
    for branch, around in enumerate(done.inputs):
        part = second[:, part_of(branch)]
        found[f"w{branch}"] = around.T @ part
        found[f"b{branch}"] = part.sum(axis=0)
    return found


def softmax(logits: np.ndarray) -> np.ndarray:
    scores = np.exp(logits - logits.max(axis=1, keepdims=True))
    return scores / scores.sum(axis=1, keepdims=True)


# training
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

    def __init__(self, classes: Sequence[str], arrays: Arrays) -> None:
        self.classes = tuple(classes)
        self._arrays = arrays

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
        return cls([str(name) for name in classes], arrays)

    def probabilities(self, texts: Sequence[str], signs: np.ndarray) -> np.ndarray:
        """One row of probabilities a text, in the order of ``classes``."""
        cut = pieces(texts)
        batch = LowerHalf.of(cut.ids).batch(cut.ids, cut.lengths, np.asarray(signs, dtype=np.float32))
        return softmax(forward(self._arrays, batch).logits)

    def save(self, path: Path) -> None:
        np.savez(path, classes=np.array(self.classes), **{name: values.astype(np.float16) for name, values in self._arrays.items()})

    @classmethod
    def load(cls, path: Path) -> "Network":
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name].astype(np.float32) for name in stored.files if name != "classes"}
            return cls([str(name) for name in stored["classes"]], arrays)
