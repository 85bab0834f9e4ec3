"""Whether a text asks something; words stand in ``data/lexicon/fillers.yml``."""

from __future__ import annotations

import re
from functools import lru_cache

from nlu.lexicon import LEXICON_DIRECTORY, read_yaml


@lru_cache(maxsize=1)
def question_words() -> tuple[str, ...]:
    return tuple(str(word) for word in read_yaml(LEXICON_DIRECTORY / "fillers.yml")["questions"])


@lru_cache(maxsize=1)
def a_or_not() -> re.Pattern[str]:
    return re.compile(read_yaml(LEXICON_DIRECTORY / "fillers.yml")["a_or_not"])


def asks_something(text: str) -> bool:
    """Is there a question in the message, by a word of one or by a choice between yes and no (下不下)?"""
    return any(word in text for word in question_words()) or a_or_not().search(text) is not None
