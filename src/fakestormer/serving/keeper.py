"""What somebody must do now and then: take back dead leases, erase what is over, send webhooks. Any process may."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterator

from sqlalchemy import delete, select
from sqlalchemy.exc import DBAPIError

from fakestormer.serving.adopt import adopt_waiting
from fakestormer.serving.analyses import expire
from fakestormer.serving.config import ServeConfig
from fakestormer.serving.database import Database
from fakestormer.serving.lease import LeaseWatch
from fakestormer.serving.problems import ProblemError
from fakestormer.serving.store import Store
from fakestormer.serving.submit import Engine, media_key
from fakestormer.serving.tables import examinations, garbage
from fakestormer.serving.webhooks import deliver_due

LOG = logging.getLogger("fakestormer.serving")
PAUSE_SECONDS = 0.5
AT_ONCE = 20


class Keeper:
    """Keeps house in a thread of its own; the engine is the server's, a worker has no say in what others examine."""

    def __init__(self, config: ServeConfig, database: Database, store: Store, engine: Engine | None = None) -> None:
        self._engine = engine
        self._secret, self._database, self._store = config.webhook_secret, database, store
        self._watch = LeaseWatch(database, config.lease)
        self._stop = threading.Event()

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Keeps house until the block is left."""
        thread = threading.Thread(target=self._run, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join()

    def _run(self) -> None:
        while not self._stop.wait(PAUSE_SECONDS):
            self._keep_house()

    def _keep_house(self) -> None:
        try:
            if taken := self._watch.take_back_the_silent():
                LOG.warning("%d examinations taken back from workers that fell silent", taken)
            if self._engine is not None:
                adopt_waiting(self._database, self._engine)
            expire(self._database)
            empty_the_garbage(self._database, self._store)
            if self._secret is not None:
                deliver_due(self._database, self._secret)
        except (DBAPIError, ProblemError, OSError) as error:  # tried again in a moment
            LOG.warning("keeping house: %s", type(error).__name__)


def empty_the_garbage(database: Database, store: Store) -> None:
    """Erases what became garbage, unless somebody submitted the same bytes again meanwhile."""
    with database.read() as connection:
        if connection.execute(select(garbage.c.prefix).limit(1)).first() is None:
            return
    with database.write() as connection:
        query = select(garbage.c.prefix).limit(AT_ONCE).with_for_update(skip_locked=True)
        for prefix in connection.execute(query).scalars().all():
            sha256 = prefix.rpartition("/")[2]
            needed = select(examinations.c.id).where(
                examinations.c.sha256 == sha256, examinations.c.state.in_(("queued", "running"))
            )
            is_media = prefix == media_key(sha256)
            if not (is_media and connection.execute(needed.limit(1)).first()):
                store.erase(prefix)
            connection.execute(delete(garbage).where(garbage.c.prefix == prefix))
