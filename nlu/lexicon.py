"""The words of the field, read from ``data/lexicon/*.yml`` once, and the matcher that finds them in a text."""

from __future__ import annotations

import re
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
WORD_FILES = (
    "amounts",
    "numerals",
    "not_amounts",
    "periods",
    "roles",
    "corrections",
    "contacts",
    "industries",
    "stages",
    "business_models",
    "checks",
    "speakers",
    "unknown",
)

_BORDER = re.compile(r"(?<=[a-z])(?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff])(?=[a-z])")


@dataclass(frozen=True, eq=False)
class Lexicon:
    """The tables of ``data/lexicon`` by file name, and the widths of ``knowledge/amount_words.yml``."""

    tables: Mapping[str, Mapping[str, Any]]
    widths: Mapping[str, Any]

    def __getitem__(self, name: str) -> Mapping[str, Any]:
        return self.tables[name]

    @classmethod
    def load(cls, directory: Path = LEXICON_DIRECTORY, knowledge_directory: Path = KNOWLEDGE_DIRECTORY) -> "Lexicon":
        """Read all files; raises ``FileNotFoundError`` where one is missing."""
        tables = {name: read_yaml(directory / f"{name}.yml") for name in WORD_FILES}
        return cls(tables, read_yaml(knowledge_directory / "amount_words.yml"))


@lru_cache(maxsize=1)
def project_lexicon() -> Lexicon:
    """The project's own lexicon, loaded at the first call."""
    return Lexicon.load()


def read_yaml(path: Path) -> Any:
    """The content of one YAML file in plain Python types."""
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def trades_and_goods() -> frozenset[str]:
    """All trades and goods that ``industries.yml`` lists."""
    table = read_yaml(LEXICON_DIRECTORY / "industries.yml")
    groups = [*table["trades"].values(), table["goods"], table["industrial_goods"]]
    return frozenset(str(word) for group in groups for word in group)


@lru_cache(maxsize=1)
def conditions() -> frozenset[str]:
    """All words of stage and business model."""
    stages, models = (read_yaml(LEXICON_DIRECTORY / f"{name}.yml") for name in ("stages", "business_models"))
    tables = [stages["words"], stages["alone"], models["words"], models["framed"]]
    return frozenset(str(word) for table in tables for group in table.values() for word in group)


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


@lru_cache(maxsize=1)
def _vocabulary() -> Vocab:
    return Vocab()


@lru_cache(maxsize=2)
def _characters(text: str) -> Doc:
    """``text`` as a document of single characters, shared by all finders that read the same text."""
    return Doc(_vocabulary(), words=list(text), spaces=[False] * len(text))


class WordFinder:
    """Finds labelled words with spaCy's phrase matcher over single characters, so that no segmentation gets between."""

    def __init__(self, words: Mapping[str, Iterable[str]]) -> None:
        self._strings = _vocabulary().strings
        self._matcher = PhraseMatcher(_vocabulary())
        self._labels: dict[int, str] = {}
        for label, listed in words.items():
            spelt = dict.fromkeys(form for word in listed if str(word) for form in _spellings(str(word)))
            self._matcher.add(label, [_phrase(form) for form in spelt])
            self._labels[self._strings[label]] = label

    def find(self, text: str) -> list[Hit]:
        """All words in ``text`` by place, shorter ones inside longer ones too; Latin words only as whole words."""
        if not text:
            return []
        found = self._matcher(_characters(text))
        if not found:
            return []
        labels = self._labels
        hits = [hit for key, start, end in found if _is_whole(text, hit := Hit(labels[key], start, end))]
        return sorted(hits, key=_place) if len(hits) > 1 else hits


def _spellings(word: str) -> tuple[str, ...]:
    """A word of Chinese and Latin letters (按project收费) with and without spaces between them."""
    spaced = _BORDER.sub(" ", word)
    return (word,) if spaced == word else (word, spaced)


def _phrase(word: str) -> Doc:
    return Doc(_vocabulary(), words=list(word), spaces=[False] * len(word))


def _is_whole(text: str, hit: Hit) -> bool:
    return not (
        (_is_latin(text[hit.start]) and hit.start > 0 and _is_latin(text[hit.start - 1]))
        or (_is_latin(text[hit.end - 1]) and hit.end < len(text) and _is_latin(text[hit.end]))
    )


def _is_latin(char: str) -> bool:
    return char.isascii() and char.isalpha()


def _place(hit: Hit) -> tuple[int, int]:
    return hit.start, -hit.end


def longest(hits: Iterable[Hit]) -> list[Hit]:
    """Those hits that lie in no longer one, by place; one span under several labels stays as often."""
    kept: list[Hit] = []
    reach = -1
    for hit in sorted(hits, key=_place):
        if hit.end > reach or (kept and (kept[-1].start, kept[-1].end) == (hit.start, hit.end)):
            kept.append(hit)
            reach = hit.end
    return kept
