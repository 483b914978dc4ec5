"""Transactions on SQLite (one file, WAL) or PostgreSQL, and the version of the tables."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event, insert, inspect, make_url, select, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from fakestormer.serving.tables import VERSION, metadata, schema_version
from fakestormer.types import ConfigError

BUSY_SECONDS = 30
LOCK_OF_TABLES = 0x66616B65  # any number that no other program takes


class Database:
    """Opens reading and writing transactions; every write is on disk before it is over.

    Raises ConfigError, when it is made, where the database cannot be opened or belongs to a newer version.
    """

    def __init__(self, url: str) -> None:
        try:
            parsed = make_url(url)
        except ArgumentError as error:
            raise ConfigError(f"{url!r} is not a database address: give sqlite:///FILE or postgresql://...") from error
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        if self.is_sqlite and parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        self._writing = threading.Lock() if self.is_sqlite else contextlib.nullcontext()
        options: dict[str, Any] = {"connect_args": {"timeout": BUSY_SECONDS}} if self.is_sqlite else {}
        try:
            self._engine = create_engine(parsed, pool_pre_ping=True, pool_size=20, max_overflow=30, **options)
            if self.is_sqlite:
                event.listen(self._engine, "connect", _prepare_sqlite)
                event.listen(self._engine, "begin", _begin_sqlite)
            self._make_tables()
        except (SQLAlchemyError, OSError) as error:
            shown = parsed.render_as_string(hide_password=True)
            raise ConfigError(f"the database {shown} cannot be opened: {_first_line(error)}") from error

    @contextlib.contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that may write. On SQLite writers of a process wait in line instead of polling the lock."""
        engine = self._engine.execution_options(fakestormer_writes=True)
        with self._writing, engine.begin() as connection:
            yield connection

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        with self._engine.connect() as connection, connection.begin():
            yield connection

    def close(self) -> None:
        """Closes all connections."""
        self._engine.dispose()

    def _make_tables(self) -> None:
        with self.write() as connection:
            if not self.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": LOCK_OF_TABLES})
            if not inspect(connection).has_table(schema_version.name):
                metadata.create_all(connection)
                connection.execute(insert(schema_version).values(version=VERSION))
            found = connection.execute(select(schema_version.c.version)).scalar_one()
        if found != VERSION:
            raise ConfigError(
                f"the database has tables of version {found}, this fakestormer knows version {VERSION}: use the "
                "fakestormer that made it, or another database"
            )


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions are begun below, not by the driver
    for pragma in (f"busy_timeout={1000 * BUSY_SECONDS}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("fakestormer_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _first_line(error: Exception) -> str:
    cause = getattr(error, "orig", None) or error
    return str(cause).splitlines()[0] if str(cause) else type(cause).__name__
