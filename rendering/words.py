"""What a document says: phrases and texts of the knowledge, in the characters that she writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rendering.phrases import Phrases
from rendering.script import converter


@dataclass(frozen=True)
class Words:
    """The phrases in one script."""

    phrases: Phrases
    script: str = "simplified"
    """Or ``traditional``."""

    def __call__(self, key: str, **values: Any) -> str:
        """A phrase."""
        return self.shown(self.phrases.text(key, **values))

    def shown(self, text: str) -> str:
        """Any other text."""
        return converter().convert(text) if self.script == "traditional" else text
