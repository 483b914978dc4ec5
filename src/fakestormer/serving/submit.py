"""A file comes in: one row for who submitted it, and one examination for all who submit the same bytes and settings."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from fakestormer.serving.database import Database
from fakestormer.serving.moments import now
from fakestormer.serving.problems import ProblemError
from fakestormer.serving.tables import Row, analyses, examinations, garbage, owners

LIVE, BATCH = 10, 0
PRIORITIES = {"live": LIVE, "batch": BATCH}
OPEN_STATES = ("queued", "running")


@dataclass(frozen=True, slots=True)
class Engine:
    """What examines: two files are examined alike where this and the settings are alike."""

    weights_sha256: str
    version: str
    device: str
    precision: str


@dataclass(frozen=True, slots=True)
class Settings:
    """What a submission asks for."""

    thorough: bool = False
    overlay: bool = False

    def to_json(self) -> str:
        """The settings as text."""
        return json.dumps({"thorough": self.thorough, "overlay": self.overlay}, sort_keys=True)

    def hash_with(self, engine: Engine) -> str:
        """What stands for settings, weights and version together, in hexadecimal."""
        told = [self.to_json(), engine.weights_sha256, engine.version, engine.device, engine.precision]
        return hashlib.sha256(json.dumps(told).encode("ascii")).hexdigest()


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that lies in the store, and how it was submitted."""

    sha256: str
    size: int
    name: str
    settings: Settings
    priority: int = LIVE
    idempotency_key: str | None = None
    webhook: str | None = None


def earlier_submission(connection: Connection, owner: str, idempotency_key: str) -> Row | None:
    """The analysis that the owner submitted under this Idempotency-Key, if there is one."""
    query = (
        select(analyses.c.id, examinations.c.sha256, examinations.c.settings_hash)
        .outerjoin(examinations, examinations.c.id == analyses.c.examination)
        .where(analyses.c.owner == owner, analyses.c.idempotency_key == idempotency_key)
    )
    return connection.execute(query).mappings().first()


def check_room(connection: Connection, most: int) -> None:
    """Raises ProblemError "queue-full" where that many examinations wait already."""
    waiting = connection.execute(select(func.count()).where(examinations.c.state == "queued")).scalar_one()
    if waiting >= most:
        raise ProblemError(
            "queue-full", f"{waiting} files are waiting, at most {most} may: try again later", {"Retry-After": "60"}
        )


def submit(
    database: Database, owner: str, upload: Upload, engine: Engine, lifetime: float | None, keep: Callable[[str], None]
) -> str:
    """The id of the new analysis, or of the one that was submitted under the same Idempotency-Key.

    Equal bytes, settings, weights and version are examined once: the analysis joins what there is. `keep` moves the
    upload to its place in the store; that is done inside the transaction, so that whoever erases cannot come between.

    Raises:
        ProblemError: "idempotency-mismatch".
    """
    settings_hash = upload.settings.hash_with(engine)
    with database.write() as connection:
        if upload.idempotency_key is not None:
            earlier = earlier_submission(connection, owner, upload.idempotency_key)
            if earlier is not None:
                asked = (upload.sha256, settings_hash)
                if earlier["sha256"] is not None and (earlier["sha256"], earlier["settings_hash"]) != asked:
                    raise ProblemError("idempotency-mismatch", "use a new Idempotency-Key for another file")
                return str(earlier["id"])
        connection.execute(delete(garbage).where(garbage.c.prefix == media_key(upload.sha256)))
        keep(media_key(upload.sha256))
        examination, cached = _examination_for(connection, owner, upload, settings_hash, engine)
        identity = secrets.token_hex(16)
        row = {"id": identity, "owner": owner, "examination": examination, "name": upload.name, "cached": cached}
        times = {"created": now(), "expires": None if lifetime is None else now(lifetime)}
        asked_for = {"idempotency_key": upload.idempotency_key, "webhook": upload.webhook}
        connection.execute(insert(analyses).values(**row, **times, **asked_for))
    return identity


def _examination_for(
    connection: Connection, owner: str, upload: Upload, settings_hash: str, engine: Engine
) -> tuple[str, bool]:
    """Id of the examination, and whether another submission had begun it."""
    dialect: Any = sqlite if connection.dialect.name == "sqlite" else postgresql
    connection.execute(dialect.insert(owners).values(id=owner, last_turn=0).on_conflict_do_nothing())
    row = _new_row(owner, upload, settings_hash, engine)
    inserted = connection.execute(
        dialect.insert(examinations).values(**row).on_conflict_do_nothing().returning(examinations.c.id)
    ).scalar()
    if inserted is not None:
        return str(inserted), False
    same = (examinations.c.sha256 == upload.sha256, examinations.c.settings_hash == settings_hash)
    found = connection.execute(select(examinations).where(*same).with_for_update()).mappings().one()
    if found["state"] in OPEN_STATES:
        raised = max(found["priority"], upload.priority)
        connection.execute(update(examinations).where(examinations.c.id == found["id"]).values(priority=raised))
    return str(found["id"]), True


def _new_row(owner: str, upload: Upload, settings_hash: str, engine: Engine) -> dict[str, Any]:
    return {
        "id": secrets.token_hex(16),
        "sha256": upload.sha256,
        "settings_hash": settings_hash,
        "settings": upload.settings.to_json(),
        "weights_sha256": engine.weights_sha256,
        "version": engine.version,
        "size": upload.size,
        "owner": owner,
        "priority": upload.priority,
        "state": "queued",
        "created": now(),
    }


def media_key(sha256: str) -> str:
    """Where the store keeps a file with that content."""
    return f"media/{sha256[:2]}/{sha256}"
