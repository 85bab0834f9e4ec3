"""Words with meanings, of which the longest at a place of a text is wanted."""

from __future__ import annotations

from typing import Any, Iterable, Mapping, Optional


class WordTable:
    """Words of which the longest that begins (or ends) at a place is wanted."""

    def __init__(self, meanings: Mapping[str, Any]) -> None:
        self._meanings = {str(word): meaning for word, meaning in meanings.items()}
        self._lengths = sorted({len(word) for word in self._meanings}, reverse=True)

    @classmethod
    def of(cls, words: Iterable[Any]) -> "WordTable":
        """Words that mean no more than that they stand there."""
        return cls(dict.fromkeys(map(str, words), True))

    @classmethod
    def grouped(cls, groups: Mapping[str, Iterable[Any]]) -> "WordTable":
        """Words that mean the group that they are listed in."""
        return cls({str(word): meaning for meaning, words in groups.items() for word in words})

    def beginning_at(self, text: str, position: int) -> Optional[tuple[str, Any]]:
        """The longest word that begins at ``position``, with its meaning; Latin words must end there."""
        for length in self._lengths:
            word = text[position : position + length]
            if word in self._meanings and not _splits_latin(text, position + len(word)):
                return word, self._meanings[word]
        return None

    def ending_at(self, text: str, position: int) -> Optional[tuple[str, Any]]:
        """The longest word that ends at ``position``, with its meaning."""
        for length in self._lengths:
            if position < length:
                continue
            word = text[position - length : position]
            if word in self._meanings and not _splits_latin(text, position - length):
                return word, self._meanings[word]
        return None


def skip_space(text: str, position: int) -> int:
    """``position``, or one on where a space stands there."""
    return position + 1 if text[position : position + 1] == " " else position


def skip_space_back(text: str, position: int) -> int:
    """``position``, or one back where a space stands before it."""
    return position - 1 if position and text[position - 1] == " " else position


def is_latin(char: str) -> bool:
    """Whether it is a letter of English."""
    return char.isascii() and char.isalpha()


def _splits_latin(text: str, position: int) -> bool:
    pair = text[position - 1 : position + 1] if position else ""
    return len(pair) == 2 and pair.isascii() and pair.isalpha()
