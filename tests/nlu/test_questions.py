"""What asks something, and what only looks like it."""

from __future__ import annotations

import pytest

from nlu.questions import asks_something


@pytest.mark.parametrize("text", ["你那边下不下", "落唔落雨", "预算够不够用", "你们放没放假", "有冇得平啲", "是不是太多了"])
def test_a_choice_between_yes_and_no_asks(text: str) -> None:
    assert asks_something(text)


@pytest.mark.parametrize("text", ["老客时不时来一趟", "成本高得不得了", "动不动就退卡", "不不不", "不是50万", "客户没了80个"])
def test_a_denial_alone_asks_nothing(text: str) -> None:
    assert not asks_something(text)
