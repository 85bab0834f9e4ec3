"""Numbers that the message itself takes back: denied, changed from one to another, corrected, given a role afterwards.

What stands for a number taken back takes over its role, and says what it replaces. Words stand in
``data/lexicon/corrections.yml``.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import Any, Iterable, Mapping, Optional, Sequence

from nlu.amounts import COUNT, MONEY, NUMBER, Amount
from nlu.drafts import Draft
from nlu.interval import MYRIAD, ONE, Interval
from nlu.lexicon import Hit, Lexicon, WordFinder, longest
from nlu.roles import KINDS_OF_SLOT, Context, Cue

_CHANGE_SPAN, _CORRECTION_SPAN = 14, 30
_REACH_OF_DENIAL = 14
_BUDGETS = frozenset({"total_budget", "customer_budget"})
_WANTED = frozenset({"needed", "rest_needed"})
_GENERAL = frozenset({None, "budget", "allotted", "surplus"})


class RetractionReader:
    """Leaves of the drafts of a message those that hold."""

    def __init__(self, words: Mapping[str, Any], fillers: Sequence[str]) -> None:
        filler = _either(fillers)
        changes = [str(word) for word in words["change_words"]]
        clear = [word for word in changes if len(word) > 1 and not word.isascii()]
        self._fillers = re.compile(filler)
        self._negated = re.compile(f"(?<!{words['asking_not']})(?:{_either(words['number_negations'])})\\s?(?:{filler}){{0,4}}\\s?$")
        self._taken_back = re.compile(f"^(?!{words['asking_whether']}).?(?:{_either(words['taken_back_after'])})")
        self._not_ours = re.compile(words["not_ours_behind"])
        self._takes_back = WordFinder({"back": words["takes_back"], "none": words["no_correction"]})
        self._corrects = WordFinder({"back": {*words["takes_back"], *words["self_corrections"]}, "none": words["no_correction"]})
        self._from = re.compile(f"(?:{_either(words['from_words'])})\\s?(?:{filler}){{0,3}}$")
        self._changed = re.compile(_either(clear))
        self._change = re.compile(f"(?:{_either(changes)})(?:了)?\\s?(?:{filler}){{0,3}}\\s?$")
        self._clear_change = re.compile(f"(?:{_either(clear)})(?:了)?\\s?(?:{filler}){{0,3}}\\s?$")
        self._then = re.compile(f"[,，。;；!！\\s](?:{_either(words['then_words'])})\\s?(?:{filler}){{0,3}}$")
        self._settles = re.compile(f"(?:{_either(words['settles_on'])})\\s?(?:{filler}){{0,2}}$")
        self._lacking, self._fails = re.compile(words["lacking_before"]), re.compile(words["fails_behind"])
        self._meant = WordFinder({"meant": words["meant_afterwards"]})

    def without_retracted(self, drafts: Sequence[Draft], context: Context) -> list[Draft]:
        """The drafts that hold, in the roles that they have in the end."""
        if not drafts:
            return []
        drafts = self._roles_told_afterwards([self._as_indispensable(draft, context) for draft in drafts], context)
        drafts = self._without_denied(drafts, context)
        return self._after_corrections(self._after_changes(drafts, context), context)

    # -- 没有55万根本做不下来 ------------------------------------------------------------------------------------

    def _as_indispensable(self, draft: Draft, context: Context) -> Draft:
        """A sum without which, or with less than which, it does not work is what is needed."""
        if draft.amount.kind not in KINDS_OF_SLOT["needed"] or not self._is_indispensable(draft.amount, context.text):
            return draft
        interval = draft.amount.interval
        if interval.low is None and interval.high is not None:
            interval = Interval.exactly(interval.high)
        return replace(draft, role="needed", cue=None, amount=replace(draft.amount, interval=interval))

    def _is_indispensable(self, amount: Amount, text: str) -> bool:
        before = text[max(0, amount.start - _REACH_OF_DENIAL) : amount.start]
        less = amount.interval.low is None or self._lacking.search(before) is not None
        return less and self._fails.match(text, amount.end) is not None

    # -- 1.5个亿，我说的是营业额 ---------------------------------------------------------------------------------

    def _roles_told_afterwards(self, drafts: Sequence[Draft], context: Context) -> list[Draft]:
        """The last number before 我说的是 and a role has that role."""
        found = list(drafts)
        for hit in self._meant.find(context.text):
            before = [index for index, draft in enumerate(found) if draft.amount.end <= hit.start]
            cue = self._cue_meant(hit, drafts, context)
            if before and cue is not None:
                draft = found[before[-1]]
                if draft.amount.kind in KINDS_OF_SLOT[cue.role] and hit.start - draft.amount.end <= _REACH_OF_DENIAL:
                    found[before[-1]] = replace(draft, role=cue.role, cue=cue)
        return found

    def _cue_meant(self, hit: Hit, drafts: Sequence[Draft], context: Context) -> Optional[Cue]:
        """The role named right behind ``hit``, unless a number of its own follows."""
        for cue in context.cues:
            if cue.role not in KINDS_OF_SLOT or cue.start < hit.end or cue.side == "before":
                continue
            if self._fillers.sub("", context.text[hit.end : cue.start]).strip(" ,，"):
                return None
            own = [draft for draft in drafts if cue.end <= draft.amount.start <= cue.end + _REACH_OF_DENIAL]
            return None if any(context.breaks_between(cue.end, draft.amount.start) == (0, 0) for draft in own) else cue
        return None

    # -- 不是50万，是15万 ---------------------------------------------------------------------------------------

    def _without_denied(self, drafts: Sequence[Draft], context: Context) -> list[Draft]:
        denied = [draft for draft in drafts if self._is_denied(draft, context)]
        corrects = bool(denied) or any(hit.label == "back" for hit in longest(self._takes_back.find(context.text)))
        kept = [draft for draft in drafts if not any(_is_same(draft, gone) for gone in denied)]
        if corrects:
            kept = [replace(draft, corrects=True) for draft in kept]
        for gone in denied:
            later = next((index for index, draft in enumerate(kept) if draft.amount.start > gone.amount.start), None)
            if len(denied) == 1 and later is None and kept:
                later = len(kept) - 1
            if later is not None:
                kept[later] = self._instead(kept[later], gone)
        return kept

    def _is_denied(self, draft: Draft, context: Context) -> bool:
        text, amount, cue = context.text, draft.amount, draft.cue
        if self._is_indispensable(amount, text):
            return False
        if self._negated.search(text[max(0, amount.start - _REACH_OF_DENIAL) : amount.start]):
            return True
        if self._taken_back.match(text[amount.end : amount.end + 8]) or self._not_ours.match(text, amount.end):
            return True
        if cue is None or cue.end > amount.start or self._fillers.sub("", text[cue.end : amount.start]).strip():
            return False
        return bool(self._negated.search(text[max(0, cue.start - _REACH_OF_DENIAL) : cue.start]))

    @staticmethod
    def _instead(draft: Draft, denied: Draft) -> Draft:
        """The number that stands for a denied one takes over its role and says what it replaces."""
        general = draft.role in _GENERAL and denied.role in (*_GENERAL, *_BUDGETS)
        if (not general and draft.role not in (None, denied.role)) or (draft.role is None and not _alike(denied.amount, draft.amount)):
            return draft
        return _replacing(draft, denied)

    # -- 从三十万砍到十二万 ---------------------------------------------------------------------------------------

    def _after_changes(self, drafts: Sequence[Draft], context: Context) -> list[Draft]:
        """从三十万砍到十二万: only the later number holds, in the role of the earlier; what was wanted stays."""
        kept: list[Draft] = []
        for draft in drafts:
            earlier = kept[-1] if kept else None
            if earlier is not None and self._is_change(earlier.amount, draft.amount, context):
                draft = self._changed_to(draft, context)
                if earlier.role in _WANTED:
                    kept.append(replace(draft, role=draft.role if draft.role not in (None, earlier.role) else "allotted"))
                    continue
                kept.pop()
                between = draft.cue is not None and earlier.amount.end <= draft.cue.start
                if earlier.role and (draft.role is None or between):
                    draft = replace(draft, role=earlier.role, period=draft.period or earlier.period)
            kept.append(draft)
        return kept

    def _is_change(self, earlier: Amount, later: Amount, context: Context) -> bool:
        text = context.text
        between = text[earlier.end : later.start] + self._change_at(text, later.start)
        if len(between) > _CHANGE_SPAN or context.breaks_between(earlier.end, later.start)[1]:
            return False
        if earlier.kind != later.kind and NUMBER not in (earlier.kind, later.kind):
            return False
        if earlier.interval.centre is None and self._then.search(between):
            return True
        if self._clear_change.search(between):
            return True
        return bool(self._from.search(text[max(0, earlier.start - 8) : earlier.start]) and self._change.search(between))

    def _change_at(self, text: str, position: int) -> str:
        """The word of change that begins at ``position``, empty if none does."""
        match = self._changed.match(text, position)
        return match.group() if match else ""

    def _changed_to(self, draft: Draft, context: Context) -> Draft:
        """压到420万 behind an earlier sum is that sum, not at most that sum."""
        interval = draft.amount.interval
        if interval.low is not None or interval.high is None or not self._change_at(context.text, draft.amount.start):
            return draft
        return replace(draft, amount=replace(draft.amount, interval=Interval.exactly(interval.high)))

    # -- 30万，哦不，40万 -----------------------------------------------------------------------------------------

    def _after_corrections(self, drafts: Sequence[Draft], context: Context) -> list[Draft]:
        """The later of two numbers of one role holds where a word of correction stands between them."""
        if len(drafts) < 2:
            return list(drafts)
        marks = [hit for hit in longest(self._corrects.find(context.text)) if hit.label == "back"]
        kept: list[Draft] = []
        for draft in drafts:
            earlier = self._corrected(kept, draft, marks, context)
            if earlier is not None:
                kept = [other for other in kept if other is not earlier]
                draft = _replacing(_in_unit_of(draft, earlier), earlier)
            kept.append(draft)
        return kept

    def _corrected(
        self, kept: Sequence[Draft], draft: Draft, marks: Sequence[Hit], context: Context
    ) -> Optional[Draft]:
        """The earlier draft that ``draft`` corrects."""
        earlier = next(
            (other for other in reversed(kept) if not other.amount.faint and _may_correct(draft, other)), None
        )
        if earlier is None:
            return None
        start, end = earlier.amount.end, draft.amount.start
        if any(start <= hit.start and hit.end <= end for hit in marks) and end - start <= _CORRECTION_SPAN:
            return earlier
        settled = earlier.amount.interval.is_range and draft.amount.interval.is_exact
        return earlier if settled and self._settles.search(context.text[start:end]) else None


def _may_correct(draft: Draft, earlier: Draft) -> bool:
    """Whether the later number is of the same thing: of one role, or bare and alike."""
    if draft.role == earlier.role:
        return _alike(earlier.amount, draft.amount)
    if draft.role is None:
        return _alike(earlier.amount, draft.amount)
    return draft.role in _GENERAL and earlier.role in (*_GENERAL, *_BUDGETS)


def _alike(earlier: Amount, later: Amount) -> bool:
    """Whether the one number may stand for the other."""
    if earlier.kind == later.kind == COUNT and {earlier.unit, later.unit} == {"person", "organisation"}:
        return False
    return earlier.kind == later.kind or (NUMBER in (earlier.kind, later.kind) and not earlier.article)


def _replacing(draft: Draft, earlier: Draft) -> Draft:
    return replace(
        draft,
        role=draft.role if draft.role not in _GENERAL else earlier.role or draft.role,
        cue=draft.cue or earlier.cue,
        was=earlier.was if earlier.amount.value is None else earlier.amount.value,
        replaces=True,
        corrects=True,
        period=draft.period or earlier.period,
        past=False,
    )


def _in_unit_of(draft: Draft, earlier: Draft) -> Draft:
    """30万，不对，40: what corrects a sum in 万 without a unit of its own is in 万 too."""
    amount = draft.amount
    if earlier.amount.kind == amount.kind or amount.kind != NUMBER or amount.has_unit:
        return draft
    if earlier.amount.kind == MONEY and earlier.amount.scale >= MYRIAD and amount.interval.known_end < MYRIAD:
        scaled = amount.interval.times(earlier.amount.scale)
        return replace(draft, amount=replace(amount, kind=MONEY, interval=scaled, scale=earlier.amount.scale, has_unit=True))
    if earlier.amount.kind in (COUNT, MONEY) or earlier.amount.scale == ONE:
        return replace(draft, amount=replace(amount, kind=earlier.amount.kind, unit=earlier.amount.unit))
    return draft


def _is_same(draft: Draft, denied: Draft) -> bool:
    """Whether ``draft`` is the number denied, or tells it of the same thing."""
    if draft.amount.value != denied.amount.value:
        return False
    return draft is denied or draft.role in (None, denied.role) or denied.role is None


def _either(words: Iterable[Any]) -> str:
    return "|".join(re.escape(word) for word in sorted(map(str, words), key=len, reverse=True))


@lru_cache(maxsize=2)
def retraction_reader(lexicon: Lexicon) -> RetractionReader:
    """The reader over a lexicon, built once."""
    return RetractionReader(lexicon["corrections"], lexicon["roles"]["fillers"])
