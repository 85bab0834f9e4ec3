"""The wording of the dialogue: Jinja templates out of ``data/responses/*.yml``.

A file holds ``phrases:``, a mapping of dotted keys; an entry is the text alone or ``{text, en, buttons}``, ``buttons`` a list of
``{title, say}`` (``say`` is sent as if typed; it defaults to the title), ``en`` the one line that English speakers get beside the text.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Mapping, Optional

import jinja2
from ruamel.yaml import YAML

from rendering.message import Button, Message

PHRASES_KEY = "phrases"


class PhraseError(Exception):
    """A phrase is missing or its file is wrong; the text says which and where."""


@dataclass(frozen=True)
class Phrase:
    """One compiled entry."""

    text: jinja2.Template
    en: Optional[jinja2.Template]
    buttons: tuple[tuple[jinja2.Template, jinja2.Template], ...]


class Phrases:
    """All phrases, compiled once and looked up by key."""

    def __init__(self, phrases: Mapping[str, Phrase], environment: jinja2.Environment) -> None:
        self._phrases = phrases
        self._environment = environment

    @classmethod
    def from_directory(cls, directory: Path, filters: Optional[Mapping[str, Callable[..., Any]]] = None) -> "Phrases":
        """Read every ``*.yml`` below ``directory`` that holds phrases; a key in two files is an error."""
        environment = phrase_environment(filters or {})
        phrases: dict[str, Phrase] = {}
        for path in sorted(directory.rglob("*.yml")):
            for key, entry in read_entries(path).items():
                if key in phrases:
                    raise PhraseError(f"{path}: the phrase '{key}' is defined a second time; keep one of them")
                phrases[key] = compile_phrase(environment, path, key, entry)
        return cls(phrases, environment)

    def __contains__(self, key: object) -> bool:
        return key in self._phrases

    def keys(self) -> list[str]:
        """All keys, sorted."""
        return sorted(self._phrases)

    def text(self, key: str, **values: Any) -> str:
        """The text of ``key`` filled with ``values``."""
        return self._phrase(key).text.render(values).strip()

    def english(self, key: str, **values: Any) -> Optional[str]:
        """The English line of ``key``, if it has one."""
        line = self._phrase(key).en
        return line.render(values).strip() if line else None

    def message(self, key: str, **values: Any) -> Message:
        """The text of ``key`` with its buttons."""
        buttons = tuple(
            Button(title.render(values), say.render(values)) for title, say in self._phrase(key).buttons
        )
        return Message(self.text(key, **values), buttons)

    def fill(self, template: str, **values: Any) -> str:
        """A template that stands in the knowledge instead of among the phrases."""
        return self._environment.from_string(template).render(values).strip()

    def _phrase(self, key: str) -> Phrase:
        try:
            return self._phrases[key]
        except KeyError:
            raise PhraseError(f"no phrase '{key}' in data/responses; add it there") from None


def phrase_environment(filters: Mapping[str, Callable[..., Any]]) -> jinja2.Environment:
    """A Jinja environment for plain text in which an unknown name is an error instead of a gap in a sentence."""
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
    )
    environment.filters.update(filters)
    return environment


def read_entries(path: Path) -> dict[str, Any]:
    """The ``phrases`` mapping of a file, empty where it has none."""
    content = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    entries = content.get(PHRASES_KEY, {}) if isinstance(content, dict) else {}
    if not isinstance(entries, dict):
        raise PhraseError(f"{path}: '{PHRASES_KEY}' has to be a mapping of keys to texts")
    return entries


def compile_phrase(environment: jinja2.Environment, path: Path, key: str, entry: Any) -> Phrase:
    """One YAML entry as a :class:`Phrase`; a template that does not parse names its file, key and line."""
    fields = entry if isinstance(entry, dict) else {"text": entry}

    def template(source: Any) -> jinja2.Template:
        try:
            return environment.from_string(str(source))
        except jinja2.TemplateSyntaxError as error:
            raise PhraseError(f"{path}: phrase '{key}', line {error.lineno} of its text: {error.message}") from error

    if "text" not in fields:
        raise PhraseError(f"{path}: phrase '{key}' has no text")
    buttons = tuple(
        (template(button["title"]), template(button.get("say", button["title"]))) for button in fields.get("buttons", ())
    )
    return Phrase(template(fields["text"]), template(fields["en"]) if "en" in fields else None, buttons)
