"""The clause that a word stands in, and answers that fill one."""

from __future__ import annotations

import re

BREAK = re.compile(r"[,，。;；!！\n、…]|(?<![a-z0-9'])\s|\s(?![a-z0-9])")
PAD = re.compile(r"[的了吧啊呀呢嘛哦哈嗯嘅啦\s.~～]+")
"""What fills a clause and tells nothing."""
_QUESTION = re.compile(r"[?？]")


def clause_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the clause of ``text[start:end]`` begins and ends (its final question mark included)."""
    low = max(0, start - 60)
    breaks = [match.end() for match in BREAK.finditer(text, low, start)] + [
        match.end() for match in _QUESTION.finditer(text, low, start)
    ]
    following = BREAK.search(text, end, end + 60)
    return max(breaks, default=low), following.start() if following else min(len(text), end + 60)
