"""Stage, business model and the four yes-or-no facts, from words that tell them.

What the words are stands in ``data/lexicon/stages.yml``, ``business_models.yml`` and ``checks.yml``.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import Any, Collection, Mapping, Optional, Sequence

from nlu.amounts import DURATION, Amount
from nlu.fact import Fact
from nlu.interval import ONE
from nlu.lexicon import Hit, Lexicon, WordFinder, longest

MONTHS, WEEKS, DAYS, QUARTERS = Decimal(12), Decimal(52), Decimal(365), Decimal(4)
_BREAK = re.compile(r"[,，。;；!！\n、…]|(?<![a-z0-9'])\s|\s(?![a-z0-9])")
_QUESTION = re.compile(r"[?？]")
_PER_YEAR = {"year": ONE, "month": MONTHS, "week": WEEKS, "day": DAYS, "quarter": QUARTERS}
_REACH_OF_YEARS, _VERDICT_REACH, _LONGEST_PARTICLES = 10, 12, 2
_PAD = re.compile(r"[的了吧啊呀呢嘛哦哈嗯嘅啦\s.~～]+")


def clause_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the clause of ``text[start:end]`` begins and ends (its final question mark included)."""
    low = max(0, start - 60)
    breaks = [match.end() for match in _BREAK.finditer(text, low, start)] + [
        match.end() for match in _QUESTION.finditer(text, low, start)
    ]
    following = _BREAK.search(text, end, end + 60)
    return max(breaks, default=low), following.start() if following else min(len(text), end + 60)


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


class StageReader:
    """Reads the stage; words of condition decide before years in business."""

    def __init__(self, words: Mapping[str, Any], bounds: Mapping[str, Any], others: Sequence[str], longer: Sequence[str]) -> None:
        self._words, self._answers = WordFinder(words["words"]), WordFinder(words["answers"])
        self._alone = WordFinder(words["alone"])
        self._described, self._compared = Descriptions(words["described"]), re.compile(words["compared"])
        self._together = re.compile(words["together"])
        self._negations = tuple(map(str, words["negations"]))
        self._before, self._after = tuple(words["years_before"]), tuple(map(str, words["years_after"]))
        self._old_firm = tuple(words["after_years_old_firm"])
        self._opening, self._not_after = tuple(words["opening_verbs"]), tuple(words["not_after"])
        self._founded = [re.compile(pattern) for pattern in words["founded"]]
        self._not_years, self._several = tuple(words["years_not"]), tuple(words["several"])
        self._of_a_firm = str(words["of_a_firm"])
        self._reached, self._hedges = re.compile(words["reached_by_now"]), str(words["hedges_of_years"])
        self._others = WordFinder({"others": others})
        self._longer = WordFinder({"longer": {*words["longer"], *longer}})
        self._startup_below = Decimal(str(bounds["startup_below"]))
        self._mature_above = Decimal(str(bounds["mature_above"]))

    def read(
        self, text: str, amounts: Sequence[Amount], asked: Optional[str], this_year: Optional[int] = None
    ) -> list[Fact]:
        """The stage told, by words or by years; years alone between the bounds are told as ``years_in_business``."""
        facts = self._by_words(self._words, text)
        years = self._by_years(text, amounts, asked) + self._by_foundation(text, this_year)
        facts = facts or [fact for fact in self._by_words(self._alone, text) if _is_alone(fact, text)]
        if not facts and asked == "stage" and not any(fact.name == "stage" for fact in years):
            described = [fact for fact in self._described.read(text, "stage") if not self._of_others(text, fact.start)]
            facts = described or self._by_words(self._answers, text)
        return [self._latest(facts, text)] if facts else years[:1]

    def _latest(self, facts: Sequence[Fact], text: str) -> Fact:
        """从初创走到成熟, 熬过初创，现在扩张: the stage that she says she has reached by now, else the first."""
        for index in range(len(facts) - 1, 0, -1):
            if self._reached.search(text, facts[index - 1].end, facts[index].start):
                return facts[index]
        return facts[0]

    def _by_words(self, finder: WordFinder, text: str) -> list[Fact]:
        hits = longest(finder.find(text))
        longer = longest(self._longer.find(text)) if hits else []
        return [
            Fact("stage", hit.label, hit.start, hit.end)
            for hit in hits
            if not text[max(0, hit.start - 4) : hit.start].endswith(self._negations)
            and not text.startswith(self._not_after, hit.end)
            and not _in_number(text, hit)
            and not _is_inside(hit, longer)
            and not self._of_others(text, hit.start)
            and not self._is_customers_firm(text, hit)
        ]

    def _is_customers_firm(self, text: str, hit: Hit) -> bool:
        """客户就十几家老厂, 给几家老厂供货: an old firm, and not hers."""
        start, _ = clause_around(text, hit.start, hit.start)
        before = text[start : hit.start]
        is_firm = text.startswith(self._old_firm, hit.start)
        return is_firm and (before.endswith(self._several) or any(word in before for word in self._not_years))

    def _of_others(self, text: str, position: int) -> bool:
        start, _ = clause_around(text, position, position)
        before = text[start:position]
        return bool(self._others.find(before)) and self._together.search(before) is None

    def _by_years(self, text: str, amounts: Sequence[Amount], asked: Optional[str]) -> list[Fact]:
        facts = []
        compared = [match.span() for match in self._compared.finditer(text)]
        for amount in amounts:
            years = years_of(amount)
            # 一年 right before a sum is its period: 一年一百五十万.
            if amount.article and any(other.start == amount.end for other in amounts):
                continue
            if any(start <= amount.start < end for start, end in compared):
                continue
            if years is not None and self._is_age(amount, text, asked) and not self._of_others(text, amount.start):
                facts.append(self._by_age(years, amount.start, amount.end))
        return facts

    def _by_foundation(self, text: str, this_year: Optional[int]) -> list[Fact]:
        if this_year is None:
            return []
        matches = [match for pattern in self._founded for match in pattern.finditer(text)]
        ages = [(Decimal(this_year - int(match.group(1))), match) for match in matches]
        return [
            self._by_age(age, *match.span())
            for age, match in ages
            if age >= 0 and not self._of_others(text, match.start())
        ]

    def _by_age(self, years: Decimal, start: int, end: int) -> Fact:
        if years < self._startup_below:
            return Fact("stage", "startup", start, end)
        if years > self._mature_above:
            return Fact("stage", "mature", start, end)
        return Fact("years_in_business", years, start, end)

    def _is_age(self, amount: Amount, text: str, asked: Optional[str]) -> bool:
        if text.startswith(self._old_firm, amount.end):
            return True
        start, end = clause_around(text, amount.start, amount.end)
        before = text[start : amount.start]
        if any(word in before for word in self._not_years):
            return False
        if asked == "stage" and (before or text.startswith(self._after, amount.end) or not _PAD.sub("", text[amount.end : end])):
            return True
        near = before.rstrip(self._hedges)
        if amount.unit == "year" and not amount.article and not near and self._stands_alone(text, start, amount):
            return True
        if amount.unit == "year" and amount.article and near.endswith(self._opening):
            return True
        if amount.unit == "year" and not amount.article and near.endswith(self._before):
            return near.endswith(tuple(word for word in self._before if len(word) > 1)) or text.startswith(
                self._after, amount.end
            )
        if amount.unit != "year" and not near.endswith(self._opening):
            return False
        ends = amount.end == len(text) or text[amount.end] in self._of_a_firm or _BREAK.match(text, amount.end)
        if not amount.article and near.endswith(self._opening) and ends:
            return True
        reach = text[max(start, amount.start - _REACH_OF_YEARS) : amount.start]
        return text.startswith(self._after, amount.end) and any(word in reach for word in self._before)

    def _stands_alone(self, text: str, start: int, amount: Amount) -> bool:
        """开超市，二十年了: years that fill their clause are hers, unless the clause before is of others."""
        before, _ = clause_around(text, max(0, start - 1), max(0, start - 1))
        _, end = clause_around(text, amount.start, amount.end)
        ends = text.startswith(self._after, amount.end) and end - amount.end <= _LONGEST_PARTICLES
        return ends and start > 0 and not any(word in text[before:start] for word in self._not_years)


