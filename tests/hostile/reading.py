"""Hostile files read by a child process with limits, one after the other: what came of each, in words."""

from __future__ import annotations

import json
import os
import resource
import select
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.hostile.corpus import make_corpus

MEMORY = 2 << 30  # bytes, of one child
WALL = 300.0  # seconds without an answer, on a busy machine; a file takes milliseconds
READ, READ_PARTLY, REFUSED = "read", "read, damage told", "refused in one sentence"
FAILURES = ("traceback", "died", "hung")
OUTCOMES = (READ, READ_PARTLY, REFUSED, *FAILURES)


@dataclass(frozen=True)
class Read:
    """What came of one file: its place in the list, one of OUTCOMES, and what was said."""

    place: int
    outcome: str
    said: str


def read_files(paths: Sequence[Path]) -> Iterator[Read]:
    """What comes of each file; a child that dies or hangs costs the file that it was reading."""
    done = 0
    while done < len(paths):
        left = paths[done:]
        with subprocess.Popen(
            [sys.executable, "-m", "tests.hostile.reading", *map(str, left)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        ) as child:
            assert child.stdout is not None
            for place in range(done, len(paths)):
                ready = select.select([child.stdout], [], [], WALL)[0]
                line = child.stdout.readline() if ready else b""
                if not line:
                    child.kill()
                    yield Read(place, "died" if ready else "hung", "")
                    done = place + 1
                    break
                yield Read(place, *json.loads(line))
                done = place + 1


def _child(paths: Sequence[str]) -> None:
    """Reads each file to its end and tells of it on a line."""
    from fakestormer.types import FakestormerError, VideoDamage
    from fakestormer.video import VideoReader

    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    for path in paths:
        try:
            reader, last = VideoReader(path, max_size=640), -1.0
            for frame in reader:
                assert frame.time > last, f"time goes back from {last} to {frame.time}"
                assert frame.image.size, "an empty picture"
                last = frame.time
            told = READ if reader.damage == VideoDamage() else READ_PARTLY, f"{reader.num_frames} frames"
        except FakestormerError as error:
            one_line = "\n" not in str(error) and path in str(error)
            told = REFUSED if one_line else "traceback", str(error)
        except BaseException as error:
            told = "traceback", f"{type(error).__name__}: {error}"
        os.write(1, json.dumps(told).encode() + b"\n")  # at once, and past whatever else writes there


def write_table(page: Path, folder: Path) -> None:
    """Makes all files in the folder, reads them, and writes what came of each kind."""
    kinds, paths = [], []
    for number, one in enumerate(make_corpus(folder)):
        path = folder / f"{number:04d}{Path(one.name).suffix}"
        path.write_bytes(one.content)
        kinds.append(one.kind)
        paths.append(path)
    counts: dict[str, Counter[str]] = {kind: Counter() for kind in kinds}
    for read in read_files(paths):
        counts[kinds[read.place]][read.outcome] += 1
        if read.outcome in FAILURES:
            sys.stderr.write(f"{paths[read.place]} {read.outcome} {read.said}\n")
    rows = [f"| {kind} | " + " | ".join(str(found[one]) for one in OUTCOMES) + " |" for kind, found in counts.items()]
    total = sum(counts.values(), Counter[str]())
    rows.append("| **all** | " + " | ".join(f"**{total[one]}**" for one in OUTCOMES) + " |")
    begin, _, _ = page.read_text(encoding="utf-8").partition("| kind |")
    head = f"| kind | {' | '.join(OUTCOMES)} |\n|{' --- |' * (len(OUTCOMES) + 1)}\n"
    page.write_text(begin + head + "\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    _child(sys.argv[1:])
