"""How an examination ends, and what happens to those who wait for it: webhooks are queued in the same transaction."""

from __future__ import annotations

import json
import uuid
from typing import Any

from sqlalchemy import Connection, insert, select, update

from fakestormer.serving.database import Database
from fakestormer.serving.moments import now
from fakestormer.serving.tables import analyses, deliveries, examinations


def finish(
    database: Database, identity: str, lease: str, summary: dict[str, Any], results: str, webhook_now: float
) -> bool:
    """Whether the verdict was taken; False where the lease was lost, and the results at `results` are nobody's."""
    with database.write() as connection:
        mine = (examinations.c.id == identity, examinations.c.lease == lease, examinations.c.state == "running")
        if connection.execute(select(examinations.c.id).where(*mine).with_for_update()).first() is None:
            return False
        done = {"state": "done", "summary": json.dumps(summary), "results": results, "percent": 100.0}
        end_examination(connection, identity, done, webhook_now)
        return True


def fail(database: Database, identity: str, lease: str, problem: str, detail: str, webhook_now: float) -> bool:
    """Whether the failure was taken; False where the lease was lost."""
    with database.write() as connection:
        mine = (examinations.c.id == identity, examinations.c.lease == lease, examinations.c.state == "running")
        if connection.execute(select(examinations.c.id).where(*mine).with_for_update()).first() is None:
            return False
        end_examination(connection, identity, {"state": "failed", "problem": problem, "detail": detail}, webhook_now)
        return True


def end_examination(connection: Connection, identity: str, values: dict[str, Any], webhook_now: float) -> None:
    """Writes the end and queues a webhook for every analysis that asked for one."""
    ended = {**values, "lease": None, "stage": None, "finished": now(), "revision": examinations.c.revision + 1}
    connection.execute(update(examinations).where(examinations.c.id == identity).values(**ended))
    waiting = connection.execute(
        select(analyses.c.id, analyses.c.webhook).where(
            analyses.c.examination == identity, analyses.c.webhook.is_not(None), analyses.c.ended_as.is_(None)
        )
    ).all()
    for analysis, url in waiting:
        body = {"type": "analysis.ended", "timestamp": now(), "data": {"id": analysis, "state": values["state"]}}
        connection.execute(
            insert(deliveries).values(id=f"msg_{uuid.uuid4().hex}", url=url, body=json.dumps(body), due=webhook_now)
        )
