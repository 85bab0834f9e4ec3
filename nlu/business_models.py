"""How her company earns, from words that tell it; words stand in ``data/lexicon/business_models.yml``."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Mapping, Optional, Sequence

from nlu.clauses import PAD, clause_around
from nlu.descriptions import CONDITIONS, Descriptions
from nlu.fact import Fact
from nlu.lexicon import Hit, Lexicon, WordFinder, longest


class ModelReader:
    """Reads the business model."""

    def __init__(self, words: Mapping[str, Any]) -> None:
        self._words, self._framed, self._answers, self._likely = (
            WordFinder(words[key]) for key in ("words", "framed", "answers", "likely")
        )
        self._before, self._after = tuple(words["frame_before"]), tuple(words["frame_after"])
        self._not_after, self._negations = tuple(words["not_after"]), tuple(words["negations"])
        self._described = Descriptions(words["described"])
        self._few_behind, self._returning = re.compile(words["few_behind"]), re.compile(words["returning"])
        self._longer = WordFinder({"longer": words["longer"]})
        self._changes = re.compile(words["changed_to"])

    def read(self, text: str, asked: Optional[str]) -> list[Fact]:
        """The model told, with ``corrects`` where another one is denied; a guess where only whom she sells to is told."""
        found = [*self._words.find(text), *(hit for hit in self._framed.find(text) if self._in_frame(hit, text))]
        found += [Hit("repeat", *match.span(1)) for match in self._returning.finditer(text)]
        longer = longest(self._longer.find(text)) if found or asked == "business_model" else []
        hits = [hit for hit in longest(found) if not _crosses(hit, longer)]
        kept = [hit for hit in hits if not self._denied(hit, text)]
        if not kept and asked in CONDITIONS:
            described = self._described.read(text, "business_model", denied={hit.label for hit in hits})
            if described:
                return described
        if not kept and not hits and asked == "business_model":
            answers = [hit for hit in longest(self._answers.find(text)) if not _crosses(hit, longer)]
            kept = [hit for hit in answers if not self._denied(hit, text)]
            if not answers:
                likely = longest(self._likely.find(text))
                return [Fact("business_model", hit.label, hit.start, hit.end, guess=True) for hit in likely[:1]]
        if not kept:
            return []
        last = self._changed_to(kept, text)
        return [Fact("business_model", last.label, last.start, last.end, corrects=len(kept) < len(hits) or last is not kept[0])]

    def _changed_to(self, kept: Sequence[Hit], text: str) -> Hit:
        """卖次卡的，不对，今年起都改成年卡会员了: what she corrects it to or changed to, else the first."""
        chosen = kept[0]
        for hit in kept[1:]:
            if self._changes.search(text, chosen.end, hit.start):
                chosen = hit
        return chosen

    def _in_frame(self, hit: Hit, text: str) -> bool:
        if text.startswith(self._not_after, hit.end):
            return False
        start, end = clause_around(text, hit.start, hit.end)
        before, after = text[start : hit.start], PAD.sub("", text[hit.end : end])
        if not PAD.sub("", before) and not after:
            return True
        framed_before = before.rstrip(" 的").endswith(self._before)
        if text.startswith("的", hit.end) and before and not framed_before and hit.label == "project":
            return False
        return (framed_before and not after) or (
            text.startswith(self._after, hit.end)
            and (not after or text.startswith(tuple(w for w in self._after if w != "的"), hit.end))
        )

    def _denied(self, hit: Hit, text: str) -> bool:
        """没有会员, 卡没几个人办: a denial in front of the word, or few who do it behind."""
        denied = text[max(0, hit.start - 5) : hit.start].rstrip(" 的").endswith(self._negations)
        return denied or (hit.label != "one_time" and self._few_behind.match(text, hit.end) is not None)


def _crosses(hit: Hit, longer: Sequence[Hit]) -> bool:
    """Whether a word is cut out of others: 流客 in 物流客户, 会员 in 会员增长目标."""
    return any(
        word.start < hit.end and hit.start < word.end and not (hit.start <= word.start and word.end <= hit.end)
        for word in longer
    )


@lru_cache(maxsize=2)
def model_reader(lexicon: Lexicon) -> ModelReader:
    """The reader over a lexicon, built once."""
    return ModelReader(lexicon["business_models"])