def _in_number(text: str, hit: Hit) -> bool:
    """Whether a word with digits at its ends stands inside a number (0到1 in 80到100万)."""
    before, after = text[max(0, hit.start - 1) : hit.start], text[hit.end : hit.end + 1]
    return (text[hit.start].isdigit() and before.isdigit()) or (text[hit.end - 1].isdigit() and after.isdigit())


def _is_inside(hit: Hit, longer: Sequence[Hit]) -> bool:
    """Whether a word is but a part of a longer one that means something else (增长 in 增长目标, 老 in 老板)."""
    return any(
        word.start <= hit.start and hit.end <= word.end and word.length > hit.length for word in longer
    )


def _is_alone(fact: Fact, text: str) -> bool:
    start, end = clause_around(text, fact.start, fact.end)
    return not _PAD.sub("", text[start : fact.start] + text[fact.end : end])


def years_of(amount: Amount) -> Optional[Decimal]:
    """A span of time in years, ``None`` where it is none or open."""
    number = amount.interval.centre or amount.interval.low or amount.interval.high
    if amount.kind != DURATION or amount.unit not in _PER_YEAR or number is None:
        return None
    return number / _PER_YEAR[amount.unit]


def _crosses(hit: Hit, longer: Sequence[Hit]) -> bool:
    """Whether a word is cut out of others: 流客 in 物流客户, 会员 in 会员增长目标."""
    return any(
        word.start < hit.end and hit.start < word.end and not (hit.start <= word.start and word.end <= hit.end)
        for word in longer
    )


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
        before, after = text[start : hit.start], _PAD.sub("", text[hit.end : end])
        if not _PAD.sub("", before) and not after:
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
def stage_reader(lexicon: Lexicon) -> StageReader:
    """The reader over a lexicon, built once."""
    subjects = [word for name in CheckReader.NAMES for word in lexicon["checks"][name]["subjects"]]
    others = lexicon["roles"]["others_people"]
    return StageReader(lexicon["stages"], lexicon.widths["stage_by_years"], others, subjects)


@lru_cache(maxsize=2)
def model_reader(lexicon: Lexicon) -> ModelReader:
    """The reader over a lexicon, built once."""
    return ModelReader(lexicon["business_models"])


@lru_cache(maxsize=2)
def check_reader(lexicon: Lexicon) -> CheckReader:
    """The reader over a lexicon, built once."""
    return CheckReader(lexicon["checks"])
