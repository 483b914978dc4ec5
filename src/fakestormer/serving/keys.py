"""API keys: only a hash and a prefix are kept, so that who reads the database can do nothing with it."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from typing import Final, Literal, get_args

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from fakestormer.serving.database import Database
from fakestormer.serving.moments import now
from fakestormer.serving.problems import ProblemError
from fakestormer.serving.tables import keys, rates, sessions
from fakestormer.types import ConfigError

Role = Literal["submit", "read", "admin"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)
SESSION_SECONDS = 12 * 3600.0


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a request comes from: the id that owns what it submits, and what it may do."""

    owner: str
    name: str
    roles: frozenset[str]

    def may(self, role: Role) -> bool:
        """Whether the caller has the role; an admin has all, and sees what everybody submitted."""
        return role in self.roles or "admin" in self.roles


LOCAL = Caller("local", "this machine", frozenset(ROLES))


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """What is known of a key, without the key."""

    id: str
    prefix: str
    name: str
    roles: tuple[str, ...]
    created: str
    revoked: str | None


def add_key(database: Database, name: str, roles: tuple[str, ...]) -> str:
    """A new key, which is told this once. Raises ConfigError for an unknown role or an empty name."""
    unknown = set(roles) - set(ROLES)
    if unknown or not roles or not name.strip():
        raise ConfigError(f"a key needs a name and roles of {', '.join(ROLES)}; got {name!r} and {', '.join(roles)}")
    prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    key = f"fks_{prefix}_{secret}"
    with database.write() as connection:
        row = {"id": secrets.token_hex(8), "prefix": prefix, "hash": _hash(key), "name": name.strip()[:200]}
        connection.execute(insert(keys).values(**row, roles=",".join(roles), created=now()))
    return key


def revoke_key(database: Database, prefix: str) -> int:
    """How many keys of that prefix (or id) were revoked; sessions that they opened end."""
    with database.write() as connection:
        found = connection.execute(
            select(keys.c.id).where((keys.c.prefix == prefix) | (keys.c.id == prefix), keys.c.revoked.is_(None))
        ).scalars()
        ids = list(found)
        connection.execute(update(keys).where(keys.c.id.in_(ids)).values(revoked=now()))
        connection.execute(delete(sessions).where(sessions.c.key_id.in_(ids)))
    return len(ids)


def list_keys(database: Database) -> tuple[KeyFacts, ...]:
    """All keys, revoked ones included."""
    with database.read() as connection:
        rows = connection.execute(select(keys).order_by(keys.c.created)).mappings().all()
    return tuple(
        KeyFacts(row["id"], row["prefix"], row["name"], tuple(row["roles"].split(",")), row["created"], row["revoked"])
        for row in rows
    )


def has_keys(database: Database) -> bool:
    """Whether a request needs a key: one was ever added. That the last one was revoked opens nothing."""
    with database.read() as connection:
        return connection.execute(select(keys.c.id).limit(1)).first() is not None


def find_caller(database: Database, key: str | None, session: str | None) -> Caller:
    """Who the key or the session belongs to; where no key was ever added it is this machine.

    Raises:
        ProblemError: "key-missing" or "key-unknown".
    """
    with database.read() as connection:
        if key is not None:
            found = _caller_of_key(connection, key)
        elif session is not None:
            found = _caller_of_session(connection, session)
        else:
            found = None
        if found is not None:
            return found
        any_key = connection.execute(select(keys.c.id).limit(1)).first()
    challenge = {"WWW-Authenticate": "Bearer"}
    if key is not None:
        raise ProblemError("key-unknown", "the API key is unknown or was revoked: ask who runs the server", challenge)
    if any_key is not None:
        raise ProblemError("key-missing", "send an API key as 'Authorization: Bearer KEY'", challenge)
    return LOCAL


def open_session(database: Database, key: str) -> str:
    """The token of a browser's session for a key. Raises ProblemError "key-unknown"."""
    token = secrets.token_urlsafe(32)
    with database.write() as connection:
        caller = _caller_of_key(connection, key)
        if caller is None:
            raise ProblemError("key-unknown", "the API key is unknown or was revoked")
        connection.execute(delete(sessions).where(sessions.c.expires < now()))
        row = {"hash": _hash(token), "key_id": caller.owner, "expires": now(SESSION_SECONDS)}
        connection.execute(insert(sessions).values(**row))
    return token


def close_session(database: Database, token: str) -> None:
    """Ends a session."""
    with database.write() as connection:
        connection.execute(delete(sessions).where(sessions.c.hash == _hash(token)))


def count_submission(connection: Connection, owner: str, most: int) -> None:
    """Counts one submission of this minute in one statement, so that no two requests can both be the last allowed.

    Raises:
        ProblemError: "too-many-requests", with the seconds until the next minute.
    """
    seconds = time.time()
    minute = int(seconds // 60)
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    counted = (
        dialect.insert(rates)
        .values(owner=owner, minute=minute, count=1)
        .on_conflict_do_update(index_elements=["owner", "minute"], set_={"count": rates.c.count + 1})
        .returning(rates.c.count)
    )
    count = connection.execute(counted).scalar_one()
    connection.execute(delete(rates).where(rates.c.owner == owner, rates.c.minute < minute - 1))
    if count > most:
        wait = str(60 - int(seconds % 60))
        raise ProblemError(
            "too-many-requests", f"at most {most} submissions a minute: wait {wait} s", {"Retry-After": wait}
        )


def _caller_of_key(connection: Connection, key: str) -> Caller | None:
    parts = key.split("_", 2)
    if len(parts) != 3:
        return None
    rows = connection.execute(select(keys).where(keys.c.prefix == parts[1][:16], keys.c.revoked.is_(None))).mappings()
    for row in rows:
        if hmac.compare_digest(row["hash"], _hash(key)):
            return Caller(row["id"], row["name"], frozenset(row["roles"].split(",")))
    return None


def _caller_of_session(connection: Connection, token: str) -> Caller | None:
    found = connection.execute(
        select(keys)
        .join(sessions, sessions.c.key_id == keys.c.id)
        .where(sessions.c.hash == _hash(token), sessions.c.expires > now(), keys.c.revoked.is_(None))
    ).mappings()
    row = found.first()
    return None if row is None else Caller(row["id"], row["name"], frozenset(row["roles"].split(",")))


def _hash(key: str) -> str:
    """A key is 256 random bits: what makes passwords need a slow hash does not hold for it."""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
