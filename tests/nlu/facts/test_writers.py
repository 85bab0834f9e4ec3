"""Every amount that can be written in a style reads back as what was written."""

from __future__ import annotations

import re
import time
from decimal import Decimal
from typing import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.amounts import read_amounts
from nlu.facts import read_facts
from nlu.lexicon import project_lexicon
from nlu.normalise import normalise

LEXICON = project_lexicon()
DIGITS, FORMAL_DIGITS = "零一二三四五六七八九", "零壹贰叁肆伍陆柒捌玖"
TENS, FORMAL_TENS = ("", "十", "百", "千"), ("", "拾", "佰", "仟")
MYRIAD, HUNDRED_MILLION = 10_000, 100_000_000


def chinese(number: int, digits: str = DIGITS, tens: tuple[str, ...] = TENS) -> str:
    """A whole number from 1 to below 10^16 in characters, as Chinese writes it in full."""
    for unit, name in ((HUNDRED_MILLION, "亿"), (MYRIAD, "万")):
        if number >= unit:
            rest = number % unit
            gap = digits[0] if 0 < rest < unit // 10 else ""
            return chinese(number // unit, digits, tens) + name + gap + (chinese(rest, digits, tens) if rest else "")
    text, zero = "", False
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if digit:
            text += (digits[0] if zero else "") + digits[digit] + tens[place]
            zero = False
        else:
            zero = bool(text)
    return text


def in_myriads(number: int) -> str:
    """Without trailing zeros, so that 125,000 is 12.5."""
    return f"{Decimal(number) / MYRIAD:f}".rstrip("0").rstrip(".") if number % MYRIAD else str(number // MYRIAD)


WRITERS: dict[str, Callable[[int], str]] = {
    "digits with yuan": lambda number: f"{number}元",
    "grouped digits": lambda number: f"{number:,}元",
    "yen sign": lambda number: f"¥{number}",
    "characters": lambda number: f"{chinese(number)}元",
    "formal characters": lambda number: f"{chinese(number, FORMAL_DIGITS, FORMAL_TENS)}元整",
    "digits and 万": lambda number: f"{in_myriads(number)}万",
    "digits and w": lambda number: f"{in_myriads(number)}w",
    "digits, space and 万元": lambda number: f"{in_myriads(number)} 万元",
    "digits and k": lambda number: f"{number // 1000}k元" if number % 1000 == 0 else f"{number}块",
    "letters rmb": lambda number: f"rmb {number}",
}


@pytest.mark.parametrize("style", list(WRITERS))
@given(head=st.integers(1, 999), zeros=st.integers(2, 8))
@settings(max_examples=60, deadline=None)
def test_money_reads_back_in_every_style(style: str, head: int, zeros: int) -> None:
    number = head * 10**zeros
    text = WRITERS[style](number)
    assert [amount.interval.value for amount in read_amounts(text, LEXICON)] == [Decimal(number)], text


@given(number=st.one_of(st.integers(1, 10**11), st.integers(1, 10**15)))
@settings(max_examples=300, deadline=None)
def test_any_number_in_characters_reads_back(number: int) -> None:
    text = f"{chinese(number)}元"
    assert [amount.interval.value for amount in read_amounts(text, LEXICON)] == [Decimal(number)], text


@given(number=st.integers(1, 10**9))
@settings(max_examples=200, deadline=None)
def test_ten_needs_no_one_before_it(number: int) -> None:
    text = f"{re.sub('一十', '十', chinese(number))}元"
    assert [amount.interval.value for amount in read_amounts(text, LEXICON)] == [Decimal(number)], text


@given(number=st.integers(100, 10**15))
@settings(max_examples=100, deadline=None)
def test_a_number_spelt_out_digit_by_digit_reads_back(number: int) -> None:
    text = "".join(DIGITS[int(digit)] for digit in str(number))
    (amount,) = read_amounts(normalise(text).text, LEXICON)
    assert amount.interval.value == number or is_neighbours(text), text


def is_neighbours(digits: str) -> bool:
    """三五, 七八九: neighbouring digits are a range."""
    places = [DIGITS.index(digit) for digit in digits]
    steps = [later - earlier for earlier, later in zip(places, places[1:])]
    return len(digits) <= 3 and 0 not in places and (set(steps) == {1} or steps == [2])


CHANGE: dict[str, Callable[[int, int, int], str]] = {
    "spoken": lambda yuan, tenths, cents: f"{chinese(yuan)}块{DIGITS[tenths]}毛{DIGITS[cents]}分钱",
    "last digit alone": lambda yuan, tenths, cents: f"{chinese(yuan)}块{DIGITS[tenths]}毛{DIGITS[cents]}",
    "digits": lambda yuan, tenths, cents: f"{yuan}元{tenths}角{cents}分",
    "formal": lambda yuan, tenths, cents: (
        f"{chinese(yuan, FORMAL_DIGITS, FORMAL_TENS)}圆{FORMAL_DIGITS[tenths]}角{FORMAL_DIGITS[cents]}分"
    ),
}


@pytest.mark.parametrize("style", list(CHANGE))
@given(yuan=st.integers(1, 999), tenths=st.integers(1, 9), cents=st.integers(1, 9))
@settings(max_examples=40, deadline=None)
def test_small_change_reads_back(style: str, yuan: int, tenths: int, cents: int) -> None:
    text = CHANGE[style](yuan, tenths, cents)
    assert [amount.interval.value for amount in read_amounts(text, LEXICON)] == [Decimal(f"{yuan}.{tenths}{cents}")], text


@given(yuan=st.integers(1, 999), cents=st.integers(1, 9), unit=st.sampled_from(["", "分", "分钱"]))
@settings(max_examples=40, deadline=None)
def test_cents_after_a_zero_read_back(yuan: int, cents: int, unit: str) -> None:
    text = f"{chinese(yuan)}块零{DIGITS[cents]}{unit}"
    assert [amount.interval.value for amount in read_amounts(text, LEXICON)] == [Decimal(f"{yuan}.0{cents}")], text


SHORTHAND: dict[str, Callable[[int, int], str]] = {
    "digits and 万": lambda whole, tenth: f"{whole}万{tenth}",
    "digits and w": lambda whole, tenth: f"{whole}w{tenth}",
    "characters": lambda whole, tenth: f"{chinese(whole)}万{DIGITS[tenth]}",
}


@pytest.mark.parametrize("style", list(SHORTHAND))
@given(whole=st.integers(1, 99), tenth=st.integers(1, 9), more=st.integers(1, 50), join=st.sampled_from(["-", "~", "到", "至"]))
@settings(max_examples=60, deadline=None)
def test_shorthand_reads_back_alone_and_as_an_end_of_a_range(style: str, whole: int, tenth: int, more: int, join: str) -> None:
    short, low = SHORTHAND[style](whole, tenth), whole * MYRIAD + tenth * MYRIAD // 10
    assert [amount.interval.value for amount in read_amounts(short, LEXICON)] == [low], short
    for second, high in ((f"{whole + more}万", (whole + more) * MYRIAD), (SHORTHAND[style](whole + more, tenth), low + more * MYRIAD)):
        text = f"{short}{join}{second}"
        assert [(amount.low, amount.high) for amount in read_amounts(text, LEXICON)] == [(low, high)], text


@pytest.mark.parametrize("style", list(WRITERS))
@given(head=st.integers(1, 999), zeros=st.integers(2, 8))
@settings(max_examples=20, deadline=None)
def test_a_minus_reads_back_below_zero_in_every_style(style: str, head: int, zeros: int) -> None:
    number = head * 10**zeros
    for text in (f"负{WRITERS[style](number)}", f"利润为-{WRITERS[style](number)}"):
        assert [amount.interval.value for amount in read_amounts(text, LEXICON)] == [Decimal(-number)], text


@pytest.mark.parametrize(("word", "is_lower"), [("不小于", True), ("≥", True), ("大于等于", True), ("不大于", False), ("≤", False), ("不高于", False)])
@given(number=st.integers(1, 10**8))
@settings(max_examples=20, deadline=None)
def test_a_bound_opens_the_end_that_it_says(word: str, is_lower: bool, number: int) -> None:
    (amount,) = read_amounts(f"{word}{number}元", LEXICON)
    assert (amount.low, amount.high) == ((number, None) if is_lower else (None, number))


@given(low=st.integers(1, 9), high=st.integers(10, 99), join=st.sampled_from(["-", "~", "到", "至", "—"]))
@settings(max_examples=60, deadline=None)
def test_range_reads_back_with_both_ends(low: int, high: int, join: str) -> None:
    found = read_amounts(f"{low}{join}{high}万", LEXICON)
    assert [(amount.low, amount.high) for amount in found] == [(low * MYRIAD, high * MYRIAD)]


@given(tens=st.integers(2, 9), word=st.sampled_from(["来", "多"]))
@settings(max_examples=30, deadline=None)
def test_approximate_amount_keeps_its_number_inside_its_bounds(tens: int, word: str) -> None:
    (amount,) = read_amounts(f"{DIGITS[tens]}十{word}万", LEXICON)
    low, high, said = amount.low, amount.high, amount.interval.value
    assert low is not None and high is not None and said == tens * 10 * MYRIAD
    assert low <= said < high


@given(text=st.text(max_size=200), asked=st.sampled_from([None, "total_budget", "industry", "stage", "tools_used"]))
@settings(max_examples=300, deadline=None)
def test_arbitrary_text_is_read_without_harm_and_offsets_lie_inside(text: str, asked: str) -> None:
    for fact in read_facts(text, asked, LEXICON):
        assert 0 <= fact.start < fact.end <= len(text)
        fact.as_entity()


@given(
    text=st.text(alphabet="一二三五十百千万亿兆几多来半个成点块元角分零参负年月不是到以上下-.,，%0159wk(含)客户预算花了", max_size=60),
    asked=st.sampled_from([None, "spent", "new_customers"]),
)
@settings(max_examples=300, deadline=None)
def test_numerals_in_disorder_are_read_without_harm(text: str, asked: str) -> None:
    for fact in read_facts(text, asked, LEXICON):
        assert 0 <= fact.start < fact.end <= len(text)


@pytest.mark.parametrize("part", ["预算20万，", "一", "1,", "做", "客户", "九九", "12.5.", "万", " ", "1万5-", "一万五到", "零", "兆", "-5", "5元3角", "负", "www.一/", "(含)以上"])
def test_a_hundred_kilobytes_are_read_in_a_moment(part: str) -> None:
    begin = time.perf_counter()
    read_facts(part * (100_000 // len(part)), None, LEXICON)
    assert time.perf_counter() - begin < 3


@pytest.mark.parametrize(
    ("text", "name", "place"),
    [
        ("我们总预算三百万", "total_budget", "三百万"),
        ("员工12个人", "team_size", "12个人"),
        ("开奶茶店的", "industry", "奶茶店"),
    ],
)
def test_offsets_point_at_the_words_read(text: str, name: str, place: str) -> None:
    fact = next(fact for fact in read_facts(text, None, LEXICON) if fact.name == name)
    assert text[fact.start : fact.end] == place


def test_a_number_without_unit_for_a_sum_a_year_is_marked() -> None:
    (fact,) = read_facts("15", "total_budget", LEXICON)
    assert fact.unit_unclear


def test_a_number_beside_sums_in_myriads_takes_their_unit() -> None:
    facts = {fact.name: fact for fact in read_facts("一年总预算300万，其中客户这块60，花了40", None, LEXICON)}
    assert (facts["customer_budget"].value, facts["spent"].value) == (600_000, 400_000)
    assert not facts["customer_budget"].unit_unclear


def test_a_correction_is_marked_and_tells_what_it_replaces() -> None:
    (fact,) = read_facts("不是50万，是15万", "customer_budget", LEXICON)
    assert fact.corrects and fact.was == 500_000


def test_a_foreign_currency_is_marked() -> None:
    (fact,) = read_facts("总预算5万美元", None, LEXICON)
    assert (fact.name, fact.currency) == ("total_budget", "USD")


def test_what_the_rest_of_the_year_needs_is_marked() -> None:
    facts = read_facts("后面还要15万", None, LEXICON)
    assert [(fact.name, fact.rest) for fact in facts] == [("needed", True)]


def test_a_change_names_the_fact_that_it_changes() -> None:
    facts = read_facts("客户预算砍两成呢", None, LEXICON)
    assert [(fact.name, fact.value, fact.of) for fact in facts] == [("factor", Decimal("0.8"), "customer_budget")]


def test_the_year_of_foundation_tells_the_stage() -> None:
    facts = read_facts("2011年成立的模具厂", None, LEXICON, this_year=2026)
    assert {fact.name: fact.value for fact in facts} == {"stage": "mature", "industry": "manufacturing"}
