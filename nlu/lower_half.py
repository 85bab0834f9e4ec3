"""The encoder's lower half, as it was pretrained: word pieces, an embedding of 512 a piece, three convolutions over 2, 3 and 5
pieces. It is worked out once a word piece.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Sequence

import numpy as np

from nlu.sentences import sentence_encoder

BRANCHES = ((2, 0), (3, 1), (5, 2))
"""Each convolution: over how many pieces, and how many of them stand before the piece itself."""
WIDTH = 256
EMBEDDED = 512
LONGEST = 128
"""Word pieces; of a longer message the beginning and the end are read."""


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


def embedded(ids: np.ndarray) -> np.ndarray:
    """The pretrained embeddings, pieces × 512."""
    encoder = sentence_encoder()
    chunk = ids % len(encoder.scale)
    vectors: np.ndarray = encoder.table[ids].astype(np.float32)
    vectors *= encoder.scale[chunk, None]
    vectors += encoder.lo[chunk, None]
    return vectors


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

    def batch(self, ids: np.ndarray, lengths: np.ndarray, signs: np.ndarray) -> Batch:
        """What the upper half reads of messages made of these pieces."""
        return self.at(np.searchsorted(self.ids, ids), lengths, signs)

    def at(self, places: np.ndarray, lengths: np.ndarray, signs: np.ndarray) -> Batch:
        """The same for pieces named by their places."""
        encoder = sentence_encoder()
        windows = windows_of(lengths)
        around = np.append(places, len(self.ids))[windows]
        first = np.empty((len(places), len(BRANCHES) * WIDTH), dtype=np.float32)
        for branch, (size, before) in enumerate(BRANCHES):
            total = self.shares[branch][0][around[:, 2 - before]]
            for place in range(1, size):
                total += self.shares[branch][place][around[:, 2 - before + place]]
            total += encoder.b1[branch]
            first[:, part_of(branch)] = np.maximum(total, 0, out=total)
        first += self.projected[places]
        return Batch(self.vectors[places], first, windows, lengths, signs)


class KnownPieces:
    """The lower half of the ``usual`` pieces, worked out together at once, and of those met so far: few pieces make most
    messages. With ``spare`` others it is full, and begins anew with them.
    """

    def __init__(self, usual: np.ndarray, spare: int = 1000) -> None:
        known = LowerHalf.of(usual)
        self._half = LowerHalf(
            np.arange(len(known.ids) + spare),
            lengthened(known.vectors, spare),
            lengthened(known.projected, spare),
            tuple(lengthened(given, spare) for given in known.shares),
        )
        self._usual = {piece: place for place, piece in enumerate(known.ids.tolist())}
        self._places, self._spare = dict(self._usual), spare

    def batch(self, ids: np.ndarray, lengths: np.ndarray, signs: np.ndarray) -> Batch:
        """What the upper half reads of messages made of these pieces."""
        named: list[int] = ids.tolist()
        new = {piece for piece in named if piece not in self._places}
        if len(self._places) + len(new) > len(self._half.ids):
            self._places = dict(self._usual)
            new = set(named) - self._usual.keys()
        if len(new) > self._spare:
            return LowerHalf.of(ids).batch(ids, lengths, signs)
        for piece in sorted(new):
            self._add(piece)
        return self._half.at(np.array([self._places[piece] for piece in named]), lengths, signs)

    def _add(self, piece: int) -> None:
        """Worked out alone, so that it does not depend on those that it came with, not even in the last digit."""
        found, place = LowerHalf.of(np.array([piece])), len(self._places)
        self._half.vectors[place], self._half.projected[place] = found.vectors[0], found.projected[0]
        for kept, given in zip(self._half.shares, found.shares):
            kept[:, place] = given[:, 0]
        self._places[piece] = place


def lengthened(rows: np.ndarray, count: int) -> np.ndarray:
    """So many rows of nothing behind them (the last axis but one)."""
    return np.concatenate([rows, np.zeros((*rows.shape[:-2], count, rows.shape[-1]), dtype=rows.dtype)], axis=-2)


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


def normalised(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each row with mean 0 and variance 1, and the factor that made it so."""
    centred = rows - rows.mean(axis=-1, keepdims=True)
    scale = 1 / np.sqrt(np.einsum("ij,ij->i", centred, centred) / rows.shape[1] + sentence_encoder().eps)[:, None]
    return centred * scale, scale
