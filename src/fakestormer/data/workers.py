"""Worker processes, one source at a time each. One that dies costs nothing but its source's turn."""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from multiprocessing import connection, get_context, parent_process
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any, TypeVar

from fakestormer.types import DataError, FakestormerError

Item = TypeVar("Item")
Result = TypeVar("Result")
Work = Callable[[Item], Result]
# A worker may die of something else than its source (killed by hand, memory short for a moment): one more try.
MAX_TRIES = 2


def work_in_processes(
    items: Sequence[Item],
    num_workers: int,
    make_work: Callable[[], Work[Item, Result]],
    give_up: Callable[[Item, str], Result],
) -> Iterator[Result]:
    """The results in the order in which they are ready.

    An error of ours that a worker meets is raised here. When the iterator is closed, or an exception passes it, the
    workers are killed.

    Args:
        items: what is worked on.
        num_workers: how many processes, at most.
        make_work: called once in every worker; gives what turns an item into its results.
        give_up: gives the result of an item over which workers died twice, from the item and what happened.
    """
    waiting = deque((item, 1) for item in items)
    workers = [_Worker(make_work) for _ in range(min(num_workers, len(items)))]
    try:
        while waiting or any(worker.turn for worker in workers):
            for pipe in connection.wait([worker.pipe for worker in workers]):
                worker = next(one for one in workers if one.pipe is pipe)
                turn = worker.turn
                try:
                    results = worker.receive()
                except EOFError:
                    workers[workers.index(worker)] = _Worker(make_work)
                    if turn and turn[1] < MAX_TRIES:
                        waiting.appendleft((turn[0], turn[1] + 1))
                    elif turn:
                        yield give_up(turn[0], worker.describe_death())
                    continue
                yield from results
                if waiting:
                    worker.give(waiting.popleft())
    finally:
        for worker in workers:
            worker.kill()


class _Worker:
    """A process and its turn: the item it is at work on, and which try of it this is."""

    def __init__(self, make_work: Callable[[], Work[Any, Any]]) -> None:
        context = get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self._process: SpawnProcess = context.Process(target=_serve, args=(theirs, make_work), daemon=True)
        self._process.start()
        theirs.close()
        self._ready = False
        self.turn: tuple[Any, int] | None = None

    def give(self, turn: tuple[Any, int]) -> None:
        self.turn = turn
        # A worker that died while it had nothing to do is noticed when its answer is waited for.
        with suppress(BrokenPipeError):
            self.pipe.send(turn[0])

    def receive(self) -> list[Any]:
        """The result, or none from a worker that is ready to begin.

        EOFError where the worker died at its turn, DataError where it died before it was ready.
        """
        try:
            told: list[Any] | FakestormerError = self.pipe.recv()
        except (EOFError, ConnectionResetError) as error:
            if not self._ready:
                raise DataError(
                    f"a worker process {self.describe_death()} before it could begin: try again with fewer --workers"
                ) from error
            raise EOFError from error
        if isinstance(told, FakestormerError):
            raise told
        self._ready, self.turn = True, None
        return told

    def describe_death(self) -> str:
        self._process.join()
        code = self._process.exitcode or 0
        return f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"

    def kill(self) -> None:
        self._process.kill()
        self._process.join()
        self.pipe.close()


def _serve(pipe: Connection, make_work: Callable[[], Work[Item, Result]]) -> None:
    # They may reach every process of a terminal or a service; the one that started this one answers them.
    for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(one, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        work = make_work()
        pipe.send([])
        while True:
            pipe.send([work(pipe.recv())])
    except FakestormerError as error:
        pipe.send(error)
    except EOFError:
        return


def _end_with_parent() -> None:
    """A killed run leaves no worker behind."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
