"""How a job stands, from what its workers tell: written beside the table and told to whoever looks on."""

from __future__ import annotations

import dataclasses
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType

import numpy as np

from fakestormer.bulk.board import Told
from fakestormer.bulk.place import Place
from fakestormer.bulk.schema import COPY, STATUSES
from fakestormer.bulk.status import JobStatus, write_status
from fakestormer.bulk.table import NAMES, Account, Survey
from fakestormer.types import FakestormerError

TOLD_EVERY = 3.0  # seconds between two notes
HOUR = 3600.0
Observe = Callable[[JobStatus], None]


class Reporter:
    """Keeps `status.json` up to date; leaving the block by an error or a signal is told, too."""

    def __init__(self, place: Place, price: float | None, observe: Observe | None) -> None:
        self._place, self._price, self._observe = place, price, observe
        self._status = JobStatus("running")
        self._written = float("-inf")
        self._spent = Told()  # by the runs before the present one

    def __enter__(self) -> Reporter:
        write_status(self._place, self._status)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            problem = str(error) if isinstance(error, FakestormerError) else "the process was interrupted"
            with suppress(FakestormerError):  # the place may be what failed
                write_status(self._place, dataclasses.replace(self._status, state="stopped", problem=problem))

    def tell(self, status: JobStatus) -> None:
        """Writes a status now and then, and passes it on."""
        self._status = status
        if time.monotonic() - self._written >= TOLD_EVERY:
            write_status(self._place, status)
            self._written = time.monotonic()
        if self._observe is not None:
            self._observe(status)

    def finish(self, account: Account, video_seconds: float) -> None:
        """Tells the end of the job."""
        done = account.total - account.missing
        status = dataclasses.replace(
            self._status, state="finished", total=account.total, done=done, counts=account.counts,
            video_seconds=video_seconds, seconds_left=0.0,
        )  # fmt: skip
        self._written = float("-inf")
        self.tell(status)

    def watch(self, name: str, total: int, chosen: np.ndarray, known: Survey) -> Callable[[Told], None]:
        """What hears of a run over the chosen entries."""
        before = Counter(known.counts)
        before.subtract(Counter(NAMES[code] for code in known.codes[chosen].tolist() if code))
        started: list[tuple[float, int]] = []
        earlier = self._spent

        def watch(told: Told) -> None:
            num = sum(told.counts.values())
            if num and not started:
                started.append((time.monotonic(), num))
            pace = _pace(started, num)
            self._spent = _sum(earlier, told)
            counts = before + Counter(told.counts)
            self.tell(
                JobStatus(
                    "running", name, total, total - len(chosen) + num,
                    {one: counts[one] for one in (*STATUSES, COPY) if counts[one]},
                    known.video_seconds + told.video_seconds, pace * HOUR,
                    (len(chosen) - num) / pace if pace else None,
                    self._spent.worker_seconds, self._spent.cpu_seconds, self._cost(),
                )
            )  # fmt: skip

        return watch

    def _cost(self) -> float | None:
        return None if self._price is None else self._price * self._spent.worker_seconds / HOUR


def _pace(started: list[tuple[float, int]], num: int) -> float:
    """Files a second since the first ones were told of; 0 where that is not known yet."""
    if not started or num <= started[0][1]:
        return 0.0
    return (num - started[0][1]) / max(1e-3, time.monotonic() - started[0][0])


def _sum(one: Told, other: Told) -> Told:
    return Told({}, 0.0, one.worker_seconds + other.worker_seconds, one.cpu_seconds + other.cpu_seconds)
