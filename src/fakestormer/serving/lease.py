"""The queue: claimed work has a lease that its worker keeps alive; work whose worker fell silent is taken back.

No clock is compared with another: a lease is dead when whoever watches it has seen no beat for long enough, by the
watcher's own monotonic clock. So a clock that jumps loses nothing, on one machine or on many.
"""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select, update

from fakestormer.serving.database import Database
from fakestormer.serving.finish import end_examination
from fakestormer.serving.moments import now
from fakestormer.serving.submit import Engine
from fakestormer.serving.tables import examinations, owners

MOST_DEATHS = 2  # a file that ended its child or its worker so often is set aside
ROLLBACK = {"state": "queued", "lease": None, "stage": None, "percent": None, "scored": None}


@dataclass(frozen=True, slots=True)
class Claim:
    """One examination that this worker holds; `lease` proves it."""

    id: str
    lease: str
    sha256: str
    settings: dict[str, Any]
    attempts: int


def claim(database: Database, engine: Engine) -> Claim | None:
    """The next examination for an engine, or None: the most urgent first, then owners in turns, then the oldest."""
    with database.write() as connection:
        query = (
            select(examinations)
            .join(owners, owners.c.id == examinations.c.owner)
            .where(
                examinations.c.state == "queued",
                examinations.c.weights_sha256 == engine.weights_sha256,
                examinations.c.version == engine.version,
            )
            .order_by(examinations.c.priority.desc(), owners.c.last_turn, examinations.c.seq)
            .limit(1)
            .with_for_update(skip_locked=True, of=examinations)
        )
        row = connection.execute(query).mappings().first()
        if row is None:
            return None
        lease = secrets.token_hex(16)
        changed = {"state": "running", "lease": lease, "attempts": row["attempts"] + 1, "started": now()}
        connection.execute(
            update(examinations)
            .where(examinations.c.id == row["id"])
            .values(**changed, revision=row["revision"] + 1, beat=row["beat"] + 1, stage="load", percent=0.0)
        )
        latest = select(func.max(owners.c.last_turn) + 1).scalar_subquery()
        connection.execute(update(owners).where(owners.c.id == row["owner"]).values(last_turn=latest))
    return Claim(row["id"], lease, row["sha256"], json.loads(row["settings"]), row["attempts"] + 1)


def beat(database: Database, held: Claim) -> bool:
    """Shows that the worker lives; False where it no longer holds the examination, which was cancelled or taken."""
    with database.write() as connection:
        return _of(connection, held, beat=examinations.c.beat + 1)


def tell_progress(database: Database, held: Claim, stage: str, percent: float, scored: Any) -> bool:
    """Writes how far the work is, which is a beat as well; False as in `beat`."""
    with database.write() as connection:
        told = {"stage": stage, "percent": round(percent, 1), "scored": json.dumps(scored)}
        return _of(connection, held, **told, beat=examinations.c.beat + 1, revision=examinations.c.revision + 1)


def give_back(database: Database, held: Claim) -> bool:
    """Puts the examination back in the queue, as a worker does that was told to stop; counts as no death."""
    with database.write() as connection:
        taken = {"attempts": examinations.c.attempts - 1, "revision": examinations.c.revision + 1}
        return _of(connection, held, **ROLLBACK, **taken)


def count_death(database: Database, held: Claim, problem: str, detail: str, webhook_now: float) -> str | None:
    """Notes that the file ended its child: again in the queue, or set aside after the second time.

    The new state, or None where the worker no longer held it.
    """
    with database.write() as connection:
        row = (
            connection.execute(
                select(examinations)
                .where(examinations.c.id == held.id, examinations.c.lease == held.lease)
                .with_for_update()
            )
            .mappings()
            .first()
        )
        return None if row is None else _bury_or_repeat(connection, row, problem, detail, webhook_now)


class LeaseWatch:
    """Remembers when each lease was last seen to beat, and takes back those that fell silent."""

    def __init__(self, database: Database, seconds: float) -> None:
        self._database, self._seconds = database, seconds
        self._seen: dict[str, tuple[str, int, float]] = {}

    def take_back_the_silent(self) -> int:
        """How many examinations were taken from workers that gave no sign of life for that many seconds."""
        moment, taken = time.monotonic(), 0
        with self._database.read() as connection:
            query = select(examinations.c.id, examinations.c.lease, examinations.c.beat)
            rows = connection.execute(query.where(examinations.c.state == "running")).all()
        watched: dict[str, tuple[str, int, float]] = {}
        for identity, lease, count in rows:
            known = self._seen.get(identity)
            same = known is not None and known[:2] == (lease, count)
            watched[identity] = known if known is not None and same else (lease, count, moment)
            if moment - watched[identity][2] > self._seconds:
                taken += self._take(identity, lease, count)
        self._seen = watched
        return taken

    def _take(self, identity: str, lease: str, count: int) -> int:
        with self._database.write() as connection:
            row = (
                connection.execute(
                    select(examinations)
                    .where(examinations.c.id == identity, examinations.c.lease == lease, examinations.c.beat == count)
                    .with_for_update()
                )
                .mappings()
                .first()
            )
            if row is None:  # it was alive after all, or another watch was faster
                return 0
            detail = "the worker that examined the file died, and the next one too"
            _bury_or_repeat(connection, row, "decoder-failed", detail, time.time())
            return 1


def _bury_or_repeat(connection: Connection, row: Any, problem: str, detail: str, webhook_now: float) -> str:
    deaths = row["deaths"] + 1
    if deaths >= MOST_DEATHS:
        detail = f"{detail}; tried {deaths} times and set aside"
        connection.execute(update(examinations).where(examinations.c.id == row["id"]).values(deaths=deaths))
        end_examination(connection, row["id"], {"state": "failed", "problem": problem, "detail": detail}, webhook_now)
        return "failed"
    again = {**ROLLBACK, "deaths": deaths, "revision": row["revision"] + 1}
    connection.execute(update(examinations).where(examinations.c.id == row["id"]).values(**again))
    return "queued"


def _of(connection: Connection, held: Claim, **values: Any) -> bool:
    """Changes the examination if it is still held."""
    mine = (examinations.c.id == held.id, examinations.c.lease == held.lease, examinations.c.state == "running")
    return connection.execute(update(examinations).where(*mine).values(**values)).rowcount == 1
