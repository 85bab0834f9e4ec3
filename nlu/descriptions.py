"""Categories told without a word for them."""

from __future__ import annotations

import re
from typing import Collection, Mapping, Sequence

from nlu.fact import Fact

CONDITIONS = frozenset({"stage", "business_model"})
"""Facts that a description tells while one of them is asked for: who is asked for the stage may tell how she earns."""


class Descriptions:
    """Answers that tell a category without a word for it: 年年都是那帮老茶客来拿, 去年国庆开的业."""

    def __init__(self, patterns: Mapping[str, Sequence[str]]) -> None:
        self._patterns = {label: re.compile("|".join(listed)) for label, listed in patterns.items()}

    def read(self, text: str, name: str, denied: Collection[str] = ()) -> list[Fact]:
        """The fact ``name`` by the longest description found, of none that is ``denied`` by its word."""
        patterns = [(label, pattern) for label, pattern in self._patterns.items() if label not in denied]
        found = [(match, label) for label, pattern in patterns for match in pattern.finditer(text)]
        if not found:
            return []
        match, label = max(found, key=lambda pair: pair[0].end() - pair[0].start())
        return [Fact(name, label, *match.span())]
