"""A worker: takes a chunk of entries, has each examined in a child that can be killed, and keeps every row at once."""

from __future__ import annotations

import json
import os
import shutil
import socket
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from fakestormer.bulk.board import BUSY, MINE, BoardLike
from fakestormer.bulk.config import BulkConfig
from fakestormer.bulk.entries import Entry
from fakestormer.bulk.fetch import FetchError, local_file
from fakestormer.bulk.place import Place, open_place
from fakestormer.bulk.plan import Chunk, run_folder
from fakestormer.bulk.rows import STATUS_OF_ENDING, columns_of
from fakestormer.bulk.schema import COPY, DEADLY, from_parquet, rows_to_parquet
from fakestormer.isolation import Examination, IsolatedDetector, Request, read_recorded
from fakestormer.types import ConfigError, VideoError
from fakestormer.video import hash_file

MOST_DEATHS = 2  # of children; then the file is quarantined
MOST_BEGINNINGS = 3  # without an end, because the whole worker died; then the file is taken for the cause
BUSY_PAUSE = 0.3  # seconds
FOLDER_PREFIX = "fakestormer-bulk-"


@dataclass(frozen=True, slots=True)
class Order:
    """What every worker of a run is told.

    Attributes:
        address: of the job's place.
        run: its number, from 1.
        config: of the job.
        second_pass: whether children get more memory.
        engine: weights_sha256, model and version that every row must come from.
    """

    address: str
    run: int
    config: BulkConfig
    second_pass: bool = False
    engine: tuple[tuple[str, str], ...] = ()


