"""Reading analyses back, ending them, and erasing what nobody needs any more."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from fakestormer.serving.database import Database
from fakestormer.serving.keys import Caller
from fakestormer.serving.moments import now
from fakestormer.serving.submit import OPEN_STATES, media_key
from fakestormer.serving.tables import Row, analyses, examinations, garbage

OF_ANALYSIS = (
    "seq", "id", "owner", "name", "cached", "ended_as", "expires", "erased", "examination",
)  # fmt: skip
OF_EXAMINATION = (
    "sha256", "size", "settings", "state", "attempts", "revision", "stage", "percent", "scored", "started", "finished",
    "problem", "detail", "summary", "results", "weights_sha256", "version",
)  # fmt: skip
COLUMNS = (
    *(analyses.c[name] for name in OF_ANALYSIS),
    analyses.c.created.label("created"),
    *(examinations.c[name] for name in OF_EXAMINATION),
)
JOINED = select(*COLUMNS).outerjoin(examinations, examinations.c.id == analyses.c.examination)


def state_of(row: Row) -> str:
    """queued, running, done, failed, cancelled or expired."""
    return str(row["ended_as"] or row["state"])


def read_analysis(database: Database, caller: Caller, identity: str) -> Row | None:
    """One analysis with its examination; None where there is none or it is not the caller's to see."""
    with database.read() as connection:
        query = JOINED.where(analyses.c.id == identity, *_seen_by(caller))
        return connection.execute(query).mappings().first()


def list_analyses(
    database: Database,
    caller: Caller,
    *,
    most: int,
    before: int | None = None,
    state: str | None = None,
    since: str | None = None,
    words: str | None = None,
    decision: str | None = None,
) -> list[Row]:
    """The newest analyses first, at most `most` with a `seq` below `before`.

    Args:
        database: where they are.
        caller: sees its own only, an admin all.
        most: so many.
        before: the `seq` of the last one of the page before.
        state: in this state only.
        since: created at this moment or later.
        words: with these letters in the name.
        decision: with this decision only.
    """
    query = JOINED.where(*_seen_by(caller))
    if before is not None:
        query = query.where(analyses.c.seq < before)
    if state in ("cancelled", "expired"):
        query = query.where(analyses.c.ended_as == state)
    elif state is not None:
        query = query.where(analyses.c.ended_as.is_(None), examinations.c.state == state)
    if since is not None:
        query = query.where(analyses.c.created >= since)
    if words:
        query = query.where(func.lower(analyses.c.name).contains(words.lower(), autoescape=True))
    if decision is not None:
        query = query.where(examinations.c.summary.contains(f'"decision": "{decision}"', autoescape=True))
    with database.read() as connection:
        return list(connection.execute(query.order_by(analyses.c.seq.desc()).limit(most)).mappings())


def erase(database: Database, caller: Caller, identity: str) -> bool:
    """Ends an analysis and leaves a tombstone; False where there is none that the caller may see.

    What no other analysis needs is cancelled if it is under way, and its media and results become garbage. A second
    time changes nothing.
    """
    with database.write() as connection:
        query = JOINED.where(analyses.c.id == identity, *_seen_by(caller))
        row = connection.execute(query.with_for_update(of=analyses)).mappings().first()
        if row is None:
            return False
        if row["erased"] is None:
            _bury(connection, row, "cancelled" if row["state"] in OPEN_STATES else "expired")
        return True


def expire(database: Database) -> int:
    """Erases analyses whose time is over; how many there were."""
    with database.write() as connection:
        query = JOINED.where(analyses.c.expires < now(), analyses.c.erased.is_(None)).limit(100)
        rows = connection.execute(query.with_for_update(of=analyses, skip_locked=True)).mappings().all()
        for row in rows:
            _bury(connection, row, "expired")
        return len(rows)


def drop_media(database: Database, identity: str) -> None:
    """The video of an ended examination becomes garbage, where no open examination needs the same bytes."""
    with database.write() as connection:
        sha256 = connection.execute(select(examinations.c.sha256).where(examinations.c.id == identity)).scalar()
        if sha256 is not None and not _still_needed(connection, sha256, states=OPEN_STATES):
            _add_garbage(connection, media_key(sha256))


def _bury(connection: Connection, row: Row, ended_as: str) -> None:
    """The tombstone: no name, no link to the content."""
    empty = {"name": "", "examination": None, "webhook": None, "expires": None}
    connection.execute(
        update(analyses).where(analyses.c.id == row["id"]).values(**empty, ended_as=ended_as, erased=now())
    )
    examination = row["examination"]
    if examination is None:
        return
    others = select(func.count()).where(analyses.c.examination == examination)
    if connection.execute(others).scalar_one():
        return
    if row["results"]:
        _add_garbage(connection, row["results"])
    connection.execute(delete(examinations).where(examinations.c.id == examination))
    if not _still_needed(connection, row["sha256"]):
        _add_garbage(connection, media_key(row["sha256"]))


def _still_needed(connection: Connection, sha256: str, states: tuple[str, ...] | None = None) -> bool:
    query = select(examinations.c.id).where(examinations.c.sha256 == sha256)
    if states is not None:
        query = query.where(examinations.c.state.in_(states))
    return connection.execute(query.limit(1)).first() is not None


def _add_garbage(connection: Connection, prefix: str) -> None:
    dialect: Any = sqlite if connection.dialect.name == "sqlite" else postgresql
    connection.execute(dialect.insert(garbage).values(prefix=prefix).on_conflict_do_nothing())


def _seen_by(caller: Caller) -> tuple[Any, ...]:
    return () if "admin" in caller.roles else (or_(analyses.c.owner == caller.owner),)
