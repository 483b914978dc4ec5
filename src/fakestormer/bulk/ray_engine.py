"""The engine of jobs: Ray Data hands chunks to a pool of actors, on this machine or on a cluster. Only user of Ray."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import astuple
from pathlib import Path
from typing import Any

import pyarrow as pa

from fakestormer.bulk.board import MINE, Board, Told
from fakestormer.bulk.config import BulkConfig
from fakestormer.bulk.engine import Watch
from fakestormer.bulk.plan import Chunk
from fakestormer.bulk.scorer import Order, Scorer
from fakestormer.types import ConfigError, DataError, FakestormerError

OBJECT_STORE = 100 * 2**20  # bytes; only names of chunks pass through it
LOOK_EVERY = 1.0  # seconds
PATIENCE = 900.0  # seconds beyond the time limit of one file in which nothing at all may happen
FOLDER_PREFIX = "fakestormer-ray-"  # short: paths of sockets hold at most 107 letters
CHUNK_FIELDS = ("plan", "start", "stop", "first", "last")


@contextmanager
def open_ray(config: BulkConfig) -> Iterator[RayEngine]:
    """Ray, connected to the cluster or started here for the time of the block.

    Raises:
        ConfigError: Ray is not installed, or the cluster does not answer.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is told to anybody
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")  # what goes wrong is told in our own words
    try:
        import ray.data
    except ImportError as error:
        raise ConfigError("bulk needs the packages of its extra: run pip install 'fakestormer[bulk]'") from error
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    start: Any = ray
    folder = None
    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    try:
        if config.cluster is not None:
            start.init(address=config.cluster, **quiet)
            workers = config.workers or max(1, int(start.cluster_resources().get("CPU", 1)))
        else:
            workers = config.workers or os.cpu_count() or 1
            _sweep()
            folder = tempfile.mkdtemp(prefix=f"{FOLDER_PREFIX}{os.getpid()}-")
            here: dict[str, Any] = {"num_cpus": workers, "object_store_memory": OBJECT_STORE, "_temp_dir": folder}
            start.init(address="local", include_dashboard=False, **here, **quiet)
    except (ConnectionError, RuntimeError, ValueError, OSError) as error:
        first = str(error).strip().splitlines()[0]
        raise ConfigError(f"Ray could not be started or reached ({first}): check --cluster and the machine") from error
    try:
        yield RayEngine(config, max(workers, config.least_workers))
    finally:
        ray.shutdown()
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


class RayEngine:
    """Chunks to actors; see `Engine`."""

    def __init__(self, config: BulkConfig, workers: int) -> None:
        self._config, self._workers = config, workers

    @property
    def num_workers(self) -> int:
        """How many workers there will be at most."""
        return self._workers

    def run(self, order: Order, chunks: Sequence[Chunk], known: dict[str, str], watch: Watch) -> None:
        """See `Engine.run`."""
        import ray

        board: Any = ray.remote(Board).options(num_cpus=0, max_restarts=-1).remote(known)
        ended: list[BaseException | str | None] = []
        thread = threading.Thread(target=lambda: ended.append(self._consume(order, chunks, board)), daemon=True)
        thread.start()
        told = Told()
        while not ended:
            thread.join(LOOK_EVERY)
            told = _look(board) or told
            watch(told)
            if told.quiet > self._config.seconds + PATIENCE and not ended:
                raise DataError(
                    f"no worker has said anything for {told.quiet:.0f} s: look after the machines, then run the same "
                    "command again"
                )
        ray.kill(board)
        _raise(ended[0])

    def _consume(self, order: Order, chunks: Sequence[Chunk], board: Any) -> BaseException | str | None:
        """None where all went well, else what is wrong; runs in a thread of its own."""
        import ray.data

        try:
            context = ray.data.DataContext.get_current()
            context.enable_progress_bars = False
            context.print_on_execution_start = False
            pool = ray.data.ActorPoolStrategy(
                min_size=self._config.least_workers,
                max_size=self._workers,
                initial_size=min(self._workers, max(self._config.least_workers, len(chunks))),
                max_tasks_in_flight_per_actor=1,
            )
            blocks = [pa.Table.from_pylist([dict(zip(CHUNK_FIELDS, astuple(one), strict=True))]) for one in chunks]
            scored = ray.data.from_blocks(blocks).map_batches(
                _Actor,
                batch_size=None,
                fn_constructor_args=(order, board),
                compute=pool,
                num_cpus=1,
                num_gpus=self._config.num_gpus or None,
            )
            for batch in scored.iter_batches(batch_size=None, prefetch_batches=0):
                for sentence in batch["problem"].tolist():
                    if sentence:
                        return str(sentence)
        except BaseException as error:
            return error
        return None


class _Actor:
    """A scorer in a process of Ray's; it never raises, because Ray would drop rows or begin again without end."""

    def __init__(self, order: Order, board: Any) -> None:
        self._order, self._board = order, _FarBoard(board)
        self._scorer: Scorer | None = None

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        columns = [batch[name].tolist() for name in CHUNK_FIELDS]
        problems = [self._work(Chunk(*fields)) for fields in zip(*columns, strict=True)]
        return {"problem": problems}

    def _work(self, chunk: Chunk) -> str:
        """An empty text, or why the job cannot go on."""
        try:
            if self._scorer is None:
                self._scorer = Scorer(self._order, self._board)
            self._scorer.work(chunk)
        except FakestormerError as error:
            return str(error)
        except OSError as error:
            return f"a worker cannot go on ({error}): check its machine"
        return ""

    def __del__(self) -> None:
        scorer = getattr(self, "_scorer", None)
        if scorer is not None:
            scorer.close()


class _FarBoard:
    """The board in its own process. Where it is lost, contents are scored twice and nothing else happens."""

    def __init__(self, board: Any) -> None:
        self._board = board

    def claim(self, sha256: str, entry: str) -> str:
        import ray

        try:
            return str(ray.get(self._board.claim.remote(sha256, entry)))
        except ray.exceptions.RayError:
            return MINE

    def settle(self, sha256: str, entry: str, scored: bool) -> None:
        self._board.settle.remote(sha256, entry, scored)

    def tell(self, status: str, video: float, seconds: float, cpu: float) -> None:
        self._board.tell.remote(status, video, seconds, cpu)


def _look(board: Any) -> Told | None:
    import ray

    try:
        told: Told = ray.get(board.look.remote(), timeout=30)
    except ray.exceptions.RayError:
        return None
    return told


def _raise(problem: BaseException | str | None) -> None:
    if isinstance(problem, str):
        raise DataError(problem)
    if problem is not None:
        first = str(problem).strip().splitlines()[0][:300]
        raise DataError(f"Ray gave up ({first}): look after the machines, then run the same command again") from problem


def _sweep() -> None:
    """Erases what jobs of this machine that were killed left of Ray."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER_PREFIX}*"):
        number = folder.name.removeprefix(FOLDER_PREFIX).partition("-")[0]
        with suppress(OSError):
            if number.isdecimal() and not Path(f"/proc/{number}").exists():
                shutil.rmtree(folder, ignore_errors=True)
