"""Words that are only asked about: 老带新是什么意思 tells nothing of her company.

Patterns stand in ``data/lexicon/corrections.yml``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Mapping

from nlu.lexicon import Lexicon


class MeaningReader:
    """Blanks out the terms whose meaning is asked."""

    def __init__(self, words: Mapping[str, Any]) -> None:
        self._asked = re.compile(words["meaning_asked"])

    def without_terms(self, text: str) -> str:
        """``text``, of the same length, without the terms that it asks about."""
        return self._asked.sub(lambda match: " " * len(match.group()), text)


@lru_cache(maxsize=2)
def meaning_reader(lexicon: Lexicon) -> MeaningReader:
    """The reader over a lexicon, built once."""
    return MeaningReader(lexicon["corrections"])