class Scorer:
    """Works on one chunk after the other, with one child process; `close` ends it."""

    def __init__(self, order: Order, board: BoardLike) -> None:
        self._order, self._board = order, board
        self._place: Place = open_place(order.address)
        self._detector = IsolatedDetector(order.config.isolation(order.second_pass))
        self._worker = f"{socket.gethostname()}-{os.getpid()}"
        _sweep()
        self._folder = Path(tempfile.mkdtemp(prefix=f"{FOLDER_PREFIX}{os.getpid()}-"))
        self._plan: tuple[str, Any] | None = None

    def close(self) -> None:
        """Ends the child and erases what the worker had on its disk."""
        self._detector.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def work(self, chunk: Chunk) -> int:
        """How many rows the chunk has, once they all are kept; those that a killed worker kept are not made again.

        Raises:
            ConfigError: the child cannot load the model.
            DataError: the place of the job cannot be read or written.
        """
        entries = self._entries(chunk)
        part = f"{run_folder(self._order.run)}/parts/{chunk.name}.parquet"
        rows = self._kept(part)
        waiting = [one for one in entries if one["id"] not in rows]
        while waiting:
            busy = []
            for one in waiting:
                row = self._row(one, chunk)
                if row is None:
                    busy.append(one)
                    continue
                rows[one["id"]] = row
                self._place.write(part, rows_to_parquet(sorted(rows.values(), key=lambda kept: int(kept["index"]))))
                self._after(row)
            if busy and len(busy) == len(waiting):
                time.sleep(BUSY_PAUSE)
            waiting = busy
        return len(rows)

    def _after(self, row: dict[str, Any]) -> None:
        """What is kept may be copied, and is told."""
        if row["sha256"] is not None and row["status"] != COPY:
            self._board.settle(row["sha256"], row["id"], row["status"] != "unavailable")
        told = (row.get("duration") or 0.0, row["seconds"], row["cpu_seconds"])
        self._board.tell(row["status"], *told)

    def _entries(self, chunk: Chunk) -> list[dict[str, Any]]:
        if self._plan is None or self._plan[0] != chunk.plan:
            self._plan = chunk.plan, from_parquet(self._place.source(chunk.plan))
        rows: list[dict[str, Any]] = self._plan[1].slice(chunk.start, chunk.stop - chunk.start).to_pylist()
        return rows

    def _kept(self, part: str) -> dict[str, dict[str, Any]]:
        try:
            return {row["id"]: row for row in from_parquet(self._place.source(part)).to_pylist()}
        except FileNotFoundError:
            return {}

    def _row(self, one: dict[str, Any], chunk: Chunk) -> dict[str, Any] | None:
        """The row of one entry; None where another worker has the same content under way."""
        began = time.monotonic()
        entry = Entry(one["uri"], one["size"], one["etag"])
        row: dict[str, Any] = {
            **{name: one[name] for name in ("index", "id", "uri", "size", "etag", "deaths")},
            **dict(self._order.engine),
            "attempts": one["attempts"] + 1,
            "quarantined": False,
            "sha256": None,
            "cpu_seconds": 0.0,
            "settings_sha256": self._order.config.settings_sha256,
            "run": self._order.run,
        }
        try:
            with local_file(entry, self._folder, self._order.config.download) as path:
                found = self._found(one, path, chunk)
        except FetchError as error:
            found = {"status": error.status, "detail": error.sentence}
        if found is None:
            return None
        row.update(found)
        row["deaths"] += row["status"] in DEADLY
        row["quarantined"] = row["status"] in DEADLY and row["deaths"] >= MOST_DEATHS
        measured = {"seconds": time.monotonic() - began, "worker": self._worker, "finished": datetime.now(timezone.utc)}
        return {**row, **measured}

    def _found(self, one: dict[str, Any], path: Path, chunk: Chunk) -> dict[str, Any] | None:
        """What there is to say about a file on this machine's disk; None where another worker is about to know."""
        try:
            size = path.stat().st_size
            sha256 = hash_file(path) if one["twin"] else None
        except (OSError, VideoError) as error:
            return {"status": "unreadable", "detail": str(error)}
        if sha256 is not None:
            holder = self._board.claim(sha256, one["id"])
            if holder == BUSY:
                return None
            if holder != MINE:
                return {"status": COPY, "sha256": sha256, "bytes": size}
        beginnings = self._begin(one["id"], chunk)
        if beginnings > MOST_BEGINNINGS:
            said = f"the worker itself was killed {MOST_BEGINNINGS} times while it examined this file"
            died = {"status": "crashed", "detail": said, "deaths": MOST_DEATHS}
            return {**died, "bytes": size, "sha256": sha256}
        return {"sha256": sha256, "bytes": size, **self._examine(one, path)}

    def _begin(self, identity: str, chunk: Chunk) -> int:
        """How often the examination of this entry was begun in this run, this time included."""
        name = f"{run_folder(self._order.run)}/begun/{chunk.name}.json"
        try:
            noted = json.loads(self._place.read(name))
        except FileNotFoundError:
            noted = {}
        times = noted.get("times", 0) + 1 if noted.get("id") == identity else 1
        self._place.write(name, json.dumps({"id": identity, "times": times}).encode())
        return int(times)

    def _examine(self, one: dict[str, Any], path: Path) -> dict[str, Any]:
        config, engine = self._order.config, {"model": self._started_model()}
        with tempfile.TemporaryDirectory(dir=self._folder) as place:
            folder = Path(place)
            asked = Request(path, folder, one["uri"], thorough=config.thorough, page=config.pages)
            ended = self._detector.examine(asked)
            cost = {"cpu_seconds": ended.cpu_seconds, "peak_memory": ended.peak_memory}
            if ended.ending != "done":
                return {**engine, **cost, **_without_verdict(ended, path)}
            columns = columns_of(read_recorded(folder))
            return {**engine, **cost, **columns, **self._keep_reports(one["id"], folder)}

    def _started_model(self) -> str:
        """The name of the model in the child, which must be of the weights and the version of the whole job."""
        ready = self._detector.start()
        found = {"weights_sha256": ready.weights_sha256, "version": ready.package_version}
        for name, wanted in self._order.engine:
            if found.get(name, wanted) != wanted:
                raise ConfigError(
                    f"the worker {self._worker} has {name} {found[name]}, the job {wanted}: install the same version "
                    "and weights on all machines"
                )
        return ready.model_name

    def _keep_reports(self, identity: str, folder: Path) -> dict[str, str]:
        kept = {}
        wanted = (
            ("report", "verdict.json", self._order.config.reports),
            ("page", "report.html", self._order.config.pages),
        )
        for column, file, keep in wanted:
            if keep:
                kept[column] = f"reports/{identity[:2]}/{identity}{Path(file).suffix}"
                self._place.write(kept[column], (folder / file).read_bytes())
        return kept


def _without_verdict(ended: Examination, path: Path) -> dict[str, Any]:
    said = None if ended.detail is None else ended.detail.replace(str(path), "the file")
    return {"status": STATUS_OF_ENDING[ended.ending], "detail": said}


def _sweep() -> None:
    """Erases what workers of this machine that were killed left on its disk."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER_PREFIX}*"):
        number = folder.name.removeprefix(FOLDER_PREFIX).partition("-")[0]
        with suppress(OSError):
            if number.isdecimal() and not Path(f"/proc/{number}").exists():
                shutil.rmtree(folder, ignore_errors=True)
