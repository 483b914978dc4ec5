"""`fakestormer serve` and `worker` as real processes, for the tests that kill them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.unit.serving.conftest import Client

RUN = "from fakestormer.cli.main import main; main()"
FILM_SECONDS = 120


class Process:
    """A command that writes its log to a file."""

    def __init__(self, log: Path, *arguments: object, **environment: str) -> None:
        self.log = log
        with log.open("ab") as file:
            self._process = subprocess.Popen(
                [sys.executable, "-c", RUN, *map(str, arguments)],
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                env={**os.environ, **environment, "OMP_NUM_THREADS": "1"},
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait_for(self, words: str) -> str:
        for _ in range(10 * FILM_SECONDS):
            found = [line for line in self.log.read_text().splitlines() if words in line]
            if found:
                return found[0]
            assert self._process.poll() is None, self.log.read_text()
            time.sleep(0.1)
        raise AssertionError(self.log.read_text())

    def end(self, number: int = signal.SIGTERM) -> int:
        if self._process.poll() is None:
            self._process.send_signal(number)
        return self._process.wait(60)


class Server(Process):
    """A server on a free port."""

    def __init__(self, folder: Path, weights: Path, *more: object, **environment: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        log = folder / f"serve-{time.monotonic_ns()}.log"
        where = ("--data", folder / "data", "--port", 0, "--weights", weights, "--device", "cpu")
        super().__init__(log, "serve", *where, *more, **environment)

    def client(self) -> Client:
        address = self.wait_for("http://").split("http://")[1].strip()
        return Client(int(address.rpartition(":")[2]))


def children_of(pid: int) -> list[int]:
    """All processes below one, nearest first."""
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += [int(child), *children_of(int(child))]
    return found


def is_child_of_worker(pid: int) -> bool:
    """Whether a process is an examination's."""
    try:
        return b"isolation.child" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
