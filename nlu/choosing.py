"""Which of several numbers answers for a fact: this year's before last year's, a sum before its parts."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Mapping, Sequence

from nlu.amounts import MONEY
from nlu.drafts import OTHER, Asked, Draft, rank
from nlu.roles import KINDS_OF_SLOT, YUAN_A_YEAR, Context


class Chooser:
    """Marks drafts with the time and the whole that they are of, and chooses among them."""

    def __init__(self, words: Mapping[str, Any]) -> None:
        self._whole_team = frozenset(words["whole_team"])
        self._of_customers = re.compile(words["of_customers"])
        self._foreseen = re.compile(words["foreseen"])

    def with_roles_of_others(self, drafts: Sequence[Draft], context: Context, asked: Asked) -> list[Draft]:
        """The drafts, of which some have the role of another: this year's of last year's, a sum of its parts."""
        return self._sums_of_parts(self._this_years(drafts, context), context, asked)

    def marked(self, draft: Draft, context: Context, asked: Asked) -> Draft:
        start = context.clause_start(draft.amount.start)
        if draft.cue is not None and draft.cue.start < start:
            start = context.clause_start(draft.cue.start)
        last = {
            label: context.marks_in(label, start, draft.amount.start)
            for label in ("past", "present", "totals", "goals")
        }
        past, present = last["past"], last["present"]
        is_past = bool(past) and not (present and present[-1].start > past[-1].start)
        if past or present or last["totals"]:
            draft = replace(draft, past=is_past, present=bool(present) and not is_past, total=bool(last["totals"]))
        if draft.role == "team_size" and draft.cue and context.text[draft.cue.start : draft.cue.end] in self._whole_team:
            draft = replace(draft, total=True)
        if draft.role == asked.slot == "team_size" and draft.cue:
            # 员工七个，专门跟客户的四个: asked is who looks after customers.
            draft = replace(draft, exact=self._of_customers.search(context.text, draft.cue.start, draft.cue.end) is not None)
        if last["goals"] and draft.role in ("revenue", "new_customers", "customers"):
            return replace(draft, role=f"{OTHER}goal")
        return draft

    @staticmethod
    def one_for_each(drafts: Sequence[Draft]) -> list[Draft]:
        """One draft for each slot: a total before a part, this year's before last year's, the first before the next."""
        best: dict[str, Draft] = {}
        rest: list[Draft] = []
        for draft in drafts:
            if draft.role is None or draft.role not in KINDS_OF_SLOT:
                rest.append(draft)
                continue
            known = best.get(draft.role)
            if known is None or rank(draft) > rank(known):
                best[draft.role] = draft
        return [*best.values(), *rest]

    def _this_years(self, drafts: Sequence[Draft], context: Context) -> list[Draft]:
        """去年新客80个，今年才35个: a number of this year that no noun names is of what was told of last year."""
        found = list(drafts)
        for index in range(1, len(found)):
            draft, before = found[index], found[index - 1]
            foreseen = self._foreseen.search(context.text, before.amount.end, draft.amount.start)
            present = draft.present or bool(context.marks_in("present", before.amount.end, draft.amount.start))
            loose = not foreseen and (draft.role is None or draft.cue is not None and draft.cue.side == "before")
            if loose and present and before.past and before.role and draft.amount.kind == before.amount.kind:
                found[index] = replace(draft, role=before.role, present=True)
        return found

    def _sums_of_parts(self, drafts: Sequence[Draft], context: Context, asked: Asked) -> list[Draft]:
        """广告四万，送礼两万，一共六万: a sum of what was listed before it answers for all of it."""
        found = list(drafts)
        for index in range(2, len(found)):
            parts = self._parts_of(found[: index], found[index], context)
            if not parts:
                continue
            named = [part.role for part in parts if part.role in YUAN_A_YEAR]
            role = named[0] if named else asked.slot if asked.slot in YUAN_A_YEAR else None
            if role is not None:
                found[index] = replace(found[index], role=role, total=True, replaces=True)
        return found

    @staticmethod
    def _parts_of(before: Sequence[Draft], total: Draft, context: Context) -> list[Draft]:
        """The exact sums right before ``total`` that add up to it, two or more; none where it has a role of its own."""
        free = total.role is None or total.role.startswith(OTHER)
        marked = context.marks_in("totals", before[-1].amount.end, total.amount.start)
        if not (free and marked and total.amount.kind == MONEY and total.amount.interval.is_exact):
            return []
        parts: list[Draft] = []
        rest = total.amount.interval.known_end
        for draft in reversed(before):
            if draft.amount.kind != MONEY or not draft.amount.interval.is_exact or rest <= 0:
                break
            parts.append(draft)
            rest -= draft.amount.interval.known_end
        return parts[::-1] if not rest and len(parts) > 1 else []
