"""What one run of a job has to do, cut into pieces of work that shrink towards the end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from fakestormer.bulk.place import Place
from fakestormer.bulk.schema import to_parquet

ROWS_PER_PLAN = 50_000
MOST_PER_CHUNK = 256  # rows; a worker writes its chunk's rows as one file, again after each
CHUNKS_PER_WORKER = 4  # left at any time, so that all workers end together
PLAN = pa.schema(
    [
        pa.field("index", pa.int64(), nullable=False),
        pa.field("id", pa.string(), nullable=False),
        pa.field("uri", pa.string(), nullable=False),
        ("size", pa.int64()),
        ("etag", pa.string()),
        pa.field("attempts", pa.int32(), nullable=False),
        pa.field("deaths", pa.int32(), nullable=False),
        pa.field("twin", pa.bool_(), nullable=False),
    ]
)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows `start` to `stop` of one plan file, whose first and last entry have these places in the manifest."""

    plan: str
    start: int
    stop: int
    first: int
    last: int

    @property
    def name(self) -> str:
        """How the files of this chunk are called."""
        return f"{self.first:012d}-{self.last:012d}"


def run_folder(run: int) -> str:
    """The folder of a run's files within the job."""
    return f"runs/{run:04d}"


def find_twins(sizes: Any) -> np.ndarray:
    """For every size whether another file has it, or it is not known: only such files can have the same content."""
    known = sizes.fill_null(-1).to_numpy()
    _, where, counts = np.unique(known, return_inverse=True, return_counts=True)
    twins: np.ndarray = (counts[where] > 1) | (known < 0)
    return twins


def write_plan(place: Place, run: int, tables: Iterator[Any], workers: int, total: int) -> list[Chunk]:
    """Writes the plan files of a run and gives its chunks in order.

    Args:
        place: of the job.
        run: its number.
        tables: of at most `ROWS_PER_PLAN` rows each, with the columns of `PLAN`, in the manifest's order.
        workers: that will share the work.
        total: rows of all tables.
    """
    chunks: list[Chunk] = []
    left = total
    for number, table in enumerate(tables):
        name = f"{run_folder(run)}/plan/{number:06d}.parquet"
        place.write(name, to_parquet(table))
        indexes, start = table["index"], 0
        while start < len(table):
            size = min(MOST_PER_CHUNK, max(1, left // (CHUNKS_PER_WORKER * workers)), len(table) - start)
            stop = start + size
            chunks.append(Chunk(name, start, stop, indexes[start].as_py(), indexes[stop - 1].as_py()))
            start, left = stop, left - size
    return chunks
