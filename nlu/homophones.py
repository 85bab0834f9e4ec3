"""Words of the field typed with other characters of the same sound (遇算, 客但价), put right character by character."""

from __future__ import annotations

from functools import lru_cache
from typing import Mapping, Optional, Sequence

import jieba
from pypinyin import lazy_pinyin

from nlu.lexicon import LEXICON_DIRECTORY, read_yaml

Sounds = tuple[str, ...]


def with_homophones_restored(text: str) -> str:
    """The text with such words put right, as long as it was.

    The dictionary decides where: 与算 is no word and becomes 预算, while in 给与算账 it sees 给与 and 算账 and nothing changes.
    """
    tokens = list(jieba.cut(text, HMM=False))
    restored: list[str] = []
    while tokens:
        count, word = restored_word(tokens)
        restored.append(word or tokens[0])
        del tokens[:count]
    return "".join(restored)


def restored_word(tokens: Sequence[str]) -> tuple[int, Optional[str]]:
    """The longest word of the field that the first tokens sound like, and how many tokens it takes."""
    words, longest = words_by_sound(), longest_word()
    for count in range(min(longest, len(tokens)), 1, -1):
        written = "".join(tokens[:count])
        if len(written) <= longest and is_broken(tokens[:count]):
            word = words.get(tuple(map(sound_of, written)))
            if word is not None:
                return count, word
    return 1, None


def is_broken(tokens: Sequence[str]) -> bool:
    """Is it no run of proper words? Two characters that are each alone, or three and more of which one is; never numerals."""
    if any(character.isnumeric() for token in tokens for character in token):
        return False
    singles = sum(len(token) == 1 for token in tokens)
    return singles == len(tokens) or (singles > 0 and sum(map(len, tokens)) > 2)


@lru_cache(maxsize=8192)
def sound_of(character: str) -> str:
    """The usual reading of a character without its tone; itself for what is not Chinese."""
    return str(lazy_pinyin(character)[0])


@lru_cache(maxsize=1)
def words_by_sound() -> Mapping[Sounds, str]:
    """The words that are put right, by their sounds."""
    words = [str(word) for word in read_yaml(LEXICON_DIRECTORY / "homophones.yml")["words"]]
    return {tuple(map(sound_of, word)): word for word in words}


@lru_cache(maxsize=1)
def longest_word() -> int:
    return max(map(len, words_by_sound()))
