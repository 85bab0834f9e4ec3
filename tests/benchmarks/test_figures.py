"""What becomes of measured values: ratios, tables, histories."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from benchmarks.compare import BEGIN, END, replace_between
from benchmarks.growth import multiply
from benchmarks.histories import Template, split_into_turns
from benchmarks.results import Results, ratio, spread


def test_a_ratio_is_taken_round_by_round() -> None:
    found = ratio([20.0, 200.0, 40.0], [10.0, 100.0, 20.0])
    assert found is not None
    assert (found.low, found.middle, found.high) == (2.0, 2.0, 2.0)


def test_a_ratio_has_an_interval_that_holds_its_middle() -> None:
    found = ratio([10.0, 20.0, 30.0, 40.0, 50.0], [10.0] * 5)
    assert found is not None
    assert found.low < found.middle == 3.0 < found.high


def test_what_was_not_measured_has_no_ratio() -> None:
    assert Results().ratio("turn 10, ms", "ours", "empty") is None
    assert spread([]) == "–"


def test_the_marked_part_of_the_page_alone_is_written() -> None:
    page = f"# Title\n\n{BEGIN}\nold\n{END}\n\nafter\n"
    assert replace_between(page, "new") == f"# Title\n\n{BEGIN}\nnew\n{END}\n\nafter\n"
    assert replace_between("# Title\n", "new") == f"# Title\n\n{BEGIN}\nnew\n{END}\n"


def test_a_history_repeats_its_second_round() -> None:
    events = [{"event": name, "place": place} for place, name in enumerate(("action", "user", "bot", "user", "bot", "user"))]
    turns = split_into_turns(events)
    assert [[event["place"] for event in turn] for turn in turns] == [[0, 1, 2], [3, 4], [5]]
    prolonged = list(Template(turns[:1], turns[1:]).turns(5))
    assert [turn[0]["place"] for turn in prolonged] == [0, 3, 5, 3, 5]


def test_rows_of_one_sender_are_copied_in_every_table(tmp_path: Path) -> None:
    database = tmp_path / "some.db"
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE numbered (id INTEGER PRIMARY KEY, sender_id TEXT, said TEXT)")
        connection.execute("CREATE TABLE keyed (sender_id TEXT, position INTEGER, said TEXT, PRIMARY KEY (sender_id, position))")
        connection.execute("CREATE TABLE other (id INTEGER PRIMARY KEY, said TEXT)")
        connection.execute("INSERT INTO numbered (sender_id, said) VALUES ('one', 'a'), ('two', 'b')")
        connection.execute("INSERT INTO keyed VALUES ('one', 0, 'a'), ('one', 1, 'b'), ('two', 0, 'c')")
        connection.execute("INSERT INTO other (said) VALUES ('a')")
    multiply(database, "one", 30)
    with sqlite3.connect(database) as connection:
        counts = [connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("numbered", "keyed", "other")]
        said = connection.execute("SELECT said FROM keyed WHERE sender_id = 'one-30' ORDER BY position").fetchall()
    assert counts == [32, 63, 1]
    assert said == [("a",), ("b",)]
