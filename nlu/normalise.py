"""One form for what can be written in many: width, case, characters, spaces, repetitions, pinyin; offsets are kept."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Iterator, Literal, Mapping, Sequence

from opencc import OpenCC
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.homophones import with_homophones_restored
from nlu.lexicon import LEXICON_DIRECTORY, read_yaml
from nlu.pinyin import restored
from nlu.spacing import HAN, Placed, with_spaces_read

NORMALISED = "normalised"
MAX_CHARACTERS = 4000
"""What is read of a longer text: work stays bounded."""
MAX_REPEATS = 2

Script = Literal["simplified", "traditional"]
Language = Literal["zh", "en", "other"]

LATIN = re.compile(r"[a-z]")
LATIN_WORD = re.compile(r"[a-z]{2,}")
OTHER_LETTER = re.compile(r"[\u0370-\u1fff\u3040-\u30ff\uac00-\ud7af]")


@dataclass(frozen=True)
class NormalisedText:
    """``offsets[i]`` is where character ``i`` of ``text`` stood in the original."""

    text: str
    offsets: tuple[int, ...]
    script: Script
    language: Language


def normalise(original: str) -> NormalisedText:
    """The normal form of a message."""
    characters = list(folded(original[:MAX_CHARACTERS]))
    text = "".join(character for character, _ in characters)
    simplified = to_simplified(text)
    script: Script = "traditional" if is_traditional(text, simplified) else "simplified"
    placed = [(character, place) for character, (_, place) in zip(simplified, characters, strict=False)]
    placed = without_noise(placed)
    placed = list(with_spaces_read(list(with_pinyin_restored(placed))))
    text = with_homophones_restored("".join(character for character, _ in placed))
    return NormalisedText(text, tuple(place for _, place in placed), script, language_of(text))


def folded(original: str) -> Iterator[Placed]:
    """Compatibility forms and case folded, one character at a time; unprintable ones become spaces."""
    for place, character in enumerate(original):
        for form in unicodedata.normalize("NFKC", character).lower():
            yield (" " if unicodedata.category(form)[0] in "CZ" else form), place


@lru_cache(maxsize=1)
def converter() -> OpenCC:
    return OpenCC("t2s")


@lru_cache(maxsize=1)
def variants() -> Mapping[str, str]:
    """Characters that are written for others."""
    return {str(key): str(value) for key, value in read_yaml(LEXICON_DIRECTORY / "variants.yml")["characters"].items()}


def to_simplified(text: str) -> str:
    """Simplified characters, one for one."""
    converted = converter().convert(text)
    if len(converted) != len(text):
        converted = "".join(converter().convert(character)[:1] or character for character in text)
    return "".join(variants().get(character, character) for character in converted)


def is_traditional(text: str, simplified: str) -> bool:
    """Is more than a stray character traditional?"""
    changed = sum(before != after for before, after in zip(text, simplified, strict=False))
    return changed >= 2 or (changed == 1 and len(HAN.findall(text)) <= 6)


def without_noise(placed: Sequence[Placed]) -> list[Placed]:
    """Repetitions cut, white space to one space and none at the ends; digits stay as they are."""
    run = 0
    kept: list[Placed] = []
    taken = addressed("".join(character for character, _ in placed))
    for index, (character, place) in enumerate(placed):
        run = run + 1 if kept and kept[-1][0] == character else 1
        if character == " " and (not kept or kept[-1][0] == " "):
            continue
        if run > MAX_REPEATS and not character.isnumeric() and not taken[index]:
            continue
        kept.append((character, place))
    return kept[:-1] if kept and kept[-1][0] == " " else kept


ADDRESS = re.compile(
    r"(?:https?://|www\.)[^\s\u3400-\u9fff,。;!?]+|[\w.+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+"
    r"|(?<![a-z0-9.-])(?:[a-z0-9-]+\.)+(?:com|cn|net|org|io|top|xyz|cc|vip|shop|edu|gov|app|me|co)(?![a-z0-9])[^\s\u3400-\u9fff,。;!?]*"
)


def addressed(text: str) -> bytearray:
    """A mark for each character of an address of the web or of mail: these stay as they are."""
    taken = bytearray(len(text))
    if "." in text:
        for match in ADDRESS.finditer(text):
            taken[match.start() : match.end()] = b"\x01" * (match.end() - match.start())
    return taken


@lru_cache(maxsize=1)
def before_names() -> re.Pattern[str]:
    """What stands in front of a name of an account, which is no pinyin of words."""
    return re.compile(read_yaml(LEXICON_DIRECTORY / "variants.yml")["before_names"])


PINYIN_RUN = re.compile(r"(?<![a-z])(?!(?<=\d)(?:kw|[wkm])(?![a-z]))[a-z]+(?:[ '][a-z]+)*")
"""Latin words side by side; the letter behind a number (20w kehu) is its unit."""


def with_pinyin_restored(placed: Sequence[Placed]) -> Iterator[Placed]:
    """Runs of pinyin become the characters that they most likely stand for; each keeps the place of the run's beginning."""
    text = "".join(character for character, _ in placed)
    end = 0
    taken = addressed(text)
    for run in PINYIN_RUN.finditer(text):
        yield from placed[end : run.start()]
        named = taken[run.start()] or before_names().search(text, max(0, run.start() - 12), run.start())
        characters = None if named else restored(run.group())
        if characters is None:
            yield from placed[run.start() : run.end()]
        else:
            yield from ((character, placed[run.start()][1]) for character in characters)
        end = run.end()
    yield from placed[end:]


def language_of(text: str) -> Language:
    """Chinese where there is any, else English words, else other."""
    if HAN.search(text):
        return "zh"
    if OTHER_LETTER.search(text):
        return "other"
    return "en" if len(LATIN_WORD.findall(text)) >= 2 else "zh"


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER], is_trainable=False)
class Normaliser(GraphComponent):
    """Sets ``normalised`` and puts ``script`` and ``language`` into the parse result."""

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> "Normaliser":
        normalise("yu suan 預算")
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            self._set(message)
            # Rasa reads a text that begins with a slash as a command; what users type is text.
            text = message.get(TEXT) or ""
            if text.lstrip().startswith("/"):
                message.set(TEXT, text.replace("/", "／", 1))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        for message in training_data.training_examples:
            self._set(message)
        return training_data

    @staticmethod
    def _set(message: Message) -> None:
        normalised = normalise(message.get(TEXT) or "")
        message.set(NORMALISED, normalised)
        message.set("script", normalised.script, add_to_output=True)
        message.set("language", normalised.language, add_to_output=True)
