"""How a bulk job stands, in words: live on a terminal, a line a minute in a log, and for `bulk status`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress

from fakestormer.cli.speech import shows_progress
from fakestormer.cli.terminal import description, say

if TYPE_CHECKING:
    from fakestormer.bulk import JobStatus

LINE_EVERY = 60.0  # seconds, where no bar is shown


@contextmanager
def live_status(console: Console) -> Iterator[Callable[[JobStatus], None]]:
    """What hears of a job and shows it."""
    if not shows_progress(console):
        yield _Lines(console).hear
        return
    with Progress(description(), BarColumn(bar_width=20), console=console) as progress:
        task = progress.add_task("starting", total=None)

        def show(status: JobStatus) -> None:
            total = None if status.state == "listing" else status.total
            progress.update(task, description=describe_status(status), total=total, completed=status.done)

        yield show


class _Lines:
    """A line now and then."""

    def __init__(self, console: Console) -> None:
        self._console, self._said = console, time.monotonic()

    def hear(self, status: JobStatus) -> None:
        """Says how the job stands, if it was not said in the last minute."""
        if time.monotonic() - self._said >= LINE_EVERY:
            say(self._console, describe_status(status))
            self._said = time.monotonic()


def describe_status(status: JobStatus) -> str:
    """One line: files, hours of video, rate, time left, cost, statuses."""
    if status.state == "listing":
        return f"{status.total:,} files listed"
    parts = [f"{status.done:,} of {status.total:,} files", f"{status.video_seconds / 3600:.1f} h of video"]
    if status.pass_name != "first":
        parts.insert(0, f"{status.pass_name} pass")
    if status.files_per_hour:
        parts.append(f"{status.files_per_hour:,.0f} files/h")
    if status.seconds_left:
        parts.append(f"{timedelta(seconds=round(status.seconds_left))} left")
    if status.cost is not None:
        parts.append(f"cost {status.cost:,.2f}")
    counts = ", ".join(f"{name} {number:,}" for name, number in status.counts.items())
    return " - ".join([*parts, *([counts] if counts else [])])


def say_status(status: JobStatus, output: str) -> Iterator[str]:
    """Lines about a job: whether it lives, how far it is, and its files by status."""
    if status.state == "finished":
        yield f"{output}: finished"
    elif status.is_alive:
        yield f"{output}: {status.state}, process {status.pid} on {status.host}"
    elif status.problem is not None:
        yield f"{output}: stopped: {status.problem}"
    else:
        yield f"{output}: dead, its process {status.pid} on {status.host} was killed: run the same command again"
    yield describe_status(status)
    if status.state != "listing":
        spent = f"{status.worker_seconds / 3600:.2f} h of workers, {status.cpu_seconds / 3600:.2f} h of processors"
        yield f"{spent} in this process"
        yield from say_counts(status.counts, status.total)


def say_counts(counts: Mapping[str, int], total: int) -> Iterator[str]:
    """A line for each status with its number and share."""
    for name, number in counts.items():
        yield f"{name:>15} {number:>12,} {number / max(1, total):>7.1%}"
