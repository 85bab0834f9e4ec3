"""The one database as several processes open it."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from storage.database import open_database

PROCESSES = 6
FILES = 150


def test_processes_that_open_a_new_file_together_all_get_it(tmp_path: Path) -> None:
    with ProcessPoolExecutor(PROCESSES, get_context("fork"), open_database.cache_clear) as pool:
        for number in range(FILES):
            urls = [f"sqlite:///{tmp_path}/{number}.db"] * PROCESSES
            assert list(pool.map(journal_at, urls)) == ["wal"] * PROCESSES


def journal_at(url: str) -> str:
    with open_database(url).connect() as connection:
        return str(connection.exec_driver_sql("PRAGMA journal_mode").scalar())
