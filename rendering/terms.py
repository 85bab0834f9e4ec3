"""Sources and their worth in words."""

from __future__ import annotations

from typing import Iterable

from knowledge.model import Knowledge
from rendering.phrases import Phrases


def source_line(source_id: str, knowledge: Knowledge, phrases: Phrases) -> str:
    """One source with where it stands and what to keep in mind."""
    return phrases.text("source.line", source=knowledge.source(source_id))


def source_lines(knowledge: Knowledge, phrases: Phrases) -> str:
    """Every source of the knowledge, a line each."""
    return "\n".join(source_line(source_id, knowledge, phrases) for source_id in knowledge.sources)


def source_titles(source_ids: Iterable[str], knowledge: Knowledge, phrases: Phrases) -> str:
    """The titles of some sources, each once, in the order given."""
    titles = [knowledge.source(source_id).title for source_id in dict.fromkeys(source_ids)]
    return phrases.text("source.titles", titles=titles)
