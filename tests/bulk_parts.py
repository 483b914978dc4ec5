"""What tests of bulk jobs share: an engine without Ray, films of every kind, and the table as rows."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow.parquet as pq
from tests.bad_videos import Recipe, cut_file, make_video

from fakestormer.bulk.board import Board
from fakestormer.bulk.plan import Chunk
from fakestormer.bulk.schema import MEASUREMENTS
from fakestormer.bulk.scorer import Order, Scorer

FASTSTART = (("movflags", "faststart"),)


class InThisProcess:
    """One worker, here; `before_chunk` may raise, as a kill would end it all."""

    num_workers = 1

    def __init__(self, before_chunk: Callable[[int], None] = lambda number: None) -> None:
        self.before_chunk = before_chunk
        self.num_chunks = 0

    def run(self, order: Order, chunks: Sequence[Chunk], known: dict[str, str], watch) -> None:
        board = Board(known)
        scorer = Scorer(order, board)
        try:
            for number, chunk in enumerate(chunks):
                self.before_chunk(number)
                self.num_chunks += 1
                scorer.work(chunk)
                watch(board.look())
        finally:
            scorer.close()


def opened(engine: InThisProcess):
    """What `run_job` asks for."""

    @contextmanager
    def open_engine(config) -> Iterator[InThisProcess]:
        yield engine

    return open_engine


def rows_of(output: Path) -> list[dict]:
    """The final table in its order."""
    return [row for path in sorted((output / "table").glob("*.parquet")) for row in pq.read_table(path).to_pylist()]


def comparable(rows: list[dict]) -> list[dict]:
    """The rows without what is measured, which differs from run to run."""
    return [{name: value for name, value in row.items() if name not in MEASUREMENTS} for row in rows]


def by_name(rows: list[dict]) -> dict[str, dict]:
    return {Path(row["uri"]).name: row for row in rows}


def make_eight(folder: Path, good: Path) -> Path:
    """Eight films: sound, the same again, cut, without a face, no video, too large, empty, and one to lose."""
    folder.mkdir()
    shutil.copy(good, folder / "a good.mp4")
    shutil.copy(good, folder / "the same.mov")
    make_video(folder / "noface.mp4", Recipe(num_frames=8))
    make_video(folder / "wide.mp4", Recipe(num_frames=2, width=640, height=480, b_frames=0))
    whole = make_video(folder / "whole.mp4", Recipe(num_frames=30, muxer=FASTSTART))
    cut_file(whole, folder / "cut.mp4", 0.6)
    whole.unlink()
    (folder / "text.mp4").write_text("only words\n" * 40)
    (folder / "empty.mp4").touch()
    shutil.copy(good, folder / "lost.mp4")
    (folder / "notes.txt").write_text("not listed")
    return folder
