"""Telephone numbers, WeChat ids and mail addresses. They hold digits that are no amounts."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Mapping

from nlu.fact import Fact
from nlu.lexicon import Lexicon


class ContactReader:
    """Reads contacts; the words that introduce a WeChat id stand in ``data/lexicon/contacts.yml``."""

    def __init__(self, words: Mapping[str, Any]) -> None:
        patterns = words["patterns"]
        self._email = re.compile(patterns["email"])
        self._phone = re.compile(patterns["phone"])
        self._same = re.compile(patterns["same_as_phone"])
        introduction = "|".join(re.escape(word) for word in sorted(words["wechat"], key=len, reverse=True))
        self._wechat = re.compile(patterns["wechat"].format(words=introduction))
        self._announces = tuple(words["announces"])
        self._not_an_id = frozenset(words["not_an_id"])

    def read(self, text: str) -> list[Fact]:
        """Contacts by place; a phone number that is also the WeChat id is told twice."""
        emails = [Fact("email", match.group(), *match.span()) for match in self._email.finditer(text)]
        rest = blanked(text, emails)
        ids = [
            Fact("wechat_id", match.group(1), *match.span(1))
            for match in self._wechat.finditer(rest)
            if match.group(1) not in self._not_an_id and self._is_id(match)
        ]
        phones = [
            Fact("phone", re.sub(r"\D", "", match.group(1)), *match.span(1))
            for match in self._phone.finditer(blanked(rest, ids))
        ]
        if phones and not ids and self._same.search(text):
            ids = [Fact("wechat_id", phones[0].value, phones[0].start, phones[0].end)]
        return sorted(emails + ids + phones, key=lambda fact: fact.start)

    def _is_id(self, match: re.Match[str]) -> bool:
        """Letters alone are an id only where they are said to be one (微信号 abcdefg)."""
        return not match.group(1).isalpha() or any(sign in match.group() for sign in self._announces)


def blanked(text: str, facts: list[Fact]) -> str:
    """``text`` with the places of ``facts`` overwritten by spaces, so that offsets stay."""
    chars = list(text)
    for fact in facts:
        chars[fact.start : fact.end] = " " * (fact.end - fact.start)
    return "".join(chars)


@lru_cache(maxsize=2)
def contact_reader(lexicon: Lexicon) -> ContactReader:
    """The reader over a lexicon, built once."""
    return ContactReader(lexicon["contacts"])
