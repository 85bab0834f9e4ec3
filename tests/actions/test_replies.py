"""Short replies that settle something by a word."""

from __future__ import annotations

from pathlib import Path

import pytest

from actions.replies import Replies
from rendering.script import in_simplified

REPLIES = Replies.from_file(Path("data/lexicon/replies.yml"))


@pytest.mark.parametrize(
    "text",
    ["别往下问了", "不要再問了", "得嘞，别再问了", "够了，别问了", "甭问了", "不想再答了", "问题太多了", "问完了没", "先这样吧", "到这里吧", "直接出结果吧", "可以出结果了", "That's all"],
)  # fmt: skip
def test_she_has_had_enough(text: str) -> None:
    assert REPLIES.enough.search(in_simplified(text).lower())


@pytest.mark.parametrize("text", ["不想说", "预算够了", "不用说，回头客", "别的问题", "想问一下占多少", "不要问题软件", "答不上来"])
def test_she_may_be_asked_on(text: str) -> None:
    assert not REPLIES.enough.search(text.lower())
