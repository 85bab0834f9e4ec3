"""What is wrong with a knowledge file, told to whoever edits it."""

from __future__ import annotations

from pathlib import Path
from typing import Optional


class KnowledgeError(Exception):
    """A knowledge file is wrong: which file, which line (from 1), what, and the remedy."""

    def __init__(self, path: Path, line: Optional[int], problem: str, remedy: str) -> None:
        self.path = path
        self.line = line
        self.problem = problem
        self.remedy = remedy
        place = f"{path}:{line}" if line else str(path)
        super().__init__(f"{place}: {problem}. Remedy: {remedy}.")
