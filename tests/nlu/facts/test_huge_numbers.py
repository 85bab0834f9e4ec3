"""Numbers that no company has: they are read, so that they can be refused, and never break what stores them."""

from __future__ import annotations

import orjson
import pytest

from nlu.facts import read_facts
from nlu.lexicon import project_lexicon
from nlu.normalise import normalise


@pytest.mark.parametrize("text", ["总预算" + "9" * 400 + "元", "总预算亿亿亿亿", "总预算一百亿亿亿万元", "客户" + "8" * 60 + "个", "总预算-" + "7" * 50])
def test_every_number_read_can_be_stored(text: str) -> None:
    for fact in read_facts(normalise(text).text, "total_budget", project_lexicon()):
        orjson.dumps(fact.as_entity())
