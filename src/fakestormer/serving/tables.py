"""The tables of a service. An analysis is what one key submitted; an examination is the work, shared by equal ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

VERSION: Final = 1
Row = Mapping[Any, Any]  # one row by column names, as queries give it
metadata = MetaData()
SEQUENCE = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by itself only under this name

schema_version = Table("schema_version", metadata, Column("version", Integer, nullable=False))

keys = Table(
    "keys",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("prefix", String(16), nullable=False, index=True),
    Column("hash", String(64), nullable=False),
    Column("name", String(200), nullable=False),
    Column("roles", String(100), nullable=False),
    Column("created", String(40), nullable=False),
    Column("revoked", String(40)),
)

sessions = Table(
    "sessions",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("key_id", String(32), ForeignKey("keys.id"), nullable=False),
    Column("expires", String(40), nullable=False),
)

rates = Table(
    "rates",
    metadata,
    Column("owner", String(32), primary_key=True),
    Column("minute", BigInteger, primary_key=True),
    Column("count", Integer, nullable=False),
)

owners = Table(
    "owners",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("last_turn", BigInteger, nullable=False),
)

examinations = Table(
    "examinations",
    metadata,
    Column("seq", SEQUENCE, primary_key=True, autoincrement=True),
    Column("id", String(32), nullable=False, unique=True),
    Column("sha256", String(64), nullable=False),
    Column("settings_hash", String(64), nullable=False),
    Column("settings", Text, nullable=False),
    Column("weights_sha256", String(64), nullable=False),
    Column("version", String(40), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("owner", String(32), ForeignKey("owners.id"), nullable=False),
    Column("priority", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("deaths", Integer, nullable=False, default=0),
    Column("lease", String(32)),
    Column("beat", BigInteger, nullable=False, default=0),
    Column("revision", BigInteger, nullable=False, default=0),
    Column("stage", String(16)),
    Column("percent", Float),
    Column("scored", Text),
    Column("created", String(40), nullable=False),
    Column("started", String(40)),
    Column("finished", String(40)),
    Column("problem", String(40)),
    Column("detail", Text),
    Column("summary", Text),
    Column("results", String(100)),
    Column("seconds", Float),
    UniqueConstraint("sha256", "settings_hash"),
    Index("by_state", "state", "priority", "seq"),
)

analyses = Table(
    "analyses",
    metadata,
    Column("seq", SEQUENCE, primary_key=True, autoincrement=True),
    Column("id", String(32), nullable=False, unique=True),
    Column("owner", String(32), nullable=False),
    Column("examination", String(32), index=True),
    Column("name", String(255), nullable=False),
    Column("cached", Boolean, nullable=False),
    Column("ended_as", String(16)),  # "cancelled" or "expired": a tombstone without content
    Column("created", String(40), nullable=False),
    Column("expires", String(40), index=True),
    Column("erased", String(40)),
    Column("idempotency_key", String(255)),
    Column("webhook", Text),
    UniqueConstraint("owner", "idempotency_key"),
    Index("by_owner", "owner", "seq"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("url", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("due", Float, nullable=False),
    Column("ended", String(16)),
)

garbage = Table(
    "garbage",  # prefixes of the store that are to be erased, kept until that is done
    metadata,
    Column("prefix", String(200), primary_key=True),
)
