"""The four yes-or-no facts, from words that tell them; words stand in ``data/lexicon/checks.yml``."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import Any, Mapping, Optional, Sequence

from nlu.clauses import clause_around
from nlu.fact import Fact
from nlu.lexicon import Hit, Lexicon, WordFinder, longest

_VERDICT_REACH = 12


class CheckReader:
    """Reads the yes-or-no facts."""

    NAMES = ("growth_goal_met", "satisfaction_improved", "tools_used", "staff_on_admin")

    def __init__(self, words: Mapping[str, Any]) -> None:
        finders: dict[str, list[str]] = {}
        for name in self.NAMES:
            finders[f"{name}|subject"] = words[name]["subjects"]
            for verdict in ("yes", "no"):
                finders[f"{name}|{verdict}"] = words[name][verdict]
                finders[f"{name}|phrase_{verdict}"] = words[name][f"phrases_{verdict}"]
        self._finder = WordFinder(finders)
        self._not_told = tuple(map(str, words["not_told"]))
        self._negated, self._counted = re.compile(words["denied_before"]), re.compile(words["counted_after"])
        self._leads = re.compile(words["answer_leads"])
        self._partly = re.compile(words["partly_behind"])
        self._yes, self._no = (sorted(map(str, words[f"answer_{key}"]), key=len, reverse=True) for key in ("yes", "no"))
        self._unsure, self._sure = tuple(words["unsure"]), re.compile(words["sure_for_all_that"])
        self._lead_no, self._need_not = re.compile(words["plain_no"]), re.compile(words["need_not"])

    def read(self, text: str, asked: Optional[str]) -> list[Fact]:
        """Each fact at most once; ``asked`` lets a bare yes or no answer."""
        hits = self._finder.find(text)
        facts = [fact for name in self.NAMES for fact in self._verdict(name, hits, text, asked == name)]
        if asked in self.NAMES and all(fact.name != asked for fact in facts):
            facts += self._answer(asked, text)
        return [self._as_answered(fact, text) if fact.name == asked else fact for fact in facts]

    def _as_answered(self, fact: Fact, text: str) -> Fact:
        """没有，杂事都让系统跑了: a plain no in front of an explanation is the answer."""
        plain = self._lead_no.match(text) if fact.value else None
        return replace(fact, value=False, start=plain.start(1), end=plain.end(1)) if plain else fact

    def _verdict(self, name: str, hits: Sequence[Hit], text: str, asked: bool) -> list[Fact]:
        own = [(hit.label.split("|")[1], hit) for hit in hits if hit.label.startswith(name)]
        subjects = [hit for kind, hit in own if kind == "subject"]
        verdicts = longest([hit for kind, hit in own if kind != "subject"])
        verdicts = [hit for hit in verdicts if not self._need_not.match(text, hit.start)]
        for hit in verdicts:
            kind = hit.label.split("|")[1]
            if not asked and not kind.startswith("phrase") and not self._about(hit, subjects, text):
                continue
            if self._is_told(hit, text):
                return [Fact(name, kind.endswith("yes") and not self._is_negated(hit, text), hit.start, hit.end)]
        return []

    def _is_negated(self, hit: Hit, text: str) -> bool:
        """没什么提升, 完成了八成: a denial before a verdict, or a part behind it, turns it round."""
        denied = self._negated.search(text[max(0, hit.start - 8) : hit.start])
        return bool(denied or (hit.label.startswith("growth") and self._partly.match(text, hit.end)))

    @staticmethod
    def _about(verdict: Hit, subjects: Sequence[Hit], text: str) -> bool:
        for subject in subjects:
            gap = text[subject.end : verdict.start]
            if subject.end <= verdict.start and len(gap) <= _VERDICT_REACH and not re.search(r"[。;；!！?？\n]", gap):
                return True
        return False

    def _is_told(self, hit: Hit, text: str) -> bool:
        start, end = clause_around(text, hit.start, hit.end)
        before = self._negated.sub("", text[start : hit.start])
        clause = f"{before}\n{text[hit.end : end]}"
        return not any(word in clause for word in self._not_told) and not self._counted.match(text, hit.end)

    def _answer(self, name: str, text: str) -> list[Fact]:
        stripped = self._leads.sub("", text.lstrip(" ,，。"))
        offset = len(text) - len(stripped)
        if any(word in self._sure.sub("", text) for word in self._unsure) or stripped.endswith(("?", "？", "吗")):
            return []
        for words, verdict in ((self._no, False), (self._yes, True)):
            for word in words:
                if stripped.startswith(word):
                    return [Fact(name, verdict, offset, offset + len(word))]
        return []


@lru_cache(maxsize=2)
def check_reader(lexicon: Lexicon) -> CheckReader:
    """The reader over a lexicon, built once."""
    return CheckReader(lexicon["checks"])
