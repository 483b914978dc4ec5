"""A worker: claims examinations, runs them in a child process that can be killed, keeps its lease alive meanwhile."""

from __future__ import annotations

import logging
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

from fakestormer.isolation import Examination, IsolatedDetector, IsolationConfig, Progress, Request
from fakestormer.serving.analyses import drop_media
from fakestormer.serving.config import ServeConfig
from fakestormer.serving.database import Database
from fakestormer.serving.finish import fail, finish
from fakestormer.serving.keeper import Keeper
from fakestormer.serving.lease import Claim, beat, claim, count_death, give_back, tell_progress
from fakestormer.serving.problems import OF_ENDING, ProblemError
from fakestormer.serving.progress import ProgressTable
from fakestormer.serving.store import Store, open_store
from fakestormer.serving.submit import Engine, media_key
from fakestormer.serving.summary import NAME_IN_RESULTS, summarise

LOG = logging.getLogger("fakestormer.serving")
IDLE_SECONDS = 0.3
TOLD_EVERY = 0.7  # seconds between two notes of progress
DATABASE_PAUSE = 1.0
Result = TypeVar("Result")


class Worker:
    """One examination at a time, until it is told to stop."""

    def __init__(self, config: ServeConfig) -> None:
        self._config = config
        self._database = Database(config.database_url)
        self._store: Store = open_store(config.store_place)
        limits = config.limits.of_examination()
        self._detector = IsolatedDetector(
            IsolationConfig(config.weights, config.device, config.precision, limits=limits)
        )
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Gives back what is under way and ends; may be called from a signal handler or another thread."""
        self._stopping.set()
        self._detector.cancel()

    def run(self) -> None:
        """Works until `stop`. Raises ConfigError where the model cannot be loaded."""
        keeper = Keeper(self._config, self._database, self._store)
        with self._detector, keeper.running():
            ready = self._detector.start()
            engine = Engine(ready.weights_sha256, ready.package_version, self._config.device, self._config.precision)
            LOG.info("worker ready, %s; %s", ready.model_name, "; ".join(ready.confinement))
            while not self._stopping.is_set():
                held = self._insist(lambda: claim(self._database, engine))
                if held is None:
                    self._stopping.wait(IDLE_SECONDS)
                else:
                    self._examine(held)
        self._database.close()

    def _examine(self, held: Claim) -> None:
        LOG.info("examination %s begins, attempt %d", held.id, held.attempts)
        with tempfile.TemporaryDirectory(prefix="fakestormer-") as place:
            folder = Path(place) / "results"
            folder.mkdir()
            results = f"results/{held.id}/{held.lease}"
            with _Heart(self._database, held, self._config.lease / 4, self._detector.cancel, self._stopping) as heart:
                try:
                    ended = self._in_child(held, Path(place), folder, heart)
                    if ended.ending == "done":
                        self._store.put_folder(folder, results)
                except ProblemError as error:
                    ended = Examination("unwritable", error.detail, 0.0)
                except FileNotFoundError:
                    ended = Examination("unwritable", "the video is no longer in the store", 0.0)
                self._end(held, ended, folder, results if ended.ending == "done" else "")

    def _in_child(self, held: Claim, place: Path, folder: Path, heart: _Heart) -> Examination:
        path = self._store.local_copy(media_key(held.sha256), place)
        settings = held.settings
        request = Request(
            path, folder, NAME_IN_RESULTS, thorough=settings["thorough"], page=True, overlay=settings["overlay"]
        )
        if self._stopping.is_set():
            return Examination("cancelled", None, 0.0)
        ended = self._detector.examine(request, heart.hear)
        detail = None if ended.detail is None else ended.detail.replace(str(path), "the file")
        return replace(ended, detail=detail)

    def _end(self, held: Claim, ended: Examination, folder: Path, results: str) -> None:
        """Writes how it ended; the database may be away for as long as it likes."""
        problem = OF_ENDING.get(ended.ending)
        detail = (ended.detail or "").replace(str(folder.parent), "")
        if ended.ending == "done":
            summary = summarise(folder, ended)
            taken = self._insist(
                lambda: finish(self._database, held.id, held.lease, summary, results, time.time()), always=True
            )
            if not taken:
                self._store.erase(results)
        elif ended.ending == "cancelled":
            self._insist(lambda: give_back(self._database, held), always=True)
        elif problem is not None and (ended.killed_the_child or ended.ending == "unwritable"):
            slug = problem
            self._insist(lambda: count_death(self._database, held, slug, detail, time.time()), always=True)
        else:
            slug = problem or "internal"
            self._insist(lambda: fail(self._database, held.id, held.lease, slug, detail, time.time()), always=True)
        if not self._config.keep_media:
            self._insist(lambda: drop_media(self._database, held.id), always=True)
        LOG.info("examination %s: %s in %.1f s. %s", held.id, ended.ending, ended.seconds, ended.detail or "")

    def _insist(self, ask: Callable[[], Result], always: bool = False) -> Result | None:
        """What the database answers, as soon as it does; None where the worker is told to stop before."""
        while True:
            try:
                return ask()
            except (DBAPIError, OSError) as error:  # noqa: PERF203 - each try is one
                LOG.warning("the database does not answer (%s), trying again", type(error).__name__)
                if self._stopping.wait(DATABASE_PAUSE) and not always:
                    return None
                if self._stopping.is_set():
                    always = False


class _Heart:
    """Beats for a lease and tells progress; cancels the work where the lease is lost."""

    def __init__(
        self, database: Database, held: Claim, every: float, cancel: Callable[[], None], stopping: threading.Event
    ) -> None:
        self._database, self._held, self._every, self._cancel = database, held, every, cancel
        self._stopping = stopping
        self._table = ProgressTable()
        self._told = 0.0
        self._still = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> _Heart:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._still.set()
        self._thread.join()

    def hear(self, told: Progress) -> None:
        """Takes in what the child tells, and writes it down now and then."""
        new_stage = told.stage != self._table.stage
        self._table.hear(told)
        if new_stage or time.monotonic() - self._told > TOLD_EVERY:
            self._told = time.monotonic()
            table = self._table
            self._ask(lambda: tell_progress(self._database, self._held, table.stage, table.percent, table.scored()))

    def _beat(self) -> None:
        while not self._still.wait(self._every):
            self._ask(lambda: beat(self._database, self._held))
            if self._stopping.is_set():
                self._cancel()

    def _ask(self, ask: Callable[[], bool]) -> None:
        try:
            if not ask():
                self._cancel()
        except (DBAPIError, OSError):  # away for now; the lease may outlast it
            LOG.warning("the database does not answer, the examination goes on")
