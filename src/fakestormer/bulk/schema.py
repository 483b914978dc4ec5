"""The columns of manifests and result tables, their version, and the words a row may have for its status."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, get_args

import pyarrow as pa
import pyarrow.parquet as pq

from fakestormer.types import DataError

SCHEMA_VERSION = 1
VERSION_KEY = b"fakestormer.bulk.schema_version"

Status = Literal[
    "ok",
    "partial",  # judged, but some of the file could not be decoded
    "not_applicable",  # nothing to judge: no face, too small, too short
    "unreadable",
    "too_long",
    "too_large",  # bytes, pixels, frames or faces
    "timeout",
    "out_of_memory",
    "crashed",
    "gone",  # not there any more, or not what was listed
    "unavailable",  # could not be fetched, though it may be there
]
STATUSES: Final[tuple[Status, ...]] = get_args(Status)
COPY = "copy"  # in parts of a running job only: the verdict is that of another row with the same content
JUDGED: Final[frozenset[str]] = frozenset({"ok", "partial", "not_applicable"})
DEADLY: Final[frozenset[str]] = frozenset({"crashed", "out_of_memory"})
SECOND_CHANCE: Final[frozenset[str]] = DEADLY | {"unavailable"}
# What differs between two runs over the same files; all other columns are the same to the bit.
MEASUREMENTS = ("attempts", "deaths", "seconds", "cpu_seconds", "peak_memory", "worker", "run", "finished")

MANIFEST = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("uri", pa.string(), nullable=False),
        ("size", pa.int64()),
        ("etag", pa.string()),
    ],
    metadata={VERSION_KEY: str(SCHEMA_VERSION)},
)
SEGMENT = pa.struct([(name, pa.float64()) for name in ("start", "end", "peak_time", "peak_probability", "probability")])
FACE = pa.struct(
    [
        ("face", pa.int32()),
        ("decision", pa.string()),
        ("probability", pa.float64()),
        ("log10_lr", pa.float64()),
        ("score", pa.float64()),
        ("start", pa.float64()),
        ("end", pa.float64()),
        ("num_clips", pa.int32()),
        ("notes", pa.list_(pa.string())),
        ("segments", pa.list_(SEGMENT)),
    ]
)
DAMAGE = pa.struct([("corrupt_packets", pa.int64()), ("encrypted_packets", pa.int64()), ("truncated", pa.bool_())])
RESULT = pa.schema(
    [
        pa.field("index", pa.int64(), nullable=False),
        pa.field("id", pa.string(), nullable=False),
        pa.field("uri", pa.string(), nullable=False),
        ("size", pa.int64()),
        ("etag", pa.string()),
        pa.field("status", pa.string(), nullable=False),
        ("detail", pa.string()),
        ("decision", pa.string()),
        ("probability", pa.float64()),
        ("prior", pa.float64()),
        ("log10_lr", pa.float64()),
        ("score", pa.float64()),
        ("reason", pa.string()),
        ("notes", pa.list_(pa.string())),
        ("duration", pa.float64()),
        ("width", pa.int32()),
        ("height", pa.int32()),
        ("frame_rate", pa.float64()),
        ("codec", pa.string()),
        ("num_frames", pa.int64()),
        ("num_faces", pa.int32()),
        ("faces", pa.list_(FACE)),
        ("damage", DAMAGE),
        ("bytes", pa.int64()),
        ("sha256", pa.string()),
        ("duplicate_of", pa.string()),
        ("quarantined", pa.bool_()),
        ("report", pa.string()),
        ("page", pa.string()),
        ("model", pa.string()),
        ("weights_sha256", pa.string()),
        ("rule_sha256", pa.string()),
        ("settings_sha256", pa.string()),
        ("version", pa.string()),
        ("attempts", pa.int32()),
        ("deaths", pa.int32()),
        ("seconds", pa.float64()),
        ("cpu_seconds", pa.float64()),
        ("peak_memory", pa.int64()),
        ("worker", pa.string()),
        ("run", pa.int32()),
        ("finished", pa.timestamp("us", tz="UTC")),
    ],
    metadata={VERSION_KEY: str(SCHEMA_VERSION)},
)
Row = Mapping[str, Any]  # one row by the names of columns


def rows_to_parquet(rows: Sequence[Row]) -> bytes:
    """Result rows as a Parquet file; columns that a row does not name are null."""
    return to_parquet(pa.Table.from_pylist([dict(row) for row in rows], schema=RESULT))


def to_parquet(table: Any) -> bytes:
    """A table as a Parquet file."""
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue()


def from_parquet(content: Any, columns: Sequence[str] | None = None) -> Any:
    """The table in a Parquet file of ours, given as its bytes or its path.

    Raises:
        DataError: it cannot be read, or another version wrote it.
    """
    try:
        source = io.BytesIO(content) if isinstance(content, bytes) else content
        file = pq.ParquetFile(source)
        version = (file.schema_arrow.metadata or {}).get(VERSION_KEY)
        if version is not None and version != str(SCHEMA_VERSION).encode():
            raise DataError(
                f"a table has schema version {version.decode('ascii', 'replace')}, this fakestormer reads version "
                f"{SCHEMA_VERSION}: go on with the version that wrote it"
            )
        return file.read(columns=None if columns is None else list(columns))
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"a Parquet file of the job is damaged ({str(error).splitlines()[0][:200]})") from error
