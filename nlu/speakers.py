"""Whose company a message is about: a relative's or a friend's, where she turned to it or asks for them.

Words stand in ``data/lexicon/speakers.yml``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Mapping

from nlu.lexicon import Lexicon

_WRITER = "我"


class SpeakerReader:
    """Lets somebody else's company be read like the writer's own."""

    def __init__(self, words: Mapping[str, Any]) -> None:
        someone = f"(?:{words['possessors']})?(?:{words['someone']})(?:{words['fillers']})?"
        self._owner = re.compile(f"(?<!{words['beside_her']}){someone}(?={words['owns']})")
        self._client = re.compile(f"(?<={words['for_whom']}){someone}(?={words['asked_for']})")
        self._turns = re.compile(words["turns_to_another"])
        self._own_company = re.compile(words["own_company"])
        self._hearsay = re.compile(f"(?:{someone}|{words['they']})[^,，。;；!！?？]{{0,12}}(?:{words['says']})")

    def as_hers(self, text: str, another: bool) -> str:
        """我表弟开洗衣店 as `` 我开洗衣店``, of the same length, where she turned to ``another`` company or asks for him.

        Beside a company of her own, and where he only says something, his stays another's.
        """
        if self._own_company.search(text) or self._hearsay.search(text):
            return text
        owner = self._owner if another or self._turns.search(text) else self._client
        return owner.sub(lambda match: _WRITER.rjust(len(match.group())), text)


@lru_cache(maxsize=2)
def speaker_reader(lexicon: Lexicon) -> SpeakerReader:
    """The reader over a lexicon, built once."""
    return SpeakerReader(lexicon["speakers"])
