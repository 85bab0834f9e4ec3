"""What spaces beside Chinese characters say: hasty typists end a clause with one, dictation and scans set them anywhere."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Iterator, Mapping, Sequence

import jieba

from nlu.lexicon import LEXICON_DIRECTORY, read_yaml

Placed = tuple[str, int]
"""A character and where it stood in the original."""

CLAUSE_END = ","
LONGEST_WORD = 4
WRITTEN_APART = 2.0
"""Characters between two spaces, on average, below which words or single characters are written apart."""
HAN = re.compile(r"[\u3400-\u9fff]")
LONGEST_NUMBER = 24
NUMBER_TYPED = re.compile(r"(?<![a-z0-9.,\s])(?:[\d.,]+(?:%|[a-z]{1,2})?)$")
"""A number that itself stands behind no space: who sets spaces about numbers (共 300 家) ends no clause with them."""


def with_spaces_read(placed: Sequence[Placed]) -> Iterator[Placed]:
    """A comma for a space that ends a clause, nothing for one inside a clause; beside numbers and Latin words they stay."""
    text = "".join(character for character, _ in placed)
    meaning = inside_words if is_written_apart(text) else between_clauses
    for index, (character, place) in enumerate(placed):
        for read in meaning(text, index) if character == " " else character:
            yield read, place


def is_written_apart(text: str) -> bool:
    """Is half of it Chinese or more, with hardly a word between two spaces (预 算 多少)? A long run counts as one word."""
    runs = text.split()
    chinese = sum(HAN.search(run) is not None for run in runs)
    lengths = sum(min(len(run), LONGEST_WORD) for run in runs)
    return chinese * 2 >= len(runs) > 1 and lengths < WRITTEN_APART * len(runs)


def inside_words(text: str, index: int) -> str:
    """How the space at ``index`` reads in a text written apart: only Latin words and numbers (not 3 0 0) keep it."""
    around = text[max(0, index - 2) : index].strip(), text[index + 1 : index + 3].strip()
    words = all(side.isascii() and side.isalnum() for side in around)
    return " " if words and max(map(len, around)) > 1 else ""


def between_clauses(text: str, index: int) -> str:
    """How it reads where spaces stand between clauses (开了9年 会员卡); a number keeps the one to its label or unit."""
    before, after = text[max(0, index - LONGEST_NUMBER) : index], text[index + 1 : index + 1 + LONGEST_WORD]
    if not HAN.match(after) or after[0].isnumeric():
        return " "
    number = before[-1:].isnumeric() or NUMBER_TYPED.search(before) is not None
    ends = not is_behind_numbers(after) if number else HAN.match(before[-1:]) is not None
    return CLAUSE_END if ends else " "


def is_behind_numbers(text: str) -> bool:
    """Is its first word one that goes on with a number: a unit, a hedge (左右), a word of ranges?"""
    word = next(jieba.cut(text, HMM=False))
    return word in words_behind_numbers() and not text.startswith(other_words().get(word, ("\0",)), len(word))


@lru_cache(maxsize=1)
def words_behind_numbers() -> frozenset[str]:
    amounts, numerals = (read_yaml(LEXICON_DIRECTORY / f"{name}.yml") for name in ("amounts", "numerals"))
    groups = [*amounts["counters"].values(), *amounts["currencies"].values(), *amounts["after"].values()]
    groups += [amounts[name] for name in ("money", "tenth_of_yuan", "percent_after", "points", "joins", "closed_joins", "closes")]
    groups += [[amounts["tenths"], *amounts["digit_counts"], numerals["counter"]], numerals["next_unit"], numerals["about"]]
    return frozenset(str(word) for group in groups for word in group)


@lru_cache(maxsize=1)
def other_words() -> Mapping[str, tuple[str, ...]]:
    """What makes a unit the beginning of another word (只 有)."""
    listed = read_yaml(LEXICON_DIRECTORY / "amounts.yml")["not_before_units"]
    return {str(unit): tuple(map(str, following)) for unit, following in listed.items()}
