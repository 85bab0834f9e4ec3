"""How well facts are read from messages that were written without sight of the reader.

``python -m benchmarks.facts [--errors] [directory]`` scores ``tests/nlu/heldout/facts/*.jsonl``, one message a line:
``{"text", "asked", "facts": {slot: value | {"low", "high"}}, "hard": bool}``.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Iterable, Iterator, Mapping, Optional, Sequence

from rich.console import Console
from rich.table import Table

from advice.facts import FACT_NAMES
from nlu.fact import Fact
from nlu.facts import read_facts
from nlu.lexicon import Lexicon, project_lexicon
from nlu.normalise import normalise

HELD_OUT = Path(__file__).resolve().parent.parent / "tests" / "nlu" / "heldout" / "facts"
OTHER_NAMES = frozenset({"factor", "delta", "years_in_business", "phone", "wechat_id", "email"})
"""Entities beside the facts that are scored where a gold message names one."""


@dataclass(frozen=True)
class GoldMessage:
    """One message with the facts that it tells."""

    text: str
    asked: Optional[str]
    facts: Mapping[str, Any]
    hard: bool = False


@dataclass
class Score:
    """Counts over messages: facts read rightly, read wrongly, missed; whole messages right."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    messages: int = 0
    whole: int = 0
    errors: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """Part of the facts read that are right, in per cent."""
        return 100 * self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        """Part of the facts told that were read, in per cent."""
        return 100 * self.right / max(1, self.right + self.missed)

    def add(self, message: GoldMessage, read: Mapping[str, Any]) -> None:
        """Count one message."""
        told = message.facts
        hits = {name for name in read.keys() & told.keys() if same_value(told[name], read[name])}
        self.right += len(hits)
        self.wrong += len(read) - len(hits)
        self.missed += len(told) - len(hits)
        self.messages += 1
        self.whole += len(hits) == len(read) == len(told)
        if not len(hits) == len(read) == len(told):
            told_wrongly = {name: value for name, value in read.items() if name not in hits}
            missed = {name: value for name, value in told.items() if name not in hits}
            self.errors.append(f"{message.text} [{message.asked or ''}]  read {told_wrongly}  told {missed}")


def as_value(fact: Fact) -> Any:
    """The slot value of a fact: a number, a name, yes or no, or ``{"low", "high"}``."""
    if fact.unit_unclear:
        return "ambiguous"
    entity = fact.as_entity()
    return {"low": entity["low"], "high": entity["high"]} if entity.get("range") else entity["value"]


def same_value(told: Any, read: Any) -> bool:
    """Whether two slot values say the same; a range counts as its approximate number where one was told only."""
    if isinstance(told, Mapping) != isinstance(read, Mapping):
        return False
    if isinstance(told, Mapping):
        return all(same_value(told.get(end), read.get(end)) for end in ("low", "high"))
    if isinstance(told, (int, float)) and not isinstance(told, bool) and isinstance(read, (int, float)):
        return abs(told - read) <= 1e-4 * max(1, abs(told))
    return bool(told == read) and isinstance(told, bool) == isinstance(read, bool)


def facts_read(message: GoldMessage, lexicon: Lexicon) -> dict[str, Any]:
    """What the reader finds told in one message, by name.

    An amount whose unit has to be asked back reads as "ambiguous"; a sum in a foreign currency, which has to be asked
    for in yuan, and what is only supposed are not told.
    """
    facts = read_facts(normalise(message.text).text, message.asked, lexicon)
    names = set(FACT_NAMES) | (OTHER_NAMES & message.facts.keys())
    told = [fact for fact in facts if fact.name in names and not fact.currency and not fact.supposed]
    return {fact.name: as_value(fact) for fact in told}


def facts_supposed(message: GoldMessage, lexicon: Lexicon) -> dict[str, Any]:
    """What the reader finds said under a premise in one message, by name."""
    facts = read_facts(normalise(message.text).text, message.asked, lexicon)
    return {fact.name: as_value(fact) for fact in facts if fact.supposed}


def held_out(directory: Path) -> Iterator[tuple[str, GoldMessage]]:
    """The messages of all files of a directory with the name of their file."""
    for path in sorted(directory.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip():
                row = json.loads(line)
                yield path.stem, GoldMessage(row["text"], row.get("asked"), row["facts"], bool(row.get("hard")))


def scores(messages: Iterable[tuple[str, GoldMessage]], lexicon: Lexicon) -> dict[str, Score]:
    """Scores by file, and of plain and hard messages together."""
    found: dict[str, Score] = {}
    for file, message in messages:
        read = facts_read(message, lexicon)
        for name in (file, "hard" if message.hard else "plain"):
            found.setdefault(name, Score()).add(message, read)
    return found


def milliseconds_a_message(texts: Sequence[str], lexicon: Lexicon) -> list[float]:
    """Time of each reading, sorted."""
    times = []
    for text in texts:
        begin = time.perf_counter()
        read_facts(text, None, lexicon)
        times.append(1000 * (time.perf_counter() - begin))
    return sorted(times)


def main(arguments: Sequence[str]) -> None:
    """Print the table of scores, with ``--errors`` each message that was misread."""
    directory = Path(next((word for word in arguments if not word.startswith("-")), HELD_OUT))
    messages, lexicon, console = list(held_out(directory)), project_lexicon(), Console()
    table = Table("set", "messages", "whole %", "precision %", "recall %")
    found = scores(messages, lexicon)
    for name, score in found.items():
        whole = 100 * score.whole / score.messages
        table.add_row(name, str(score.messages), f"{whole:.1f}", f"{score.precision:.1f}", f"{score.recall:.1f}")
    console.print(table)
    times = milliseconds_a_message([message.text for _, message in messages], lexicon)
    if times:
        console.print(f"p50 {times[len(times) // 2]:.2f} ms, p95 {times[int(len(times) * 0.95)]:.2f} ms")
    if "--errors" in arguments:
        for name in ("plain", "hard"):
            for error in found.get(name, Score()).errors:
                console.print(f"{name}: {error}", markup=False, highlight=False)


if __name__ == "__main__":
    main(sys.argv[1:])
