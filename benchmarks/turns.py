"""How long a turn takes over REST, with actions, stored: ``python -m benchmarks.turns``."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

import httpx
from rich.console import Console
from rich.table import Table

from tests.server import running_server

MESSAGES = (
    "客户管理预算怎么定？", "开奶茶店的", "已经稳定了", "主要靠办储值卡", "一年总共300万吧", "如果总预算砍一半呢",
    "不用，保持原来的", "CAC是什么意思", "管客户的有3个人", "那该占多少比例", "花得值不值", "谢谢",
)  # fmt: skip
SESSIONS = 25


def main() -> None:
    """Sessions one after the other; quantiles over all turns, and by the place of the turn in its session."""
    taken: list[list[float]] = [[] for _ in MESSAGES]
    with tempfile.TemporaryDirectory() as folder, running_server(f"sqlite:///{Path(folder) / 'advisor.db'}") as address:
        with httpx.Client(base_url=address, timeout=30) as client:
            for session in range(SESSIONS):
                for place, message in enumerate(MESSAGES):
                    begin = time.perf_counter()
                    client.post("/webhooks/rest/webhook", json={"sender": f"s{session}", "message": message}).raise_for_status()
                    if session:  # the first warms up
                        taken[place].append(1000 * (time.perf_counter() - begin))
    every = sorted(value for values in taken for value in values)
    table = Table("turn", "p50 ms", "p95 ms", title=f"A turn over REST, {len(every)} turns")
    for place, values in enumerate(taken):
        table.add_row(str(place + 1), f"{statistics.median(values):.1f}", f"{sorted(values)[int(len(values) * 0.95)]:.1f}")
    table.add_row("all", f"{statistics.median(every):.1f}", f"{every[int(len(every) * 0.95)]:.1f}")
    Console().print(table)


if __name__ == "__main__":
    main()
