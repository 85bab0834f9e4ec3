"""Short replies that settle something by a word; the words stand in ``data/lexicon/replies.yml``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Mapping, Optional, Sequence

from ruamel.yaml import YAML


@dataclass(frozen=True)
class Replies:
    """Lists of words, each looked for anywhere in the message."""

    units: Mapping[str, int]
    """A word for a unit and how many yuan it stands for, the longer words first."""
    ordinals: Sequence[Sequence[str]]
    """Words for the first, the second … of what was offered."""
    last: Sequence[str]
    """Words for the last of what was offered."""
    enough: re.Pattern[str]
    """She wants no more questions; a pattern instead of a list."""
    only_this: re.Pattern[str]
    """In front of that: the one fact that she keeps back."""
    consent: re.Pattern[str]
    """Beside her contact: it may be kept."""
    computed: Sequence[str]
    """What the advisor has computed counts."""
    stated: Sequence[str]
    """What she has stated counts."""
    no: Sequence[str]
    """She takes it back."""
    as_before: Sequence[str]
    """What was before is to stay."""
    why: Sequence[str]
    """She asks why something is asked."""
    how: Sequence[str]
    """She asks how to find something out."""
    source: Sequence[str]
    """She asks where a figure comes from."""

    @classmethod
    def from_file(cls, path: Path) -> "Replies":
        content = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
        units = sorted(content["units"].items(), key=lambda entry: -len(entry[0]))
        patterns = {name: re.compile(content[name]) for name in ("enough", "only_this", "consent")}
        return cls(**{**content, **patterns, "units": dict(units)})

    def unit(self, text: str) -> Optional[int]:
        """The yuan that a unit named in ``text`` stands for."""
        return next((yuan for word, yuan in self.units.items() if word in text), None)

    def ordinal(self, text: str, count: int) -> Optional[int]:
        """Which of ``count`` offers is meant, from 0."""
        if mentions(text, self.last):
            return count - 1
        return next((place for place, words in enumerate(self.ordinals[:count]) if mentions(text, words)), None)


def mentions(text: str, words: Sequence[str]) -> bool:
    """Does ``text`` hold one of ``words``?"""
    return any(word in text.lower() for word in words)
