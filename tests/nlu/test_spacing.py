"""What spaces say: a clause's end in hasty typing, nothing in a text written apart."""

from __future__ import annotations

import re
from typing import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.facts import GoldMessage, facts_read, facts_supposed
from nlu.lexicon import project_lexicon
from nlu.normalise import normalise
from nlu.spacing import is_behind_numbers
from tests.nlu.facts.test_messages import ROWS

LEXICON = project_lexicon()
ENDS_A_CLAUSE = [
    ("家政 开了9年 会员卡", "家政,开了9年,会员卡"),
    ("餐饮 初创 会员", "餐饮,初创,会员"),
    ("短信 生日礼 公众号", "短信,生日礼,公众号"),
    ("客户预算咋做 急", "客户预算咋做,急"),
    ("总预算80w 客户预算咋做", "总预算80w,客户预算咋做"),
    ("家政 zongyusuan80w", "家政,总预算80w"),
    ("三百万 毛利三成", "三百万,毛利三成"),
    ("五百 单位忘了", "五百,单位忘了"),
]
STAYS = [
    "总预算 300 万",
    "总预算 三百万 左右",
    "我们店有员工 12 名",
    "双 11 前后搞活动",
    "做 saas 系统的",
    "b2b 平台",
]
IS_NOTHING = [
    ("预 算 多 少", "预算多少"),
    ("预 算 多少 合 适", "预算多少合适"),
    ("我们 公司 的 客户 预算 是 多少", "我们公司的客户预算是多少"),
    ("总 预 算 3 0 0 万", "总预算300万"),
    ("做 s a a s 的 ， 总 预 算 两 百 万", "做saas的,总预算两百万"),
    ("用 crm saas 的 ， 预 算 多 少", "用crm saas的,预算多少"),
]
COMMA = re.compile(r"(?<=[\u4e00-\u9fff\d])，(?=[\u4e00-\u9fff])")
ROWS_WITH_COMMAS = [row for row in ROWS if COMMA.search(row[0])]
CHINESE_ROWS = [row[0] for row in ROWS if re.fullmatch(r"[\u4e00-\u9fff，？！。]{2,}\d{0,4}[\u4e00-\u9fff，？！。]{2,}", row[0])]


@pytest.mark.parametrize(("typed", "read"), [*ENDS_A_CLAUSE, *((text, text) for text in STAYS), *IS_NOTHING])
def test_a_space_reads_as_what_it_stands_for(typed: str, read: str) -> None:
    assert normalise(typed).text == read


@pytest.mark.parametrize("typed", [typed for typed, _ in (*ENDS_A_CLAUSE, *IS_NOTHING) if typed.isascii() or not re.search("[a-z]", typed)])
def test_each_character_keeps_its_place(typed: str) -> None:
    form = normalise(typed)
    assert [typed[place].replace(" ", ",").replace("，", ",") for place in form.offsets] == list(form.text)


def facts_of(text: str, row: Sequence[object]) -> tuple[object, object]:
    message = GoldMessage(text, str(row[2]) if len(row) > 2 else None, {})
    return facts_read(message, LEXICON), facts_supposed(message, LEXICON)


def with_spaces(text: str, chosen: Sequence[bool]) -> str:
    """Spaces in place of the chosen commas, but for those before a number or between one and a unit, where a space belongs."""
    places = [match.start() for match in COMMA.finditer(text)]
    taken = {place for place, is_chosen in zip(places, chosen) if is_chosen and not goes_with_number(text, place)}
    return "".join(" " if place in taken else character for place, character in enumerate(text))


def goes_with_number(text: str, place: int) -> bool:
    unit = text[place - 1].isnumeric() and is_behind_numbers(text[place + 1 : place + 5])
    return unit or text[place + 1].isnumeric()


@given(row=st.sampled_from(ROWS_WITH_COMMAS), chosen=st.lists(st.booleans(), min_size=12, max_size=12))
@settings(max_examples=400, deadline=None)
def test_spaces_in_place_of_commas_change_no_fact(row: Sequence[object], chosen: Sequence[bool]) -> None:
    text = str(row[0])
    assert facts_of(with_spaces(text, chosen), row) == facts_of(text, row)


@given(text=st.sampled_from(CHINESE_ROWS))
@settings(max_examples=200, deadline=None)
def test_a_message_written_apart_reads_as_the_same_message(text: str) -> None:
    assert normalise(" ".join(text)).text == normalise(text).text


@given(text=st.text(alphabet="预算客户万三百 3 0k，,.a ", max_size=40))
@settings(max_examples=300, deadline=None)
def test_places_never_go_back(text: str) -> None:
    form = normalise(text)
    assert len(form.offsets) == len(form.text)
    assert list(form.offsets) == sorted(form.offsets)
