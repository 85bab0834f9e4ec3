"""Amounts of a text: money, percentages, counts, durations, each as an interval with its kind and place.

Percentages are read first and their characters are taken; then numbers, which hedges before and after them widen.
What only looks like an amount (dates, model names, idioms) stands in ``data/lexicon/not_amounts.yml``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any, Iterable, Iterator, Mapping, Optional

from nlu.lexicon import Hit, Lexicon, WordFinder, longest
from nlu.numerals import ONE, Interval, Numeral, NumeralReader

MONEY, PERCENT, COUNT, DURATION, TIMES = "money", "percent", "count", "duration", "times"
NUMBER, MEASURE, FACTOR = "number", "measure", "factor"

_COUNTER_KINDS = {
    "person": COUNT,
    "thing": COUNT,
    "organisation": COUNT,
    "order": COUNT,
    "times": TIMES,
    "measure": MEASURE,
    "day": DURATION,
    "week": DURATION,
    "month": DURATION,
    "quarter": DURATION,
    "year": DURATION,
}


@dataclass(frozen=True)
class Amount:
    """One amount: ``kind``, its interval (yuan, parts of one, a count or units of ``unit``), and where it stands.

    ``unit`` is the class of the counter (``person``, ``year`` …), ``currency`` a foreign currency's code. ``has_unit``
    tells whether 万, w, k or a unit of money was said; ``article`` marks a numeral that may be no more than "a",
    ``faint`` a single character (三) without a unit, which is an amount only right beside a word that says so, or 几
    that tells no number; ``scale`` is the large unit that was said (10,000 of 三十万).
    """

    kind: str
    interval: Interval
    start: int
    end: int
    unit: str = ""
    currency: str = ""
    has_unit: bool = False
    article: bool = False
    faint: bool = False
    scale: Decimal = ONE

    @property
    def low(self) -> Optional[Decimal]:
        """The lower bound, ``None`` if open."""
        return self.interval.low

    @property
    def high(self) -> Optional[Decimal]:
        """The upper bound, ``None`` if open."""
        return self.interval.high

    @property
    def value(self) -> Optional[Decimal]:
        """The number that was said, else the middle of a closed range, else ``None``."""
        return self.interval.centre


@dataclass(frozen=True)
class _Unit:
    kind: str
    name: str
    factor: Decimal
    end: int
    extra: Decimal = Decimal(0)
    currency: str = ""
    has_unit: bool = False
    more: bool = False


class _Words:
    """Words of which the longest that begins (or ends) at a place is wanted."""

    def __init__(self, meanings: Mapping[str, Any]) -> None:
        self._meanings = {str(word): meaning for word, meaning in meanings.items()}
        self._lengths = sorted({len(word) for word in self._meanings}, reverse=True)

    def beginning_at(self, text: str, position: int) -> Optional[tuple[str, Any]]:
        """The longest word that begins at ``position``, with its meaning; Latin words must end there."""
        for length in self._lengths:
            word = text[position : position + length]
            if word in self._meanings and not _splits_latin(text, position + len(word)):
                return word, self._meanings[word]
        return None

    def ending_at(self, text: str, position: int) -> Optional[tuple[str, Any]]:
        """The longest word that ends at ``position``, with its meaning."""
        for length in self._lengths:
            if position < length:
                continue
            word = text[position - length : position]
            if word in self._meanings and not _splits_latin(text, position - length):
                return word, self._meanings[word]
        return None


def _splits_latin(text: str, position: int) -> bool:
    pair = text[position - 1 : position + 1] if position else ""
    return len(pair) == 2 and pair.isascii() and pair.isalpha()


def _inverted(table: Mapping[str, Iterable[Any]]) -> dict[str, str]:
    return {str(word): meaning for meaning, words in table.items() for word in words}


class AmountReader:
    """Reads all amounts of a text; built once from the lexicon and the table of widths."""

    def __init__(
        self,
        numerals: Mapping[str, Any],
        words: Mapping[str, Any],
        exclusions: Mapping[str, Any],
        table: Mapping[str, Any],
    ) -> None:
        self._numerals = NumeralReader(numerals, table["widths"])
        widths = table["widths"].items()
        self._widths = {name: (Decimal(str(width["low"])), Decimal(str(width["high"]))) for name, width in widths}
        self._before = _Words(_inverted(words["before"]))
        self._after = _Words(_inverted(words["after"]))
        self._joins = _Words(dict.fromkeys(words["joins"], True))
        self._percent_before = _Words({word: Decimal(str(factor)) for word, factor in words["percent_before"].items()})
        self._points = _Words(dict.fromkeys(words["points"], True))
        self._point_inside = {char: Decimal(str(part)) for char, part in words["point_inside"].items()}
        self._tenths, self._not_after_tenths = words["tenths"], tuple(words["not_after_tenths"])
        self._fraction = words["fraction"]
        self._whole_words: dict[str, Mapping[str, Any]] = {
            name: words[name] for name in ("shares", "splits", "factors", "money_words")
        }
        self._digit_counts = tuple(words["digit_counts"])
        self._units = _Words(self._unit_table(words))
        self._currency_before = _Words(words["currency_before"])
        self._money_before = _Words(dict.fromkeys(words["money_before"], True))
        self._halves, self._more, self._half_year = words["halves"], words["more"], words["half_year"]
        self._excluded = re.compile("|".join(f"(?:{pattern})" for pattern in exclusions["patterns"].values()))
        self._finder = WordFinder({**self._whole_words, "idiom": exclusions["words"]})
        starts = "".join(sorted(self._numerals.starts))
        self._start = re.compile(f"[{re.escape(starts)}]")

    def _unit_table(self, words: Mapping[str, Any]) -> dict[str, _Unit]:
        table: dict[str, _Unit] = {}
        for name, counters in words["counters"].items():
            table.update({str(word): _Unit(_COUNTER_KINDS[name], name, ONE, 0) for word in counters})
        for code, names in words["currencies"].items():
            table.update({str(word): _Unit(MONEY, "yuan", ONE, 0, currency=code, has_unit=True) for word in names})
        table.update({str(word): _Unit(MONEY, "yuan", ONE, 0, has_unit=True) for word in words["money"]})
        tenth = Decimal(1) / Decimal(10)
        table.update({str(word): _Unit(MONEY, "yuan", tenth, 0, has_unit=True) for word in words["tenth_of_yuan"]})
        for word, factor in words["percent_after"].items():
            table[str(word)] = _Unit(PERCENT, "percent", Decimal(str(factor)), 0, has_unit=True)
        return table

    # -- the whole text ---------------------------------------------------------------------------------------

    def read(self, text: str) -> list[Amount]:
        """All amounts by place; they never overlap."""
        words = self._words_in(text)
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
        return sorted(amounts, key=lambda amount: amount.start)

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
        """Whether a number runs into an idiom, or the idiom is the beginning of a fraction (十分之一)."""
        start = hit.start
        if text.startswith(self._fraction, hit.end - 1):
            return True
        return start > 0 and text[start] in self._numerals.starts and text[start - 1] in self._numerals.starts

    def _word_amounts(self, text: str, words: list[Hit]) -> Iterator[Amount]:
        for hit in words:
            if hit.label != "idiom":
                interval = _interval_of(self._whole_words[hit.label][text[hit.start : hit.end]])
                kind = {"factors": FACTOR, "money_words": MONEY}.get(hit.label, PERCENT)
                yield self._hedged(text, Amount(kind, interval, hit.start, hit.end, unit=hit.label, has_unit=True))

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
        hedge = self._before.ending_at(text, start)
        return self._numerals.read(text, start, lone_unit=hedge is not None and hedge[1] in self._widths)

    def _percent_after_word(self, text: str, start: int, word: str, factor: Decimal) -> Optional[Amount]:
        numeral = self._numerals.read(text, start + len(word), lone_unit=True)
        if numeral is None:
            return None
        interval, end = numeral.interval, numeral.end
        join = self._joins.beginning_at(text, end)
        if join is not None:
            again = self._percent_before.beginning_at(text, end + len(join[0]))
            second = self._numerals.read(text, end + len(join[0]) + (len(again[0]) if again else 0))
            if second is not None and second.interval.known_end > interval.known_end:
                interval, end = Interval(interval.low, second.interval.high, None), second.end
        return self._hedged(text, Amount(PERCENT, interval.times(factor), start, end, "percent", has_unit=True))

    def _fraction_at(self, text: str, start: int, denominator: Numeral) -> Optional[Amount]:
        numerator = self._numerals.read(text, denominator.end + len(self._fraction))
        divisor = denominator.interval.value
        if numerator is None or not divisor:
            return None
        interval = numerator.interval.times(ONE / divisor)
        return self._hedged(text, Amount(PERCENT, interval, start, numerator.end, "fraction", has_unit=True))

    def _digit_count(self, text: str, start: int, numeral: Numeral) -> Optional[Amount]:
        digits = int(numeral.interval.known_end)
        if not 2 <= digits <= 10:
            return None
        word = next(word for word in self._digit_counts if text.startswith(word, numeral.end))
        interval = Interval.between(Decimal(10) ** (digits - 1), Decimal(10) ** digits - 1)
        return Amount(NUMBER, interval, start, numeral.end + len(word), has_unit=True)

    def _measured(self, text: str, start: int, numeral: Numeral, taken: bytearray) -> Optional[Amount]:
        unit = self._unit_at(text, numeral)
        joined = self._joined(text, numeral, unit, taken)
        if joined is not None:
            numeral, unit = joined
        end = unit.end if unit else numeral.end
        amount = self._classified(text, start, numeral, unit, end)
        return self._hedged(text, amount)

    def _classified(self, text: str, start: int, numeral: Numeral, unit: Optional[_Unit], end: int) -> Amount:
        large = numeral.scale > ONE
        interval = numeral.interval
        if unit is not None:
            interval = interval.times(unit.factor)
            if unit.extra:
                interval = interval.plus(Interval.exactly(unit.extra))
            if unit.more and interval.is_exact:
                interval = replace(interval, high=interval.known_end + unit.factor)
            kind, name = unit.kind, unit.name
        else:
            kind, name = (MONEY, "") if large else (NUMBER, "")
        currency, symbol = self._symbol_before(text, start)
        if symbol and kind in (NUMBER, MONEY):
            kind, start = MONEY, symbol
        article = numeral.lone_digit and not numeral.arabic and numeral.interval.value == ONE
        return Amount(
            kind,
            interval,
            start,
            end,
            name,
            currency or (unit.currency if unit else ""),
            has_unit=large or bool(unit and unit.has_unit) or bool(symbol),
            article=article,
            faint=numeral.vague or (unit is None and not large and not numeral.arabic and numeral.end - start == 1),
            scale=numeral.scale,
        )

    def _symbol_before(self, text: str, start: int) -> tuple[str, int]:
        """Code of a foreign currency and place of the symbol of money before ``start`` (0: none)."""
        edge = start - 1 if start and text[start - 1] == " " else start
        found = self._currency_before.ending_at(text, edge)
        if found is not None:
            return found[1], max(edge - len(found[0]), 0) or edge
        yuan = self._money_before.ending_at(text, edge)
        return ("", edge - len(yuan[0]) or edge) if yuan else ("", 0)

    # -- ranges -----------------------------------------------------------------------------------------------

    def _joined(
        self, text: str, first: Numeral, unit: Optional[_Unit], taken: bytearray
    ) -> Optional[tuple[Numeral, Optional[_Unit]]]:
        """The range that begins with ``first``, if a second number is joined to it."""
        end = unit.end if unit else first.end
        position = _skip_space(text, end)
        join = self._joins.beginning_at(text, position)
        position = _skip_space(text, position + len(join[0])) if join else end
        while join and position < len(text) and self._symbol_at(text, position):
            position += 1
        second = self._numerals.read(text, position)
        if second is None or taken[position]:
            return None
        second_unit = self._unit_at(text, second)
        if not join and not self._same_kind(first, unit, second, second_unit):
            return None
        if unit and second_unit and (unit.kind, unit.name) != (second_unit.kind, second_unit.name):
            return None
        return self._range(first, unit, second, second_unit, ordered=bool(join))

    def _symbol_at(self, text: str, position: int) -> bool:
        return self._money_before.beginning_at(text, position) is not None and not text[position].isalnum()

    @staticmethod
    def _same_kind(first: Numeral, unit: Optional[_Unit], second: Numeral, second_unit: Optional[_Unit]) -> bool:
        """Whether two numbers side by side are a range: 十万八万, 三百五百, 十个八个; the digits are neighbours."""
        if first.arabic or second.arabic or not first.interval.is_exact or not second.interval.is_exact:
            return False
        if (first.scale, first.last_unit) != (second.scale, second.last_unit) and first.scale == ONE:
            return unit is not None and second_unit is not None and unit == replace(second_unit, end=unit.end)
        one, other = first.interval.known_end, second.interval.known_end
        if unit is not None:
            same = second_unit is not None and unit == replace(second_unit, end=unit.end)
            return same and other < 2 * one and one <= 2 * other
        plain = first.last_unit > ONE or first.scale > ONE
        return plain and first.scale == second.scale and one < 3 * other and other < 3 * one

    def _range(
        self, first: Numeral, unit: Optional[_Unit], second: Numeral, second_unit: Optional[_Unit], ordered: bool
    ) -> Optional[tuple[Numeral, Optional[_Unit]]]:
        one = first.interval
        if (
            first.scale == ONE
            and second.scale > ONE
            and unit is None
            and one.known_end * second.scale <= second.interval.known_end
        ):
            one = one.times(second.scale)
        elif first.lone_digit and second.scale == ONE and second.last_unit >= 100 and unit is None:
            scaled = one.times(second.last_unit)
            one = scaled if scaled.known_end <= second.interval.known_end else one
        other = second.interval
        low, high = one.low, other.high
        if not ordered:
            low, high = min(one.known_end, other.known_end), max(one.known_end, other.known_end)
        if low is None or high is None or low > high:
            return None
        whole = replace(
            second, interval=Interval.between(low, high), scale=max(first.scale, second.scale), lone_digit=False
        )
        chosen = second_unit or (replace(unit, end=second.end) if unit else None)
        return whole, chosen

    # -- units ------------------------------------------------------------------------------------------------

    def _unit_at(self, text: str, numeral: Numeral) -> Optional[_Unit]:
        if numeral.counted:
            return _Unit(COUNT, "thing", ONE, numeral.end)
        position = _skip_space(text, numeral.end)
        point = self._points_at(text, position)
        if point is not None:
            return point
        if text.startswith(self._tenths, position):
            return self._tenths_at(text, position, numeral)
        found = self._units.beginning_at(text, position)
        if found is None:
            return None
        word, unit = found
        unit = replace(unit, end=position + len(word))
        if unit.kind == MONEY:
            return self._with_small_change(text, unit)
        return self._with_half(text, position, unit)

    def _points_at(self, text: str, position: int) -> Optional[_Unit]:
        """个点, 个半点, 个多点: percentage points."""
        found = self._points.beginning_at(text, position)
        hundredth = ONE / 100
        if found is not None:
            return _Unit(PERCENT, "percent", hundredth, position + len(found[0]), has_unit=True)
        counter = self._numerals.counter
        if not text.startswith(counter, position):
            return None
        inside = text[position + len(counter) : position + len(counter) + 1]
        if inside not in self._point_inside or not inside:
            return None
        rest = position + len(counter) + 1
        for word in (self._numerals.point, "百分" + self._numerals.point):
            if text.startswith(word, rest):
                more = inside == self._more
                extra = Decimal(0) if more else self._point_inside[inside] * hundredth
                return _Unit(PERCENT, "percent", hundredth, rest + len(word), extra=extra, has_unit=True, more=more)
        return None

    def _tenths_at(self, text: str, position: int, numeral: Numeral) -> Optional[_Unit]:
        """成: tenths, with 半, a digit, 多 or 几 after it (一成半, 两成六, 三成多)."""
        end = position + len(self._tenths)
        if text.startswith(self._not_after_tenths, end) or numeral.interval.known_end > 10 or numeral.scale > ONE:
            return None
        tenth = ONE / 10
        if text.startswith(self._halves, end):
            return _Unit(PERCENT, "percent", tenth, end + 1, extra=tenth / 2, has_unit=True)
        if text.startswith(self._more, end):
            return _Unit(PERCENT, "percent", tenth, end + 1, has_unit=True, more=True)
        digit = self._numerals.digits.get(text[end : end + 1]) if end < len(text) else None
        if digit and not self._unit_follows(text, end + 1):
            return _Unit(PERCENT, "percent", tenth, end + 1, extra=tenth * digit / 10, has_unit=True)
        return _Unit(PERCENT, "percent", tenth, end, has_unit=True)

    def _unit_follows(self, text: str, position: int) -> bool:
        following = text[position : position + 1]
        if following and (following in self._numerals.units or following in self._numerals.big_units):
            return True
        return self._units.beginning_at(text, position) is not None

    def _with_small_change(self, text: str, unit: _Unit) -> _Unit:
        """Adds 五 or 五毛 to 三块."""
        digit_at = unit.end
        char = text[digit_at : digit_at + 1]
        digit = self._numerals.digits.get(char, int(char) if char.isascii() and char.isdigit() else 0) if char else 0
        if char and char == self._halves:
            return (
                replace(unit, end=digit_at + 1, extra=Decimal("0.5"))
                if not self._unit_follows(text, digit_at + 1)
                else unit
            )
        if not digit or unit.factor != ONE:
            return unit
        end = digit_at + 1
        found = self._units.beginning_at(text, end)
        if found is not None and found[1].factor < ONE and found[1].kind == MONEY:
            return replace(unit, end=end + len(found[0]), extra=Decimal(digit) / 10)
        if found is not None or text[end : end + 1] in self._numerals.starts and end < len(text):
            return unit
        return replace(unit, end=end, extra=Decimal(digit) / 10)

    def _with_half(self, text: str, position: int, unit: _Unit) -> _Unit:
        """Durations and counts with 半 or 多 inside or behind: 两年半, 三个半月, 两年多, 三个多月."""
        if unit.name == "thing":
            inside = text[unit.end : unit.end + 1]
            if inside and inside in (self._halves, self._more):
                longer = self._units.beginning_at(text, unit.end + 1) or self._units.beginning_at(
                    text[position : unit.end] + text[unit.end + 1 : unit.end + 6], 0
                )
                whole = self._units.beginning_at(text[position : unit.end] + text[unit.end + 1 : unit.end + 6], 0)
                if longer and whole and whole[1].kind == DURATION:
                    end = unit.end + 1 + len(whole[0]) - (unit.end - position)
                    return self._half_or_more(replace(whole[1], end=end), inside)
            return unit
        following = text[unit.end : unit.end + 1]
        if unit.kind == DURATION and following and following in (self._halves, self._more):
            return self._half_or_more(replace(unit, end=unit.end + 1), following)
        return unit

    def _half_or_more(self, unit: _Unit, char: str) -> _Unit:
        return replace(unit, extra=Decimal("0.5")) if char == self._halves else replace(unit, more=True)

    # -- hedges -----------------------------------------------------------------------------------------------

    def hedged_before(self, text: str, amount: Amount, position: int) -> Amount:
        """``amount`` with a hedge that ends at ``position``, in front of the word that tells its role (最多占一成)."""
        hedge = self._before.ending_at(text, position)
        return replace(amount, interval=self._widened(amount.interval, hedge[1])) if hedge else amount

    def _hedged(self, text: str, amount: Amount) -> Amount:
        start = amount.start - 1 if amount.start and text[amount.start - 1] == " " else amount.start
        before = self._before.ending_at(text, start)
        if before is not None and self._goes_with(before[1], text[amount.start]):
            amount = replace(amount, interval=self._widened(amount.interval, before[1]), start=start - len(before[0]))
        position = _skip_space(text, amount.end)
        after = self._after.beginning_at(text, position)
        if after is not None:
            amount = replace(amount, interval=self._widened(amount.interval, after[1]), end=position + len(after[0]))
        return amount

    def _goes_with(self, hedge: str, first: str) -> bool:
        """上 and 成 are hedges of a lone unit only (上百, but 改成22)."""
        return hedge != "at_least_once" or first in self._numerals.units or first in self._numerals.big_units

    def _widened(self, interval: Interval, hedge: str) -> Interval:
        if hedge == "over":
            return Interval(interval.low, None, None)
        if hedge == "under":
            return Interval(None, interval.high, None)
        if not interval.is_exact:
            return interval
        return interval.widened(*self._widths[hedge])


def _interval_of(meaning: Any) -> Interval:
    if isinstance(meaning, list):
        return Interval.between(Decimal(str(meaning[0])), Decimal(str(meaning[1])))
    return Interval.exactly(Decimal(str(meaning)))


def _skip_space(text: str, position: int) -> int:
    return position + 1 if text[position : position + 1] == " " else position


@lru_cache(maxsize=2)
def amount_reader(lexicon: Lexicon) -> AmountReader:
    """The reader over a lexicon, built once."""
    return AmountReader(lexicon["numerals"], lexicon["amounts"], lexicon["not_amounts"], lexicon.widths)


def read_amounts(text: str, lexicon: Lexicon) -> list[Amount]:
    """All amounts of normalised text (NFKC, lower case, simplified), by place."""
    return amount_reader(lexicon).read(text)
