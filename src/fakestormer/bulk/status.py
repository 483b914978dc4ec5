"""How a job stands: what its process told last, and whether that process is alive."""

from __future__ import annotations

import dataclasses
import json
import os
import socket
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from fakestormer.bulk.place import Place
from fakestormer.types import DataError

STATUS_FILE = "status.json"
SILENT_SECONDS = 60.0  # after which a process on another machine is taken for dead
State = Literal["listing", "running", "finished", "stopped"]


@dataclass(frozen=True, slots=True)
class JobStatus:
    """What is told of a job, every few seconds while it runs.

    Attributes:
        state: of the process that wrote it.
        pass_name: "first", "second" or "retry".
        total: entries of the manifest.
        done: entries with a row.
        counts: entries by status.
        video_seconds: seconds of video in rows.
        files_per_hour: of this process, while it examines.
        seconds_left: at that rate; None where it is not known.
        worker_seconds: wall time of all workers in this process.
        cpu_seconds: processor time of all children in this process.
        cost: of `worker_seconds`, where a price was given.
        problem: the sentence that a stopped job ended with.
        host: name of the machine of the process.
        pid: of the process.
        born: when the process started, as its system counts.
        told: when this was written, in seconds since 1970.
    """

    state: State
    pass_name: str = "first"
    total: int = 0
    done: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    video_seconds: float = 0.0
    files_per_hour: float = 0.0
    seconds_left: float | None = None
    worker_seconds: float = 0.0
    cpu_seconds: float = 0.0
    cost: float | None = None
    problem: str | None = None
    host: str = ""
    pid: int = 0
    born: int = 0
    told: float = 0.0

    @property
    def is_alive(self) -> bool:
        """Whether the process that wrote it is still at work, as far as can be told from here."""
        if self.state not in ("listing", "running"):
            return False
        if self.host == socket.gethostname():
            return self.pid > 0 and _birth_of(self.pid) == self.born
        return time.time() - self.told < SILENT_SECONDS


def write_status(place: Place, status: JobStatus) -> None:
    """Writes it, signed by this process."""
    pid = os.getpid()
    signed = dataclasses.replace(status, host=socket.gethostname(), pid=pid, born=_birth_of(pid), told=time.time())
    place.write(STATUS_FILE, json.dumps(dataclasses.asdict(signed), indent=1).encode())


def read_status(place: Place) -> JobStatus | None:
    """What was told last; None where nothing was.

    Raises:
        DataError: the file holds something else.
    """
    try:
        return JobStatus(**json.loads(place.read(STATUS_FILE)))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise DataError(f"{STATUS_FILE} of the job was changed ({error}): erase it and run the job again") from error


def _birth_of(pid: int) -> int:
    """Ticks from the system's start to the process's; 0 where there is no such process or system file."""
    try:
        return int(
            Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[19]
        )
    except (OSError, ValueError, IndexError):
        return 0
