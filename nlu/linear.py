"""Logistic regression that is stored as plain arrays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Sequence

import numpy as np
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression


@dataclass(frozen=True)
class LinearModel:
    """``weights`` (classes × features), ``bias`` (classes)."""

    classes: tuple[str, ...]
    weights: np.ndarray
    bias: np.ndarray

    @cached_property
    def columns(self) -> np.ndarray:
        """The weights as a sparse row multiplies them fastest, laid out once."""
        return np.ascontiguousarray(self.weights.T)

    @classmethod
    def fit(cls, rows: sp.csr_matrix, labels: Sequence[str], strength: float) -> "LinearModel":
        """Multinomial, classes weighted alike; ``strength`` is the inverse of the regularisation."""
        model = LogisticRegression(C=strength, max_iter=200, class_weight="balanced", tol=1e-3)
        model.fit(rows, list(labels))
        weights, bias = model.coef_, model.intercept_
        if len(model.classes_) == 2:
            weights, bias = np.vstack([-weights / 2, weights / 2]), np.concatenate([-bias / 2, bias / 2])
        return cls(tuple(str(name) for name in model.classes_), weights.astype(np.float32), bias.astype(np.float32))

    def probabilities(self, rows: sp.csr_matrix) -> np.ndarray:
        """One row of probabilities a row of features."""
        scores = np.asarray(rows @ self.columns) + self.bias
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        return scores / scores.sum(axis=1, keepdims=True)

    def save(self, path: Path) -> None:
        np.savez(path, classes=np.array(self.classes), weights=self.weights, bias=self.bias)

    @classmethod
    def load(cls, path: Path) -> "LinearModel":
        with np.load(path, allow_pickle=False) as arrays:
            return cls(tuple(str(name) for name in arrays["classes"]), arrays["weights"], arrays["bias"])
