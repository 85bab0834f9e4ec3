"""Facts that are numbers: amounts with their roles, cleared of what is denied, outdated or of another matter."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import Any, Mapping, Sequence

from nlu.amounts import PERCENT, Amount, amount_reader
from nlu.changes import ChangeReader, change_reader
from nlu.choosing import Chooser
from nlu.drafts import OTHER, Asked, Draft
from nlu.fact import Fact
from nlu.fact_writer import FactWriter
from nlu.interval import Interval
from nlu.lexicon import Lexicon
from nlu.other_matters import OtherMatters
from nlu.periods import PeriodReader, period_reader
from nlu.refining import RoleRefiner
from nlu.retractions import RetractionReader, retraction_reader
from nlu.roles import YUAN_A_YEAR, Context, RoleReader, role_reader
from nlu.settling import Settler, settler
from nlu.wordless import WordlessReader, wordless_reader

OF_A_SHARE = frozenset({"plan_budget", "budget_shortfall", "budget_share"})
"""Questions whose advice is on a share of the whole budget."""


class QuantityReader:
    """Reads the numeric facts of a message."""

    def __init__(
        self,
        roles: RoleReader,
        periods: PeriodReader,
        changes: ChangeReader,
        retractions: RetractionReader,
        slots: Settler,
        wordless: WordlessReader,
        refiner: RoleRefiner,
        others: OtherMatters,
        chooser: Chooser,
        writer: FactWriter,
        moved_to: Sequence[str],
    ) -> None:
        self._roles, self._periods, self._changes, self._retractions = roles, periods, changes, retractions
        self._settler, self._wordless = slots, wordless
        self._refiner, self._others, self._chooser, self._writer = refiner, others, chooser, writer
        either = "|".join(map(re.escape, sorted(map(str, moved_to), key=len, reverse=True)))
        self._moved_to, self._begins_moved = re.compile(f"(?:{either})\\s?(?:了|个)?$"), re.compile(either)

    def read(self, text: str, amounts: Sequence[Amount], asked: Asked) -> list[Fact]:
        """Numeric facts by place; ``amounts`` are those of ``text``."""
        context = self._roles.context(text)
        amounts = self._periods.with_spans(amounts, text)
        none = self._wordless.nothing(text, asked, amounts)
        team = self._wordless.team(text)
        amounts = [amount for amount in amounts if not _touches(amount.start, amount.end, [*none, *team])]
        changes = self._changes.read(amounts, context)
        changed = {fact.start for fact in changes}
        drafts = self._drafts([amount for amount in amounts if amount.start not in changed], context, asked)
        drafts = self._with_premises(drafts, context, asked)
        drafts = self._retractions.without_retracted(drafts, context)
        drafts = [self._chooser.marked(draft, context, asked) for draft in drafts if not self._others.of_others(draft, context)]
        drafts = self._chooser.with_roles_of_others(drafts, context, asked)
        drafts = self._settler.slots(drafts, context, self._answerable(drafts, context, asked))
        facts = self._writer.facts(self._chooser.one_for_each(drafts))
        told = {fact.name for fact in facts}
        wordless = [fact for fact in (*none, *team) if fact.name not in told]
        return sorted([*facts, *changes, *wordless], key=lambda fact: fact.start)

    def _with_premises(self, drafts: Sequence[Draft], context: Context, asked: Asked) -> list[Draft]:
        """如果降到18%呢 behind advice on a share: what a bare percentage moves to is the share."""
        drafts = [self._as_moved(draft, context) for draft in drafts]
        if asked.topic not in OF_A_SHARE or asked.slot == "gross_margin" or any(d.role == "share" for d in drafts):
            return drafts
        return [replace(draft, role="share") if self._is_bare_move(draft, context) else draft for draft in drafts]

    def _answerable(self, drafts: Sequence[Draft], context: Context, asked: Asked) -> Asked:
        """如果砍到四千万呢 while her budget is asked, and the whole is known: that is moved, and this is no answer."""
        is_new = asked.slot in YUAN_A_YEAR - asked.known.keys() and bool(YUAN_A_YEAR & asked.known.keys())
        if not is_new or not self._changes.supposes(context):
            return asked
        moved = any(self._moved_to.search(context.text, 0, draft.amount.start) for draft in drafts)
        return replace(asked, slot=None) if moved else asked

    def _as_moved(self, draft: Draft, context: Context) -> Draft:
        """Under a premise 压到8% is 8%, not at most that."""
        interval = draft.amount.interval
        moved = self._begins_moved.match(context.text, draft.amount.start) is not None
        if moved and interval.low is None and interval.high is not None and self._changes.supposes(context):
            return replace(draft, amount=replace(draft.amount, interval=Interval.exactly(interval.high)))
        return draft

    def _is_bare_move(self, draft: Draft, context: Context) -> bool:
        named = draft.cue is not None and draft.cue.role != f"{OTHER}percent"
        if draft.amount.kind != PERCENT or draft.amount.unit != "percent" or named:
            return False
        text, start = context.text, draft.amount.start
        moved = self._moved_to.search(text, context.sentence_start(start), start) or self._begins_moved.match(text, start)
        return moved is not None and self._changes.supposes(context)

    def _drafts(self, amounts: Sequence[Amount], context: Context, asked: Asked) -> list[Draft]:
        periods = dict(zip((amount.start for amount in amounts), self._periods.periods(amounts, context)))
        jobs = {cue.start for cue in context.cues if cue.role == "team_part"}
        measured = [
            amount for amount in amounts if self._others.may_be_fact(amount) or (amount.article and amount.end in jobs)
        ]
        cues = self._roles.roles(measured, context, amounts)
        drafts = [
            self._refiner.refined(Draft(amount, periods[amount.start], cue, cue.role if cue else None), amounts, context, asked)
            for amount, cue in zip(measured, cues)
        ]
        return [draft for draft in drafts if self._others.holds(draft, context, asked)]


def _touches(start: int, end: int, facts: Sequence[Fact]) -> bool:
    return any(start < fact.end and fact.start < end for fact in facts)


@lru_cache(maxsize=2)
def quantity_reader(lexicon: Lexicon) -> QuantityReader:
    """The reader over a lexicon, built once."""
    words: Mapping[str, Any] = lexicon["roles"]
    roles, periods, changes = role_reader(lexicon), period_reader(lexicon), change_reader(lexicon)
    return QuantityReader(
        roles,
        periods,
        changes,
        retraction_reader(lexicon),
        settler(lexicon),
        wordless_reader(lexicon),
        RoleRefiner(words, amount_reader(lexicon), roles, periods),
        OtherMatters(words, lexicon["corrections"], periods, changes),
        Chooser(words),
        FactWriter(words, Decimal(str(lexicon.widths["unit_asked_below"]))),
        lexicon["corrections"]["moved_to"],
    )
