"""How well messages are understood: over voices left out, and on the held-out set.

``python -m benchmarks.understanding`` trains on all voices and measures the held-out set;
``--folds`` leaves groups of voices out instead, which is what thresholds are fitted on.
"""

from __future__ import annotations

import argparse
import collections
import json
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, Sequence

import numpy as np
from rich.console import Console
from rich.table import Table
from ruamel.yaml import YAML

from nlu.facts import read_facts
from nlu.features import Reading, reading_of
from nlu.gate import ASK_BACK, OUT_OF_SCOPE, QUESTIONS, Thresholds, decide, ours
from nlu.intents import IntentModel
from nlu.lexicon import project_lexicon
from nlu.network import Course
from nlu.normalise import normalise
from nlu.segment import segment

ROOT = Path(__file__).resolve().parent.parent
TRAINING = ROOT / "data" / "nlu"
HELD_OUT = ROOT / "tests" / "nlu" / "heldout"
STRENGTH = 10.0
BATCH = 64


@dataclass(frozen=True)
class Example:
    """A labelled message."""

    text: str
    intent: str
    voice: str
    hard: bool = False


@dataclass(frozen=True)
class Outcome:
    """What became of an example: the intent, or the two that are offered."""

    example: Example
    intent: str
    offered: tuple[str, ...]
    ranking: tuple[tuple[str, float], ...]
    ours: float

    @property
    def right(self) -> bool:
        return self.intent == self.example.intent

    @property
    def right_or_offered(self) -> bool:
        return self.right or self.example.intent in self.offered

    @property
    def accepted(self) -> bool:
        """Answered as one of the four."""
        return self.intent in QUESTIONS


def training_examples() -> list[Example]:
    """All of ``data/nlu``; a file is a voice."""
    found = []
    for path in sorted(TRAINING.glob("*.yml")):
        for block in YAML(typ="safe").load(path.read_text(encoding="utf-8"))["nlu"]:
            lines = block["examples"].splitlines()
            found += [Example(line.removeprefix("- "), block["intent"], path.stem) for line in lines if line.strip()]
    return found


