"""Pinyin typed instead of characters, restored by the most likely path over jieba's dictionary."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Mapping, Optional, Sequence

import jieba

from nlu.lexicon import LEXICON_DIRECTORY, conditions, read_yaml, trades_and_goods
from nlu.sounds import Sounds, sounds_of, syllables

LONGEST_WORD = 4
LEAST_FREQUENCY = 60
HAN_WORD = re.compile(r"[\u4e00-\u9fff]+")
FIELD_WORD_WEIGHT = 2e-3
"""Probability that a word of the field is given beside its frequency in general texts."""
CONDITION_WEIGHT, TRADE_WEIGHT = 4e-4, 4e-5
"""The same for a word of stage or business model, and for a trade."""


def restored(run: str) -> Optional[str]:
    """The characters for a run of lower-case Latin letters, ``None`` where it is not pinyin."""
    words = re.split(r"[ ']", run)
    if len(run) < 4 or sum(word in latin_words() for word in words) * 2 >= len(words):
        return None
    typed: list[str] = []
    for word in words:
        parts = split_syllables(word)
        if parts is None:
            return None
        typed += parts
    return likeliest(typed) if len(typed) >= 2 else None


@lru_cache(maxsize=1)
def latin_words() -> frozenset[str]:
    """English words and abbreviations that could be read as pinyin."""
    return frozenset(str(word) for word in read_yaml(LEXICON_DIRECTORY / "variants.yml")["latin_words"])


@lru_cache(maxsize=4096)
def split_syllables(word: str) -> Optional[list[str]]:
    """The fewest syllables that make up ``word``."""
    known_syllables = syllables()
    best: list[Optional[list[str]]] = [[]] + [None] * len(word)
    for start in range(len(word)):
        before = best[start]
        if before is None:
            continue
        for end in range(start + 1, min(len(word), start + 6) + 1):
            known = best[end]
            if word[start:end] in known_syllables and (known is None or len(before) + 1 < len(known)):
                best[end] = [*before, word[start:end]]
    return best[-1]


@lru_cache(maxsize=1)
def field_weights() -> Mapping[str, float]:
    """What the words of the field are given; of two or more characters, lest a single one be preferred everywhere."""
    words = (str(word) for word in read_yaml(LEXICON_DIRECTORY / "words.yml")["words"])
    weights = {word: TRADE_WEIGHT for word in trades_and_goods() if len(word) > 1}
    weights.update({word: CONDITION_WEIGHT for word in conditions() if len(word) > 1})
    return {**weights, **dict.fromkeys(words, FIELD_WORD_WEIGHT)}


@lru_cache(maxsize=1)
def words_by_pinyin() -> Mapping[Sounds, tuple[str, float]]:
    """The likeliest word for each run of syllables, with the logarithm of its probability."""
    jieba.setLogLevel(60)
    jieba.dt.check_initialized()
    field = field_weights()
    found: dict[Sounds, tuple[str, float]] = {}
    candidates = {word: count for word, count in jieba.dt.FREQ.items() if count >= LEAST_FREQUENCY}
    for word in {**candidates, **field}:
        if len(word) > LONGEST_WORD or not HAN_WORD.fullmatch(word):
            continue
        probability = candidates.get(word, 0) / jieba.dt.total / 2 + field.get(word, 0.0)
        key = sounds_of(word)
        if key not in found or math.log(probability) > found[key][1]:
            found[key] = (word, math.log(probability))
    return found


def likeliest(typed: Sequence[str]) -> Optional[str]:
    """The words whose product of probabilities is largest."""
    dictionary = words_by_pinyin()
    best: list[Optional[tuple[float, str]]] = [(0.0, "")] + [None] * len(typed)
    for start in range(len(typed)):
        before = best[start]
        if before is None:
            continue
        for end in range(start + 1, min(len(typed), start + LONGEST_WORD) + 1):
            entry = dictionary.get(tuple(typed[start:end]))
            known = best[end]
            if entry is not None and (known is None or before[0] + entry[1] > known[0]):
                best[end] = (before[0] + entry[1], before[1] + entry[0])
    last = best[-1]
    return None if last is None else last[1]
