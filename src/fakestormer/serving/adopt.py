"""What waits for weights or a version that a server no longer has is examined by what it has now."""

from __future__ import annotations

import json

from sqlalchemy import delete, or_, select, update

from fakestormer.serving.database import Database
from fakestormer.serving.submit import Engine, Settings
from fakestormer.serving.tables import analyses, examinations

AT_ONCE = 100


def adopt_waiting(database: Database, engine: Engine) -> int:
    """How many waiting examinations were made the engine's; one that it has already takes over the analyses."""
    others = or_(examinations.c.weights_sha256 != engine.weights_sha256, examinations.c.version != engine.version)
    query = select(examinations).where(examinations.c.state == "queued", others).limit(AT_ONCE)
    with database.read() as connection:
        if connection.execute(query.limit(1)).first() is None:
            return 0
    with database.write() as connection:
        rows = connection.execute(query.with_for_update(skip_locked=True)).mappings().all()
        for row in rows:
            settings_hash = Settings(**json.loads(row["settings"])).hash_with(engine)
            same = (examinations.c.sha256 == row["sha256"], examinations.c.settings_hash == settings_hash)
            known = connection.execute(select(examinations.c.id).where(*same)).scalar()
            mine = examinations.c.id == row["id"]
            if known is None:
                changed = {"weights_sha256": engine.weights_sha256, "version": engine.version}
                connection.execute(update(examinations).where(mine).values(**changed, settings_hash=settings_hash))
            else:
                moved = update(analyses).where(analyses.c.examination == row["id"])
                connection.execute(moved.values(examination=known, cached=True))
                connection.execute(delete(examinations).where(mine))
        return len(rows)
