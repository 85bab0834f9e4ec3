"""Words of the field typed with other characters of the same sound (遇算, 客但价) or of like shape (预标, 客尸), put right
character by character."""

from __future__ import annotations

from functools import lru_cache
from typing import Mapping, Optional, Sequence

import jieba

from nlu.lexicon import LEXICON_DIRECTORY, read_yaml, trades_and_goods
from nlu.sounds import Sounds, sound_of

LONGEST_LISTED = 5


def with_homophones_restored(text: str) -> str:
    """The text with such words put right, as long as it was.

    The dictionary decides where: 与算 is no word and becomes 预算, while in 给与算账 it sees 给与 and 算账 and nothing changes.
    The lexicon's own words are proper ones too: 眼视光 holds no 演示.
    """
    tokens = list(jieba.cut(text, HMM=False))
    restored: list[str] = []
    place = 0
    while tokens:
        word = restored_word(tokens)
        if word is None or is_listed(text, place, place + len(word)):
            word = tokens[0]
        restored.append(word)
        place += len(word)
        tokens = without_beginning(tokens, len(word))
    return "".join(restored)


def without_beginning(tokens: Sequence[str], length: int) -> list[str]:
    """``tokens`` behind so many characters; what is left of the last one taken stays a token."""
    for index, token in enumerate(tokens):
        if length < len(token):
            return [token[length:], *tokens[index + 1 :]]
        length -= len(token)
    return []


def restored_word(tokens: Sequence[str]) -> Optional[str]:
    """The longest word of the field that the first tokens sound or look like."""
    longest = longest_word()
    for count in range(min(longest, len(tokens)), 0, -1):
        beginning = list(tokens[:count])
        last = beginning[-1]
        for taken in (beginning, [*beginning[:-1], last[:-1]] if len(last) == 2 and last[-1] in tails() else None):
            written = "".join(taken or ())
            word = meant(written, taken) if taken and len(written) <= longest else None
            if word is not None:
                return word
    return None


def meant(written: str, tokens: Sequence[str]) -> Optional[str]:
    """The word that ``written`` stands for, where its tokens are no proper words."""
    alike = words_by_shape().get(written)
    if alike is not None and (len(tokens) == 1 or is_broken(tokens)):
        return alike
    if len(tokens) < 2 or not is_broken(tokens):
        return None
    return words_by_sound().get(tuple(map(sound_of, written)))


def is_listed(text: str, start: int, end: int) -> bool:
    """Whether a word of the lexicon stands at ``text[start:end]`` or runs through its border."""
    words, longest = listed_words()
    for begin in range(max(0, start - longest + 1), end):
        for stop in range(max(start + 1, begin + 2), min(len(text), begin + longest) + 1):
            if (stop - begin > 2 or (begin, stop) == (start, end)) and text[begin:stop] in words:
                return True
    return False


def is_broken(tokens: Sequence[str]) -> bool:
    """Is it no run of proper words? Two characters that are each alone, or three and more of which one is; never numerals."""
    if any(character.isnumeric() for token in tokens for character in token):
        return False
    singles = sum(len(token) == 1 for token in tokens)
    return singles == len(tokens) or (singles > 0 and sum(map(len, tokens)) > 2)


@lru_cache(maxsize=1)
def words_by_sound() -> Mapping[Sounds, str]:
    """The words that are put right, by their sounds."""
    words = [str(word) for word in read_yaml(LEXICON_DIRECTORY / "homophones.yml")["words"]]
    return {tuple(map(sound_of, word)): word for word in words}


@lru_cache(maxsize=1)
def longest_word() -> int:
    return max(map(len, words_by_sound()))


@lru_cache(maxsize=1)
def words_by_shape() -> Mapping[str, str]:
    """Words that are written for others of the same length."""
    listed = read_yaml(LEXICON_DIRECTORY / "variants.yml")["words"]
    return {str(written): str(word) for written, word in listed.items()}


@lru_cache(maxsize=1)
def tails() -> frozenset[str]:
    """Characters that the dictionary may have joined to the last one of a word (遇 算是)."""
    return frozenset(map(str, read_yaml(LEXICON_DIRECTORY / "homophones.yml")["tails"]))


@lru_cache(maxsize=1)
def listed_words() -> tuple[frozenset[str], int]:
    """The trades and goods of the lexicon, and the length of the longest that counts."""
    words = frozenset(word for word in trades_and_goods() if 2 <= len(word) <= LONGEST_LISTED)
    return words, max(map(len, words))
