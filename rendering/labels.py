"""The words for what an advice names by key: for charts and tables that others draw from its structure."""

from __future__ import annotations

from typing import Any, Callable

from knowledge.model import Knowledge
from rendering.phrases import Phrases
from rendering.script import converter

GROUPS = ("fact", "value", "status", "position", "worth")
"""Groups of phrases that are words for keys: ``fact.<name>`` and so on."""
TEMPLATES = frozenset({"fact.list"})


def labels(knowledge: Knowledge, phrases: Phrases, traditional: bool = False) -> dict[str, Any]:
    """Words by group and key, in the characters asked for."""
    named = {
        "category": knowledge.category_names,
        "item": {name: item.name for name, item in knowledge.items.items()},
        "measure": {measure.id: measure.name for measure in knowledge.measures},
        "check": {name: check.name for name, check in knowledge.checks.items()},
        "source": {name: source.title for name, source in knowledge.sources.items()},
        **{group: group_of(group, phrases) for group in GROUPS},
    }
    convert: Callable[[str], str] = converter().convert if traditional else str
    return {group: {key: convert(word) for key, word in words.items()} for group, words in named.items()}


def group_of(group: str, phrases: Phrases) -> dict[str, str]:
    """The phrases of a group by what follows its name."""
    keys = [key for key in phrases.keys() if key.startswith(f"{group}.") and key not in TEMPLATES]
    return {key[len(group) + 1 :]: phrases.text(key) for key in keys}
