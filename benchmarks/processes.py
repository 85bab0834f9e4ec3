"""What a tree of processes costs, read from Linux's /proc."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Iterable

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")
TIMES = slice(11, 15)
"""Own and reaped children's time, in user and system mode, counted after the command's name in /proc/<id>/stat."""


def tree(roots: Iterable[int]) -> list[int]:
    """The processes and all their descendants."""
    found: list[int] = []
    waiting = list(roots)
    while waiting:
        process = waiting.pop()
        found.append(process)
        waiting += children(process)
    return found


def children(process: int) -> list[int]:
    try:
        return [int(child) for task in (PROC / str(process) / "task").iterdir() for child in (task / "children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def cpu_seconds(processes: Iterable[int]) -> float:
    """CPU time that they have used so far."""
    return sum(ticks(process) for process in processes) / TICKS


def ticks(process: int) -> int:
    status = (PROC / str(process) / "stat").read_text()
    return sum(int(field) for field in status.rpartition(")")[2].split()[TIMES])


def memory_megabytes(processes: Iterable[int]) -> float:
    """Proportional set size: pages that several processes share are counted once among them."""
    return sum(proportional_kilobytes(process) for process in processes) / 1024


def proportional_kilobytes(process: int) -> int:
    lines = (PROC / str(process) / "smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
