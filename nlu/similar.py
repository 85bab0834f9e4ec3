"""Trades that no list holds: the industry whose trades are nearest in meaning, by sentence embeddings."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Mapping, Optional, Sequence

import numpy as np

from nlu.sentences import embeddings

NEIGHBOURS = 7
"""How many of the nearest trades vote."""
NOT_GUESSED = frozenset({"other"})


class SimilarTrades:
    """Guesses an industry from trades whose industry is known.

    Nothing is guessed where the nearest trade's cosine is below ``near_enough``, or the winner holds less than
    ``majority`` of the votes. Each trade of the list left out in turn: at 0.55 and 0.5 it guesses 85%, 9 in 10 rightly.
    """

    def __init__(self, industries: Sequence[str], vectors: np.ndarray, near_enough: float = 0.55, majority: float = 0.5) -> None:
        self._industries, self._vectors = tuple(industries), vectors
        self._near_enough, self._majority = near_enough, majority

    @classmethod
    def of(cls, trades: Mapping[str, Sequence[Any]]) -> "SimilarTrades":
        """From the lists of trades: some seconds, which is why the vectors are kept with the model."""
        pairs = [(str(word), name) for name, words in trades.items() if name not in NOT_GUESSED for word in words]
        return cls([name for _, name in pairs], embeddings([word for word, _ in pairs]))

    def save(self, path: Path) -> None:
        np.savez(path, industries=np.array(self._industries), vectors=self._vectors.astype(np.float16))

    @classmethod
    def load(cls, path: Path, near_enough: float, majority: float) -> "SimilarTrades":
        with np.load(path, allow_pickle=False) as stored:
            return cls([str(name) for name in stored["industries"]], stored["vectors"].astype(np.float32), near_enough, majority)

    def industry(self, phrase: str) -> Optional[tuple[str, float]]:
        """The industry with the greatest weight among the nearest trades, with the nearest cosine."""
        near = self._vectors @ embeddings([phrase])[0]
        best = np.argsort(near)[::-1][:NEIGHBOURS]
        if float(near[best[0]]) < self._near_enough:
            return None
        votes: dict[str, float] = {}
        for index in best:
            industry = self._industries[int(index)]
            votes[industry] = votes.get(industry, 0.0) + float(near[index]) ** 4
        winner = max(votes, key=lambda industry: votes[industry])
        if votes[winner] < self._majority * sum(votes.values()):
            return None
        return winner, round(float(near[best[0]]), 3)
