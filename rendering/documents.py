"""The forms of a report, made beside the server in a process of its own, so that nobody's turn waits for them."""

from __future__ import annotations

import os
import signal
from datetime import date
from functools import lru_cache
from multiprocessing import parent_process
from multiprocessing.connection import wait
from pathlib import Path
from threading import Thread
from typing import Any, Callable, Mapping

from knowledge.model import Knowledge
from rendering.card import card
from rendering.numbers import FILTERS
from rendering.phrases import Phrases
from rendering.report import Report, report_of
from rendering.words import Words
from rendering.workbook import workbook

FORMS: Mapping[str, Callable[[Report], bytes]] = {"xlsx": workbook, "png": card}
POLITENESS = 5
"""How much the process lets others go first."""


def document(form: str, responses: Path, advice: Mapping[str, Any], knowledge: Knowledge, script: str, day: date) -> bytes:
    """One form of the report of an advice."""
    return FORMS[form](report_of(advice, knowledge, Words(phrases_of(responses), script), day))


@lru_cache(maxsize=1)
def phrases_of(responses: Path) -> Phrases:
    """Read once a process: templates do not travel between processes."""
    return Phrases.from_directory(responses, FILTERS)


def begin(responses: Path) -> None:
    """What a process does first: be polite, end with the server, and know the wording."""
    os.nice(POLITENESS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=end_with_parent, daemon=True).start()
    phrases_of(responses)


def end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(0)
