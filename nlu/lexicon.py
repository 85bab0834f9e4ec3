"""The words of the field, read from ``data/lexicon/*.yml`` once, and one matcher that finds all of them in a text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Iterable, Mapping

from ruamel.yaml import YAML
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

import knowledge

LEXICON_DIRECTORY = Path(__file__).resolve().parent.parent / "data" / "lexicon"
KNOWLEDGE_DIRECTORY = Path(knowledge.__file__).resolve().parent


def read_yaml(path: Path) -> Any:
    """The content of one YAML file in plain Python types."""
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


@lru_cache(maxsize=None)
def word_file(name: str) -> Mapping[str, Any]:
    """``data/lexicon/<name>.yml``; raises ``FileNotFoundError`` where there is none."""
    return read_yaml(LEXICON_DIRECTORY / f"{name}.yml")


@lru_cache(maxsize=None)
def amount_widths() -> Mapping[str, Any]:
    """``knowledge/amount_words.yml``: widths of vague amounts and periods in a year."""
    return read_yaml(KNOWLEDGE_DIRECTORY / "amount_words.yml")


@dataclass(frozen=True)
class Hit:
    """One word of the lexicon in a text: what it is listed under, where it stands."""

    label: str
    start: int
    end: int

    @property
    def length(self) -> int:
        """Characters of the word."""
        return self.end - self.start


class WordFinder:
    """Finds labelled words with spaCy's phrase matcher over single characters, so that no segmentation gets between."""

    def __init__(self, words: Mapping[str, Iterable[str]]) -> None:
        self._vocab = Vocab()
        self._matcher = PhraseMatcher(self._vocab)
        for label, listed in words.items():
            self._matcher.add(label, [self._characters(str(word)) for word in dict.fromkeys(listed) if str(word)])

    def _characters(self, text: str) -> Doc:
        return Doc(self._vocab, words=list(text), spaces=[False] * len(text))

    def find(self, text: str) -> list[Hit]:
        """All words in ``text`` by place, shorter ones inside longer ones too; Latin words only as whole words."""
        if not text:
            return []
        strings = self._vocab.strings
        hits = (Hit(strings[key], start, end) for key, start, end in self._matcher(self._characters(text)))
        return sorted((hit for hit in hits if _is_whole(text, hit)), key=lambda hit: (hit.start, -hit.end))


def _is_whole(text: str, hit: Hit) -> bool:
    return not (
        (_is_latin(text[hit.start]) and hit.start > 0 and _is_latin(text[hit.start - 1]))
        or (_is_latin(text[hit.end - 1]) and hit.end < len(text) and _is_latin(text[hit.end]))
    )


def _is_latin(char: str) -> bool:
    return char.isascii() and char.isalpha()


def longest(hits: Iterable[Hit]) -> list[Hit]:
    """Those hits that lie in no longer one, by place; one span under several labels stays as often."""
    kept: list[Hit] = []
    reach = -1
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        if hit.end > reach or (kept and (kept[-1].start, kept[-1].end) == (hit.start, hit.end)):
            kept.append(hit)
            reach = hit.end
    return kept
