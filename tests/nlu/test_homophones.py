"""Words of the field typed with other characters of the same sound."""

from __future__ import annotations

import pytest

from nlu.homophones import with_homophones_restored
from nlu.normalise import normalise

RESTORED = [
    ("客护遇算咋定", "客户预算咋定"),
    ("毛利绿三成", "毛利率三成"),
    ("客但价150", "客单价150"),
    ("总与算40万", "总预算40万"),
    ("流失绿高不高", "流失率高不高"),
    ("总遇算是90万", "总预算是90万"),
    ("客护流矢了13个", "客户流失了13个"),
    ("预标50万", "预算50万"),
    ("我门公司缺扣三万", "我们公司缺口三万"),
]
LEFT_ALONE = ["我去给与算账的人打个电话", "复购怎么样", "怎么盯执行", "微信客户有三千", "工资什么时候发", "捌拾玖点柒贰", "眼视光店", "办公可以用吗", "我门口的店"]


@pytest.mark.parametrize(("typed", "meant"), RESTORED)
def test_a_word_of_the_same_sound_is_put_right(typed: str, meant: str) -> None:
    assert with_homophones_restored(typed) == meant


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_proper_words_are_left_alone(text: str) -> None:
    assert with_homophones_restored(text) == text


def test_places_in_the_message_stay() -> None:
    assert normalise("咱们 客护遇算 10万").offsets[-3:] == (8, 9, 10)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("预箅多少", "预算多少"),
        ("chuchuang qi", "初创期"),
        ("kai huoguodian de", "开火锅店的"),
        ("看https://www.baidu.com/xiaoxi/yusuan", "看https://www.baidu.com/xiaoxi/yusuan"),
        ("我的微信 zhanglaoban 加我", "我的微信 zhanglaoban 加我"),
    ],
)
def test_characters_and_pinyin_are_put_right_and_names_left_alone(typed: str, meant: str) -> None:
    assert normalise(typed).text == meant
