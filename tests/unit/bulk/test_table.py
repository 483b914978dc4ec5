"""Rows of several runs to one table: the newest row of each entry, ids compared, copies filled in."""

from __future__ import annotations

import itertools
import os
from datetime import datetime, timezone

import numpy as np
import pytest

pytest.importorskip("pyarrow", reason="needs the extra bulk")
import pyarrow as pa

from fakestormer.bulk import open_place, table
from fakestormer.bulk.board import BUSY, MINE, Board
from fakestormer.bulk.entries import Entry
from fakestormer.bulk.plan import PLAN, find_twins, write_plan
from fakestormer.bulk.schema import MANIFEST, from_parquet, rows_to_parquet
from fakestormer.bulk.status import JobStatus, read_status, write_status
from fakestormer.types import DataError

NUM = 10
ENTRIES = [Entry(f"/films/{number}.mp4", 100 + number // 2) for number in range(NUM)]
CONTENTS = pa.table(
    {
        "id": [one.id for one in ENTRIES],
        "uri": [one.uri for one in ENTRIES],
        "size": [one.size for one in ENTRIES],
        "etag": [None] * NUM,
    },
    schema=MANIFEST,
)


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setattr(table, "ROWS_PER_FILE", 4)
    return open_place(str(tmp_path))


def row(index, status="ok", run=1, **more):
    entry = ENTRIES[index]
    fixed = {"index": index, "id": entry.id, "uri": entry.uri, "size": entry.size, "status": status, "run": run}
    counted = {"attempts": run, "deaths": 0, "quarantined": False, "sha256": None, "duration": 1.0}
    return {**fixed, **counted, "finished": datetime.now(timezone.utc), **more}


def keep(place, run, rows):
    first, last = rows[0]["index"], rows[-1]["index"]
    place.write(f"runs/{run:04d}/parts/{first:012d}-{last:012d}.parquet", rows_to_parquet(rows))


def surveyed(place):
    return table.survey(place, NUM, find_twins(CONTENTS["size"]))


def final(place):
    account = table.write_table(place, CONTENTS, surveyed(place))
    return account, [one for part in table.read_table(place) for one in part.to_pylist()]


def test_the_newest_row_of_each_entry_stands_in_the_order_of_the_manifest(place):
    keep(place, 1, [row(index, "crashed" if index == 5 else "ok") for index in range(6)])
    keep(place, 1, [row(index) for index in range(6, NUM)])
    keep(place, 2, [row(2, run=2), row(5, "partial", run=2)])
    account, rows = final(place)
    assert account.holds
    assert account.counts == {"ok": 9, "partial": 1}
    assert [one["index"] for one in rows] == list(range(NUM))
    assert [one["run"] for one in rows] == [1, 1, 2, 1, 1, 2, 1, 1, 1, 1]
    assert [len(part) for part in table.read_table(place)] == [4, 4, 2]


def test_a_later_run_changes_a_table_that_stands(place):
    keep(place, 1, [row(index) for index in range(NUM)])
    final(place)
    place.erase("runs")
    keep(place, 2, [row(9, "gone", run=2)])
    account, rows = final(place)
    assert (account.counts, rows[9]["status"], rows[8]["run"]) == ({"ok": 9, "gone": 1}, "gone", 1)


@pytest.mark.parametrize("missing", [(0,), (3, 9), tuple(range(4, 8))])
def test_an_entry_without_a_row_is_missed(place, missing):
    for index in set(range(NUM)) - set(missing):
        keep(place, 1, [row(index)])
    account, rows = final(place)
    assert (account.holds, account.missing, account.total) == (False, len(missing), NUM)
    assert len(rows) == NUM - len(missing)


def test_a_row_of_another_id_is_no_row(place):
    keep(place, 1, [row(index) for index in range(NUM - 1)])
    keep(place, 1, [row(9, id="f" * 32)])
    assert final(place)[0].missing == 1


def test_a_copy_has_the_verdict_of_its_original_and_the_first_one_s_id(place):
    scored = row(3, sha256="aa", probability=0.25, report="r", cpu_seconds=5.0)
    copy = row(2, "copy", sha256="aa", cpu_seconds=0.0)
    keep(place, 1, [row(0), row(1), copy, scored, *(row(index) for index in range(4, NUM))])
    account, rows = final(place)
    assert (account.num_duplicates, account.counts) == (1, {"ok": NUM})
    assert [rows[index]["probability"] for index in (2, 3)] == [0.25, 0.25]
    assert [rows[index]["duplicate_of"] for index in (2, 3)] == [None, ENTRIES[2].id]
    assert (rows[2]["uri"], rows[2]["cpu_seconds"]) == (ENTRIES[2].uri, 0.0)


def test_a_copy_without_an_original_has_no_row(place):
    keep(place, 1, [row(2, "copy", sha256="aa"), row(3, sha256="aa")])
    assert set(np.flatnonzero(surveyed(place).codes)) == {2, 3}
    keep(place, 2, [row(3, "gone", run=2)])
    assert set(np.flatnonzero(surveyed(place).codes)) == {3}


def test_a_damaged_part_is_one_sentence(place):
    place.write("runs/0001/parts/000000000000-000000000001.parquet", b"PAR1 no")
    with pytest.raises(DataError, match="is damaged"):
        surveyed(place)


def test_only_files_of_one_size_or_of_none_can_be_the_same():
    sizes = pa.chunked_array([pa.array([5, 6, 5, None, 7], pa.int64())])
    assert find_twins(sizes).tolist() == [True, False, True, True, False]


@pytest.mark.parametrize(("total", "workers"), [(1, 1), (7, 40), (1000, 1), (2500, 3)])
def test_chunks_hold_every_row_once_and_shrink(tmp_path, total, workers):
    place, indexes = open_place(str(tmp_path)), np.arange(total) * 3
    blank = {"id": ["x"] * total, "uri": ["x"] * total, "size": [1] * total, "etag": ["x"] * total}
    zeros = {"attempts": [0] * total, "deaths": [0] * total, "twin": [False] * total}
    plan = pa.table({"index": indexes, **blank, **zeros}, schema=PLAN)
    pieces = (plan.slice(start, 1000) for start in range(0, total, 1000))
    chunks = write_plan(place, 1, pieces, workers, total)
    files = {name: from_parquet(place.source(name))["index"].to_pylist() for name in place.names("runs")}
    rows = [files[one.plan][one.start : one.stop] for one in chunks]
    assert list(itertools.chain(*rows)) == indexes.tolist()
    assert [(one[0], one[-1]) for one in rows] == [(chunk.first, chunk.last) for chunk in chunks]
    assert len(rows[-1]) == 1
    assert len(rows[0]) == min(256, max(1, total // (4 * workers)))


def test_a_content_is_scored_by_one_and_copied_by_the_others():
    board = Board({"old": "before"})
    assert board.claim("old", "a") == "before"
    assert board.claim("new", "a") == MINE
    assert board.claim("new", "a") == MINE  # after the death of his process
    assert board.claim("new", "b") == BUSY
    board.settle("new", "a", True)
    assert board.claim("new", "b") == "a"
    assert board.claim("lost", "c") == MINE
    board.settle("lost", "c", False)
    assert board.claim("lost", "d") == MINE


def test_a_status_tells_a_living_process_from_a_dead_one(tmp_path):
    place = open_place(str(tmp_path))
    assert read_status(place) is None
    write_status(place, JobStatus("running", total=5))
    alive = read_status(place)
    assert (alive.is_alive, alive.pid, alive.total) == (True, os.getpid(), 5)
    text = place.read("status.json")
    place.write("status.json", text.replace(str(os.getpid()).encode(), b"4194999"))
    assert not read_status(place).is_alive
    place.write("status.json", b"{}")
    with pytest.raises(DataError, match="was changed"):
        read_status(place)
