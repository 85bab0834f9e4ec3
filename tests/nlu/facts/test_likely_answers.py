"""Answers in words that no list holds are guessed, and only those."""

from __future__ import annotations

from decimal import Decimal

import pytest

from nlu.fact import Fact
from nlu.lexicon import LEXICON_DIRECTORY, read_yaml
from nlu.likely_answers import LikelyAnswers

TOLD = [Fact("team_size", Decimal(3), 0, 2)]


@pytest.fixture(scope="module")
def likely() -> LikelyAnswers:
    return LikelyAnswers.of(read_yaml(LEXICON_DIRECTORY / "answers.yml"))


@pytest.mark.parametrize(
    ("slot", "value", "text"),
    [
        ("stage", "startup", "上个月才挂牌，客人都是朋友来捧场"),
        ("stage", "growth", "人越招越多，隔壁的铺子也盘下来了"),
        ("stage", "mature", "我爷爷那会儿就有这招牌，街坊吃到大的"),
        ("business_model", "membership", "家长都是一次交足一学期的课时，来一次扣一次"),
        ("business_model", "subscription", "系统到日子自动扣他们账上的钱"),
        ("business_model", "one_time", "景区路边的，人家买了就上车走了"),
        ("business_model", "project", "先投标，中了再进场，验收完结尾款"),
        ("business_model", "repeat", "饭馆的老板每天清早来我这拿菜"),
    ],
)
def test_an_answer_near_to_known_ones_is_guessed(likely: LikelyAnswers, slot: str, value: str, text: str) -> None:
    [fact] = likely.guessed(text, [], slot)
    assert (fact.name, fact.value, fact.guess) == (slot, value, True)


@pytest.mark.parametrize(
    ("text", "facts", "asked"),
    [
        ("人越招越多，隔壁的铺子也盘下来了", [], None),
        ("人越招越多，隔壁的铺子也盘下来了", [], "total_budget"),
        ("人越招越多，隔壁的铺子也盘下来了", TOLD, "stage"),
        ("人越招越多算不算长大", [], "stage"),
        ("这个真说不清，人越招越多", [], "stage"),
        ("行吧", [], "stage"),
        ("今天下雨，路上堵得厉害", [], "stage"),
        ("先投标，中了再进场，验收完结尾款", [], "stage"),
    ],
)
def test_nothing_else_is_guessed(likely: LikelyAnswers, text: str, facts: list[Fact], asked: str) -> None:
    assert likely.guessed(text, facts, asked) == []