def held_out_examples() -> list[Example]:
    """All of ``tests/nlu/heldout``."""
    found = []
    for path in sorted(HELD_OUT.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            found.append(Example(entry["text"], entry["intent"], path.stem, bool(entry.get("hard"))))
    return found


def readings(examples: Sequence[Example]) -> list[Reading]:
    """What the features see of each."""
    lexicon = project_lexicon()
    found = []
    for example in examples:
        text = normalise(example.text).text
        tokens = ((token.idx, token.text) for token in segment(text))
        found.append(reading_of(text, tokens, read_facts(text, None, lexicon)))
    return found


@dataclass(frozen=True)
class Examined:
    """Examples with what the features see of each."""

    examples: Sequence[Example]
    readings: Sequence[Reading]

    @classmethod
    def of(cls, examples: Sequence[Example]) -> "Examined":
        return cls(examples, readings(examples))

    def some(self, places: Sequence[int]) -> "Examined":
        return Examined([self.examples[place] for place in places], [self.readings[place] for place in places])


def outcomes(train: Examined, test: Examined, thresholds: Thresholds) -> list[Outcome]:
    """Trained on one part, with classifier and gate applied to the other."""
    model = IntentModel.fit(train.readings, [example.intent for example in train.examples], STRENGTH, Course())
    found = []
    for start in range(0, len(test.examples), BATCH):
        part = test.some(range(start, min(start + BATCH, len(test.examples))))
        for example, row in zip(part.examples, model.probabilities(part.readings)):
            ranked = sorted(zip(model.classes, row.tolist()), key=lambda entry: -entry[1])
            found.append(judged(example, tuple(ranked), thresholds))
    return found


def judged(example: Example, ranking: tuple[tuple[str, float], ...], thresholds: Thresholds) -> Outcome:
    """The gate's decision on one example."""
    named = [{"name": name, "confidence": probability} for name, probability in ranking]
    decision, offered = decide(named, thresholds)
    intent = {"answer": ranking[0][0], "ask": ASK_BACK, "decline": OUT_OF_SCOPE}[decision]
    return Outcome(example, intent, offered, ranking, ours(named))


def folds(examples: Sequence[Example], count: int) -> Iterator[tuple[list[int], list[int]]]:
    """Groups of whole voices left out in turn."""
    voices = sorted({example.voice for example in examples})
    for fold in range(count):
        out = set(voices[fold::count])
        yield (
            [place for place, example in enumerate(examples) if example.voice not in out],
            [place for place, example in enumerate(examples) if example.voice in out],
        )


def percent(found: Sequence[bool]) -> float:
    return 100 * float(np.mean(found)) if len(found) else float("nan")


def summary(found: Sequence[Outcome]) -> dict[str, float]:
    """The figures of the goal, in percent."""
    four = [outcome for outcome in found if outcome.example.intent in QUESTIONS]
    none = [outcome for outcome in found if outcome.example.intent == OUT_OF_SCOPE]
    support = [outcome for outcome in found if outcome.example.intent not in (*QUESTIONS, OUT_OF_SCOPE)]
    return {
        "messages": float(len(found)),
        "four at once": percent([outcome.right for outcome in four]),
        "four at once or offered": percent([outcome.right_or_offered for outcome in four]),
        "four asked back": percent([outcome.intent == ASK_BACK for outcome in four]),
        "four declined": percent([outcome.intent == OUT_OF_SCOPE for outcome in four]),
        "support": percent([outcome.right for outcome in support]),
        "wrongly accepted": percent([outcome.accepted for outcome in none]),
        "none asked back": percent([outcome.intent == ASK_BACK for outcome in none]),
    }


def print_summary(console: Console, title: str, groups: dict[str, Sequence[Outcome]]) -> None:
    table = Table(title=title)
    table.add_column("voice")
    rows = {name: summary(found) for name, found in groups.items() if found}
    for column in next(iter(rows.values())):
        table.add_column(column, justify="right")
    for name, figures in rows.items():
        table.add_row(name, *("–" if figure != figure else f"{figure:.1f}" for figure in figures.values()))
    console.print(table)


def print_confusions(console: Console, found: Sequence[Outcome], most: int = 20) -> None:
    counted = collections.Counter((outcome.example.intent, outcome.intent) for outcome in found if not outcome.right)
    table = Table("meant", "read as", "times", title="Confusions")
    for (meant, read), times in counted.most_common(most):
        table.add_row(meant, read, str(times))
    console.print(table)


def print_curve(console: Console, found: Sequence[Outcome]) -> None:
    """Right answers against wrong acceptances as the gate is tightened."""
    table = Table("decline below", "four at once", "wrongly accepted", title="The gate's curve (asking switched off)")
    for decline in (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
        thresholds = Thresholds(decline, decline, 0.0, 2.0)
        figures = summary([judged(outcome.example, outcome.ranking, thresholds) for outcome in found])
        table.add_row(f"{decline:.1f}", f"{figures['four at once']:.1f}", f"{figures['wrongly accepted']:.1f}")
    console.print(table)


def configured_thresholds() -> Thresholds:
    """Those of ``config.yml``."""
    pipeline = YAML(typ="safe").load((ROOT / "config.yml").read_text(encoding="utf-8"))["pipeline"]
    gate = next(entry for entry in pipeline if entry["name"] == "nlu.gate.Gate")
    return Thresholds(**{name: gate[name] for name in ("decline", "ask", "margin", "rescue") if name in gate})


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folds", type=int, default=0, help="leave this many groups of voices out instead")
    parser.add_argument("--errors", action="store_true", help="list the messages that were misread")
    parser.add_argument("--learning-curve", action="store_true", help="train on a growing number of voices")
    arguments = parser.parse_args()
    console = Console(width=160)
    thresholds = configured_thresholds()
    known = Examined.of(training_examples())
    found: list[Outcome] = []
    if arguments.folds:
        for train, test in folds(known.examples, arguments.folds):
            found += outcomes(known.some(train), known.some(test), thresholds)
    else:
        held_out = Examined.of(held_out_examples())
        found = outcomes(known, held_out, thresholds)
        if arguments.learning_curve:
            print_learning_curve(console, known, held_out, thresholds)
    voices = {name: [outcome for outcome in found if outcome.example.voice == name] for name in sorted({e.example.voice for e in found})}
    plain = [outcome for outcome in found if not outcome.example.hard]
    hard = [outcome for outcome in found if outcome.example.hard]
    print_summary(console, "By voice", {**voices, "plain": plain, "hard": hard, "all": found})
    print_confusions(console, found)
    print_curve(console, found)
    if arguments.errors:
        for outcome in found:
            if not outcome.right:
                console.print(f"{outcome.example.intent} → {outcome.intent} {outcome.ours:.2f} {outcome.example.text}", markup=False)


def print_learning_curve(console: Console, known: Examined, held_out: Examined, thresholds: Thresholds) -> None:
    """Figures by the number of voices trained on, in an order that mixes their kinds."""
    voices = sorted({example.voice for example in known.examples}, key=lambda voice: zlib.crc32(voice.encode()))
    groups: dict[str, Sequence[Outcome]] = {}
    for part in (0.25, 0.5, 0.75, 1.0):
        chosen = set(voices[: round(part * len(voices))])
        places = [place for place, example in enumerate(known.examples) if example.voice in chosen]
        groups[f"{len(chosen)} voices, {len(places)}"] = outcomes(known.some(places), held_out, thresholds)
    print_summary(console, "Learning curve", groups)


if __name__ == "__main__":
    main()
