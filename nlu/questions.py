"""Whether a text asks something; words stand in ``data/lexicon/fillers.yml``."""

from __future__ import annotations

from functools import lru_cache

from nlu.lexicon import LEXICON_DIRECTORY, read_yaml


@lru_cache(maxsize=1)
def question_words() -> tuple[str, ...]:
    return tuple(str(word) for word in read_yaml(LEXICON_DIRECTORY / "fillers.yml")["questions"])


def asks_something(text: str) -> bool:
    """Is there a question in the message?"""
    return any(word in text for word in question_words())
