"""Logistic regression over sparse rows that is stored as plain arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Sequence

import numpy as np
import scipy.sparse as sp

Row = tuple[np.ndarray, np.ndarray]
"""The places of a row that are not zero, and the values there."""


@dataclass(frozen=True)
class LinearModel:
    """``weights`` (features × classes, in half precision: they are many, and a row needs few), ``bias`` (classes)."""

    classes: tuple[str, ...]
    weights: np.ndarray
    bias: np.ndarray

    @classmethod
    def fit(cls, rows: sp.csr_matrix, labels: Sequence[str], strength: float) -> "LinearModel":
        """Multinomial, classes weighted alike; ``strength`` is the inverse of the regularisation."""
        from sklearn.linear_model import LogisticRegression  # a process that serves never needs it

        model = LogisticRegression(C=strength, max_iter=200, class_weight="balanced", tol=1e-3)
        model.fit(rows, list(labels))
        weights, bias = model.coef_.T, model.intercept_
        if len(model.classes_) == 2:
            weights, bias = np.hstack([-weights / 2, weights / 2]), np.concatenate([-bias / 2, bias / 2])
        return cls(tuple(str(name) for name in model.classes_), np.ascontiguousarray(weights, np.float16), bias.astype(np.float32))

    def probabilities(self, row: Row) -> np.ndarray:
        """The probability of each class."""
        places, values = row
        scores = values @ self.weights[places].astype(np.float32) + self.bias
        scores = np.exp(scores - scores.max())
        found: np.ndarray = scores / scores.sum()
        return found
