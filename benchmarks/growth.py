"""What grows with all that is stored: conversations, the queue of wishes, knowledge."""

from __future__ import annotations

import random
import shutil
import sqlite3
import statistics
import subprocess
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Iterator, Sequence

from ruamel.yaml import YAML

from benchmarks.contenders import ours
from benchmarks.results import Results
from benchmarks.servers import ROOT, Bot, Server, launch_advisor, running
from benchmarks.talk import GREETING, Talk

PLAIN, CONVERSATIONS, QUEUE, KNOWLEDGE = "nothing more", "conversations", "wishes waiting", "knowledge × 100"
TIMES = 100
WISH = ("我要找人工客服", "我的电话是13800138000", "可以")
TEMPLATE = "template"
COPIES_AT_ONCE = 20_000
UNTRACKED = ("models/*.tar.gz", "models/*.sig", "var/model.key")
"""What a copy of the source tree needs beside its sources to serve the model that was trained here."""
ROW_CONVERSATION = "a turn of a conversation of twelve, ms"
ROW_TERM = "the turn that asks a term, ms"
ROW_WISH = "the turn that asks for a person, ms"


def variants(conversations: int, waiting: int) -> tuple[str, str, str, str]:
    """What the four servers hold, the plain one first."""
    return PLAIN, f"{conversations:,} {CONVERSATIONS}", f"{waiting:,} {QUEUE}", KNOWLEDGE


def measure(conversations: int, waiting: int, rounds: int) -> Results:
    """The same talk with four servers of ours, one of which holds nothing else."""
    results, chance = Results(), random.Random(rounds)
    with ExitStack() as stack:
        started = (
            running(ours()),
            with_copies([GREETING], conversations),
            with_copies(WISH, waiting),
            running(stack.enter_context(more_knowledge())),
        )
        servers = {name: stack.enter_context(server) for name, server in zip(variants(conversations, waiting), started)}
        for number in range(rounds):
            for name in chance.sample(list(servers), len(servers)):
                add_round(results, name, servers[name], f"round-{number}")
    return results


def add_round(results: Results, name: str, server: Server, sender: str) -> None:
    with Talk(server.address) as talk:
        results.add(ROW_CONVERSATION, name, statistics.mean(talk.say_all(sender, ours().conversation)))
        results.add(ROW_TERM, name, talk.say(sender, "CLV是什么意思"))
        results.add(ROW_WISH, name, talk.say(sender, WISH[0]))


@contextmanager
def with_copies(messages: Sequence[str], count: int) -> Iterator[Server]:
    """A server of ours whose database holds one short conversation many times."""
    with running(ours()) as server:
        with Talk(server.address) as talk:
            talk.say_all(TEMPLATE, messages)
        multiply(server.database, TEMPLATE, count)
        yield server


def multiply(database: Path, sender: str, count: int) -> None:
    """Copy all rows of one sender under ``count`` other names, whatever the tables are."""
    connection = sqlite3.connect(database, timeout=60)
    try:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        tables = {name: copied_columns(connection, name) for name in names}
        for begin in range(0, count, COPIES_AT_ONCE):
            with connection:
                for name, columns in tables.items():
                    if "sender_id" in columns:
                        connection.execute(copying(name, columns), (begin, min(begin + COPIES_AT_ONCE, count), sender))
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()


def copied_columns(connection: sqlite3.Connection, table: str) -> list[str]:
    """Every column but a number that the database gives out itself."""
    rows = connection.execute(f'PRAGMA table_info("{table}")').fetchall()
    keys = [row for row in rows if row[5]]
    given = keys[0][1] if len(keys) == 1 and keys[0][2].upper() == "INTEGER" else None
    return [row[1] for row in rows if row[1] != given]


def copying(table: str, columns: Sequence[str]) -> str:
    taken = ", ".join("sender_id || '-' || copy" if column == "sender_id" else f'"{column}"' for column in columns)
    named = ", ".join(f'"{column}"' for column in columns)
    return (
        "WITH RECURSIVE copies(copy) AS (SELECT ? + 1 UNION ALL SELECT copy + 1 FROM copies WHERE copy < ?) "
        f'INSERT INTO "{table}" ({named}) SELECT {taken} FROM copies, "{table}" WHERE sender_id = ?'
    )


@contextmanager
def more_knowledge() -> Iterator[Bot]:
    """Ours from a copy of the source tree with a hundred times the terms, sources and dated shares."""
    with tempfile.TemporaryDirectory(prefix="bench-tree-") as folder:
        tree = Path(folder)
        copy_sources(tree)
        change(tree / "knowledge" / "glossary.yml", more_terms)
        change(tree / "knowledge" / "sources.yml", more_sources)
        change(tree / "knowledge" / "shares.yml", more_shares)
        yield replace(ours(), name=KNOWLEDGE, launch=partial(launch_advisor, tree=tree))


def copy_sources(tree: Path) -> None:
    listed = subprocess.run(["git", "ls-files", "-z", "-c", "-o", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True)
    files = [ROOT / name.decode() for name in listed.stdout.split(b"\0") if name]
    for file in [*files, *(file for pattern in UNTRACKED for file in ROOT.glob(pattern))]:
        if file.is_file():
            target = tree / file.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, target)


def change(path: Path, grown: Any) -> None:
    yaml = YAML(typ="safe")
    content = yaml.load(path.read_text(encoding="utf-8"))
    grown(content)
    with path.open("w", encoding="utf-8") as target:
        yaml.dump(content, target)


def more_terms(content: dict[str, Any]) -> None:
    terms = content["terms"]
    for key, term in list(terms.items()):
        for number in range(1, TIMES):
            words = [f"{word}{number}号" for word in term["words"]]
            terms[f"{key}_{number}"] = {**term, "name": f"{term['name']}{number}号", "words": words}


def more_sources(content: dict[str, Any]) -> None:
    sources = content["sources"]
    for key, source in list(sources.items()):
        for number in range(1, TIMES):
            sources[f"{key}-{number}"] = dict(source)


def more_shares(content: dict[str, Any]) -> None:
    for dimension in content["shares"].values():
        for value, figure in dimension.items():
            if figure is not None:
                dimension[value] = [{**figure, "effective_from": f"{1925 + number}-01-01"} for number in range(TIMES)]
