"""The four kinds of advice, each with its formula; named as in the public structure."""

from __future__ import annotations

from typing import Callable, Mapping

from advice.evaluation import advise_evaluation
from advice.facts import Facts
from advice.plan import advise_plan
from advice.results import AnyAdvice
from advice.share import advise_share
from advice.shortfall import advise_shortfall
from knowledge.model import Knowledge

FORMULAS: Mapping[str, Callable[[Facts, Knowledge], AnyAdvice]] = {
    "plan": advise_plan,
    "share": advise_share,
    "shortfall": advise_shortfall,
    "evaluation": advise_evaluation,
}
