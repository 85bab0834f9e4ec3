"""Amounts of a text: money, percentages, counts, durations, each as an interval with its kind and place.

Percentages are read first and their characters are taken; then numbers, which hedges before and after them widen.
What only looks like an amount (dates, model names, idioms) stands in ``data/lexicon/not_amounts.yml``.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import Any, Iterator, Mapping, Optional

from nlu.amount import COUNT, DURATION, FACTOR, MEASURE, MONEY, NUMBER, PERCENT, TIMES, Amount
from nlu.hedges import Hedges
from nlu.interval import ONE, TEN, Interval
from nlu.lexicon import Hit, Lexicon, WordFinder, longest
from nlu.numeral import Numeral
from nlu.numerals import NumeralReader
from nlu.ranges import RangeReader
from nlu.units import Unit, UnitReader
from nlu.word_table import WordTable, skip_space, skip_space_back

__all__ = [
    "COUNT",
    "DURATION",
    "FACTOR",
    "MEASURE",
    "MONEY",
    "NUMBER",
    "PERCENT",
    "TIMES",
    "Amount",
    "AmountReader",
    "amount_reader",
    "read_amounts",
]


class AmountReader:
    """Reads all amounts of a text; built once from the lexicon and the table of widths."""

    def __init__(
        self,
        numerals: Mapping[str, Any],
        words: Mapping[str, Any],
        exclusions: Mapping[str, Any],
        table: Mapping[str, Any],
    ) -> None:
        self._numerals = NumeralReader(numerals, table["widths"], words["joins"])
        self._units = UnitReader(words, self._numerals.coefficients)
        self._hedges = Hedges(words, table["widths"], self._numerals.coefficients)
        self._ranges = RangeReader(words, self._numerals, self._units, self._hedges)
        self._percent_before = WordTable({word: Decimal(str(factor)) for word, factor in words["percent_before"].items()})
        self._fraction = words["fraction"]
        self._whole_words: dict[str, Mapping[str, Any]] = {name: words[name] for name in ("shares", "splits", "factors", "money_words")}
        self._digit_counts = tuple(words["digit_counts"])
        self._currency_before = WordTable(words["currency_before"])
        self._money_before = WordTable.of(words["money_before"])
        self._excluded = re.compile("|".join(f"(?:{pattern})" for pattern in exclusions["patterns"].values()))
        self._finder = WordFinder({**self._whole_words, "idiom": exclusions["words"]})
        starts = "".join(sorted(self._numerals.coefficients.starts))
        self._start = re.compile(f"[{re.escape(starts)}]")

    # -- the whole text ---------------------------------------------------------------------------------------

    def read(self, text: str) -> list[Amount]:
        """All amounts by place; they never overlap."""
        words = self._words_in(text)
        if not words and self._start.search(text) is None:
            return []
        taken = self._excluded_places(text, words)
        amounts = list(self._word_amounts(text, words))
        position = 0
        for match in self._start.finditer(text):
            if match.start() < position or taken[match.start()]:
                continue
            amount = self._amount_at(text, match.start(), taken)
            if amount is None:
                position = self._past_numeral(text, match.start())
                continue
            amounts.append(amount)
            position = max(amount.end, match.start() + 1)
        return self._hedges.merged(text, sorted(amounts, key=lambda amount: amount.start))

    def _past_numeral(self, text: str, start: int) -> int:
        """Where to go on after a place that holds no amount: behind digits, else one on."""
        end = start + 1
        while end < len(text) and text[end].isascii() and text[end].isdigit() and text[start].isdigit():
            end += 1
        return end

    def _excluded_places(self, text: str, words: list[Hit]) -> bytearray:
        """A mark for each character that belongs to no amount, or to one that a word tells by itself."""
        taken = bytearray(len(text) + 1)
        for hit in words:
            taken[hit.start : hit.end] = b"\x01" * hit.length
        for match in self._excluded.finditer(text):
            if not any(taken[match.start() : match.end()]):
                taken[match.start() : match.end()] = b"\x01" * (match.end() - match.start())
        return taken

    def _words_in(self, text: str) -> list[Hit]:
        """Idioms and amounts that are one word, unless a number runs into them (十几块, 三百科目)."""
        hits = longest(self._finder.find(text))
        return [hit for hit in hits if hit.label != "idiom" or not self._is_number(text, hit)]

    def _is_number(self, text: str, hit: Hit) -> bool:
        """Whether a number runs into an idiom or through it, or it is the beginning of a fraction (十分之一)."""
        start, end = hit.start, hit.end
        if text.startswith(self._fraction, end - 1):
            return True
        if self._goes_through(text, hit):
            return True
        return start > 0 and text[start] in self._numerals.coefficients.starts and text[start - 1] in self._numerals.coefficients.starts

    def _goes_through(self, text: str, hit: Hit) -> bool:
        """Whether an idiom is the beginning of a longer number: 三七零, 7-110."""
        end = hit.end
        if text[end - 1].isdigit():
            return text[end : end + 1].isdigit()
        digits = self._numerals.coefficients.digits
        if text[end : end + 1] not in digits or self._numerals.coefficients.unit_at(text, end + 1):
            return False
        return all(char in digits for char in text[hit.start : end])

    def _word_amounts(self, text: str, words: list[Hit]) -> Iterator[Amount]:
        for hit in words:
            if hit.label != "idiom":
                interval = _interval_of(self._whole_words[hit.label][text[hit.start : hit.end]])
                kind = {"factors": FACTOR, "money_words": MONEY}.get(hit.label, PERCENT)
                yield self._hedges.around(text, Amount(kind, interval, hit.start, hit.end, unit=hit.label, has_unit=True))

    # -- one amount -------------------------------------------------------------------------------------------

    def _amount_at(self, text: str, start: int, taken: bytearray) -> Optional[Amount]:
        percent_before = self._percent_before.beginning_at(text, start)
        if percent_before is not None:
            return self._percent_after_word(text, start, *percent_before)
        numeral = self._numeral(text, start)
        if numeral is None or taken[numeral.end - 1]:
            return None
        if text.startswith(self._fraction, numeral.end):
            return self._fraction_at(text, start, numeral)
        if text.startswith(self._digit_counts, numeral.end) and numeral.interval.is_exact:
            return self._digit_count(text, start, numeral)
        return self._measured(text, start, numeral, taken)

    def _numeral(self, text: str, start: int) -> Optional[Numeral]:
        return self._numerals.read(text, start, lone_unit=self._hedges.allow_lone_unit(text, start))

    def _percent_after_word(self, text: str, start: int, word: str, factor: Decimal) -> Optional[Amount]:
        """百分之十, 百分之负三, 百分之十到二十: the number behind the word, and the second end of a range."""
        begin = skip_space(text, start + len(word))
        inside = self._hedges.past_minus(text, begin)
        numeral = self._numerals.read(text, inside, lone_unit=True)
        if numeral is None:
            return None
        interval, end = self._up_to_second_percent(text, numeral)
        amount = Amount(PERCENT, interval.times(factor), start, end, "percent", has_unit=True)
        return self._hedges.around(text, self._signed(text, amount, inside > begin))

    def _up_to_second_percent(self, text: str, first: Numeral) -> tuple[Interval, int]:
        position = self._ranges.past_join(text, first.end)
        if position == first.end:
            return first.interval, first.end
        again = self._percent_before.beginning_at(text, position)
        second = self._numerals.read(text, position + (len(again[0]) if again else 0), lone_unit=again is not None)
        if second is None or second.interval.known_end <= first.interval.known_end:
            return first.interval, first.end
        return Interval(first.interval.low, second.interval.high, None), second.end

    def _signed(self, text: str, amount: Amount, minus_inside: bool = False) -> Amount:
        """``amount`` below zero, where a minus stands before it or was said inside it."""
        minus = self._hedges.minus_before(text, amount.start)
        if minus is None and not minus_inside:
            return amount
        return replace(amount, interval=amount.interval.negated(), start=amount.start if minus is None else minus)

    def _fraction_at(self, text: str, start: int, denominator: Numeral) -> Optional[Amount]:
        numerator = self._numerals.read(text, denominator.end + len(self._fraction))
        divisor = denominator.interval.value
        if numerator is None or not divisor:
            return None
        interval = numerator.interval.times(ONE / divisor)
        amount = Amount(PERCENT, interval, start, numerator.end, "fraction", has_unit=True)
        return self._hedges.around(text, self._signed(text, amount))

    def _digit_count(self, text: str, start: int, numeral: Numeral) -> Optional[Amount]:
        digits = int(numeral.interval.known_end)
        if not 2 <= digits <= 10:
            return None
        word = next(word for word in self._digit_counts if text.startswith(word, numeral.end))
        interval = Interval.between(TEN ** (digits - 1), TEN**digits - 1)
        return Amount(NUMBER, interval, start, numeral.end + len(word), has_unit=True)

    def _measured(self, text: str, start: int, numeral: Numeral, taken: bytearray) -> Optional[Amount]:
        begin, currency, symbol, minus = self._signs_before(text, start)
        if minus:
            numeral = replace(numeral, interval=numeral.interval.negated())
        unit = self._units.at(text, numeral)
        numeral, unit = self._ranges.joined(text, numeral, unit, taken) or (numeral, unit)
        amount = self._classified(begin, numeral, unit)
        if symbol and amount.kind in (NUMBER, MONEY):
            amount = replace(amount, kind=MONEY, currency=currency or amount.currency, has_unit=True)
        elif symbol:
            amount = replace(amount, start=start)
        return self._hedges.around(text, amount)

    @staticmethod
    def _classified(start: int, numeral: Numeral, unit: Optional[Unit]) -> Amount:
        large = numeral.scale > ONE
        bare = unit is None and not large and not numeral.arabic and numeral.end - start == 1
        return Amount(
            kind=unit.kind if unit else MONEY if large else NUMBER,
            interval=unit.of(numeral.interval) if unit else numeral.interval,
            start=start,
            end=unit.end if unit else numeral.end,
            unit=unit.name if unit else "",
            currency=unit.currency if unit else "",
            has_unit=large or bool(unit and unit.has_unit),
            article=numeral.lone_digit and not numeral.arabic and numeral.interval.value == ONE,
            faint=numeral.vague or bare,
            scale=numeral.scale,
        )

    def _signs_before(self, text: str, start: int) -> tuple[int, str, bool, bool]:
        """Where minus and symbol of money before ``start`` begin, a foreign currency's code, whether there is a symbol and a
        minus (-¥5, ¥-5)."""
        minus = self._hedges.minus_before(text, start)
        begin = start if minus is None else minus
        currency, symbol = self._symbol_before(text, begin)
        begin = symbol or begin
        if minus is None and symbol:
            minus = self._hedges.minus_before(text, begin)
            begin = begin if minus is None else minus
        return begin, currency, bool(symbol), minus is not None

    def _symbol_before(self, text: str, start: int) -> tuple[str, int]:
        """Code of a foreign currency and place of the symbol of money before ``start`` (0: none)."""
        edge = skip_space_back(text, start)
        found = self._currency_before.ending_at(text, edge)
        if found is not None:
            return found[1], max(edge - len(found[0]), 0) or edge
        yuan = self._money_before.ending_at(text, edge)
        return ("", edge - len(yuan[0]) or edge) if yuan else ("", 0)

    def hedged_before(self, text: str, amount: Amount, position: int) -> Amount:
        """``amount`` with a hedge that ends at ``position``, in front of the word that tells its role (最多占一成)."""
        return self._hedges.before(text, amount, position)


def _interval_of(meaning: Any) -> Interval:
    if isinstance(meaning, list):
        return Interval.between(Decimal(str(meaning[0])), Decimal(str(meaning[1])))
    return Interval.exactly(Decimal(str(meaning)))


@lru_cache(maxsize=2)
def amount_reader(lexicon: Lexicon) -> AmountReader:
    """The reader over a lexicon, built once."""
    return AmountReader(lexicon["numerals"], lexicon["amounts"], lexicon["not_amounts"], lexicon.widths)


def read_amounts(text: str, lexicon: Lexicon) -> list[Amount]:
    """All amounts of normalised text (NFKC, lower case, simplified), by place."""
    return amount_reader(lexicon).read(text)
