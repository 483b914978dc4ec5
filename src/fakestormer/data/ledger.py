"""The account of every source of a cache: JSON lines while `prepare` is at work, a summary when it ends.

Each shard writes a ledger of its own, so that many machines fill one folder, or several folders that are copied into
one afterwards.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from fakestormer.data.shard import WHOLE, Shard
from fakestormer.files import append_to_file, write_file
from fakestormer.types import DataError


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """What became of one source: used with so many tracks and frames, or set aside for a reason."""

    name: str
    used: bool
    num_tracks: int
    num_frames: int
    reason: str | None


def ledger_path(folder: Path, shard: Shard = WHOLE) -> Path:
    """Where a shard's ledger lies; its summary has the same name with the ending .json."""
    part = "" if shard == WHOLE else f"-{shard.index}-of-{shard.count}"
    return folder / f"prepare{part}.jsonl"


def read_ledgers(folder: Path) -> tuple[LedgerRow, ...]:
    """The rows of all ledgers of a folder. A last line cut short by a kill is left out."""
    paths = sorted(folder.glob("prepare*.jsonl"))
    return tuple(row for path in paths for row in _rows(path))


def _rows(path: Path) -> Iterator[LedgerRow]:
    number = 0
    try:
        for line in path.read_bytes().split(b"\n")[:-1]:
            number += 1
            yield LedgerRow(**json.loads(line))
    except (ValueError, TypeError) as error:
        raise DataError(
            f"{path}, line {number}: not a row of a ledger ({error}): delete the line, its file is then prepared again"
        ) from error
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}): choose another --out") from error


@contextmanager
def open_ledger(path: Path) -> Iterator[None]:
    """Holds the ledger, which one process at a time may add to; a line cut short is taken away first."""
    append_to_file(path, b"")  # made where it is missing, refused in a sentence where it cannot be written
    with path.open("r+", encoding="utf-8", errors="surrogateescape") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise DataError(
                f"another `prepare` is writing {path}: wait for it, or give each machine a --shard of its own"
            ) from error
        whole = file.read().rpartition("\n")
        if whole[2]:
            file.truncate(len((whole[0] + whole[1]).encode(errors="surrogateescape")))
            file.flush()
        yield


def append_row(path: Path, row: LedgerRow) -> None:
    """The row is in the ledger, and on the disk, when this returns."""
    append_to_file(path, json.dumps(asdict(row)) + "\n")


def write_summary(path: Path, names: Sequence[str], rows: dict[str, LedgerRow]) -> None:
    """One JSON beside the ledger: how many sources were used, and those set aside, each with its reason."""
    done = [rows[name] for name in names if name in rows]
    used = [row for row in done if row.used]
    summary = {
        "sources": len(names),
        "used": len(used),
        "set_aside": len(done) - len(used),
        "waiting": len(names) - len(done),
        "tracks": sum(row.num_tracks for row in used),
        "frames": sum(row.num_frames for row in used),
        "reasons": {row.name: row.reason for row in done if not row.used},
    }
    write_file(path.with_suffix(".json"), json.dumps(summary, indent=1, ensure_ascii=False) + "\n")
