"""How Chinese words sound, from pypinyin's dictionaries.

Read from them directly: its converter takes two seconds for the words of a dictionary, this a twentieth, at each start.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from pypinyin.constants import PHRASES_DICT, PINYIN_DICT

Sounds = tuple[str, ...]
NO_SYLLABLES = frozenset({"hm", "hng", "ng", "i", "m", "n", "r", "u"})
"""Sounds in the dictionary that nobody types as a syllable."""


def sounds_of(word: str) -> Sounds:
    """The reading of each character without its tone (``ü`` as ``v``), those of the longest known phrases first."""
    found: list[str] = []
    start = 0
    while start < len(word):
        end = next((end for end in range(len(word), start + 1, -1) if word[start:end] in PHRASES_DICT), start + 1)
        if end == start + 1:
            found.append(sound_of(word[start]))
        else:
            found += (toneless(readings[0]) for readings in PHRASES_DICT[word[start:end]])
        start = end
    return tuple(found)


@lru_cache(maxsize=8192)
def sound_of(character: str) -> str:
    """The usual reading of a character without its tone; itself for what is not Chinese."""
    readings = PINYIN_DICT.get(ord(character))
    return toneless(readings.split(",")[0]) if readings else character


@lru_cache(maxsize=4096)
def toneless(reading: str) -> str:
    """``reading`` without the marks of its tone."""
    letters = unicodedata.normalize("NFD", reading).replace("u\u0308", "v")
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


@lru_cache(maxsize=1)
def syllables() -> frozenset[str]:
    """All syllables that are typed."""
    found = {toneless(reading) for readings in PINYIN_DICT.values() for reading in readings.split(",")}
    return frozenset(syllable for syllable in found if syllable.isascii() and syllable.isalpha()) - NO_SYLLABLES
