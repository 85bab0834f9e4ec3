"""A sentence encoder tuned to our intents: its lower half as it was pretrained, its upper half trained with a new head.

The encoder reads a message as word pieces: an embedding of 512 a piece, three convolutions over 2, 3 and 5 pieces, then a
second layer of the three, whose output is normalised, pooled and projected. Everything up to the first layer stays as it is
and is computed once; the second layer, the projection and the head are trained by gradients worked out here by hand,
because that needs nothing but NumPy and takes half the time of TensorFlow on two cores.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, Mapping, Optional, Sequence

import numpy as np

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


def first_layer(vectors: np.ndarray, windows: np.ndarray) -> np.ndarray:
    """The first convolutions of the encoder, pieces × 768."""
    encoder = sentence_encoder()
    projected = normalised(vectors @ encoder.proj_W + encoder.proj_b)[0] * encoder.ln_g_all + encoder.ln_b_all
    return convolved(projected, windows, encoder.w1, encoder.b1)[0]


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
        part = slice(branch * WIDTH, (branch + 1) * WIDTH)
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
    summed = np.add.reduceat(features, batch.starts, axis=0)
    highest = np.maximum.reduceat(features, batch.starts, axis=0)
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
        part = second[:, branch * WIDTH : (branch + 1) * WIDTH]
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
    """The lower half of all training messages, computed once and kept in half precision."""

    def __init__(self, texts: Sequence[str], signs: np.ndarray) -> None:
        self.pieces = pieces(texts)
        self.signs = np.asarray(signs, dtype=np.float32)
        self._starts = self.pieces.starts
        self._first = np.empty((len(self.pieces.ids), FEATURES - EMBEDDED), dtype=np.float16)
        for places in np.array_split(np.arange(len(texts)), max(1, len(texts) // 64)):
            rows = self._rows(places)
            self._first[rows] = first_layer(embedded(self.pieces.ids[rows]), windows_of(self.pieces.lengths[places]))

    def __len__(self) -> int:
        return len(self.pieces.lengths)

    def _rows(self, places: np.ndarray) -> np.ndarray:
        return np.concatenate([np.arange(self._starts[i], self._starts[i] + self.pieces.lengths[i]) for i in places])

    def batch(self, places: np.ndarray) -> Batch:
        """Some of the messages."""
        rows, lengths = self._rows(places), self.pieces.lengths[places]
        first = self._first[rows].astype(np.float32)
        return Batch(embedded(self.pieces.ids[rows]), first, windows_of(lengths), lengths, self.signs[places])


class Adam:
    """Kingma and Ba's optimiser, with a rate an array."""

    def __init__(self, arrays: Arrays, rates: Mapping[str, float]) -> None:
        self._rates = rates
        self._mean = {name: np.zeros_like(values) for name, values in arrays.items()}
        self._square = {name: np.zeros_like(values) for name, values in arrays.items()}
        self._steps = 0

    def step(self, arrays: Arrays, gradients: Arrays, part: float) -> None:
        """One step in place, at ``part`` of the full rates."""
        self._steps += 1
        correction = np.sqrt(1 - 0.999**self._steps) / (1 - 0.9**self._steps)
        for name, gradient in gradients.items():
            self._mean[name] += 0.1 * (gradient - self._mean[name])
            self._square[name] += 0.001 * (gradient * gradient - self._square[name])
            rate = self._rates[name] * part * correction
            arrays[name] -= rate * self._mean[name] / (np.sqrt(self._square[name]) + 1e-7)


def clipped(gradients: Arrays, longest: float = 1.0) -> Arrays:
    """Gradients shortened together to a length."""
    length = float(np.sqrt(sum(float(np.vdot(values, values)) for values in gradients.values())))
    return gradients if length <= longest else {name: values * (longest / length) for name, values in gradients.items()}


def parts_of_rate(steps: int) -> Iterator[float]:
    """A short rise, then a straight fall to nothing."""
    for step in range(steps):
        yield min(1.0, step / (0.1 * steps)) * (1 - step / steps) + 1e-3


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
        weights = (weights / weights.mean()).astype(np.float32)
        arrays = initial(len(classes), corpus.signs.shape[1])
        optimiser = Adam(arrays, {name: course.head_rate if name in ("head", "bias") else course.rate for name in arrays})
        chance = np.random.default_rng(course.seed)
        rates = parts_of_rate(course.epochs * -(-len(corpus) // course.batch))
        for _ in range(course.epochs):
            order = chance.permutation(len(corpus))
            for start in range(0, len(order), course.batch):
                places = order[start : start + course.batch]
                batch = corpus.batch(places)
                shape = (len(places), EMBEDDED + FEATURES + corpus.signs.shape[1])
                keep = (chance.random(shape, dtype=np.float32) >= course.dropout) / np.float32(1 - course.dropout)
                done = forward(arrays, batch, keep)
                error = softmax(done.logits) - course.smoothing / len(classes)
                error[np.arange(len(places)), targets[places]] -= 1 - course.smoothing
                error *= (weights[places] / len(places))[:, None]
                optimiser.step(arrays, clipped(backward(arrays, batch, done, error, keep)), next(rates))
        return cls([str(name) for name in classes], arrays)

    def probabilities(self, texts: Sequence[str], signs: np.ndarray) -> np.ndarray:
        """One row of probabilities a text, in the order of ``classes``."""
        cut = pieces(texts)
        windows = windows_of(cut.lengths)
        vectors = embedded(cut.ids)
        batch = Batch(vectors, first_layer(vectors, windows), windows, cut.lengths, np.asarray(signs, dtype=np.float32))
        return softmax(forward(self._arrays, batch).logits)

    def save(self, path: Path) -> None:
        np.savez(path, classes=np.array(self.classes), **{name: values.astype(np.float16) for name, values in self._arrays.items()})

    @classmethod
    def load(cls, path: Path) -> "Network":
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name].astype(np.float32) for name in stored.files if name != "classes"}
            return cls([str(name) for name in stored["classes"]], arrays)
