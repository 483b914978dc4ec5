"""What a job is: its source, weights, version and settings, fixed when it begins, and how many runs it has had."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fakestormer.bulk.config import BulkConfig
from fakestormer.bulk.place import Place
from fakestormer.bulk.schema import SCHEMA_VERSION
from fakestormer.detector import default_weights_path
from fakestormer.types import ConfigError, DataError
from fakestormer.version import package_version
from fakestormer.video import hash_file

JOB_FILE = "job.json"


@dataclass(frozen=True, slots=True)
class Record:
    """The fixed facts of a job.

    Attributes:
        source: what was listed.
        weights: the weights file; None for those of the package.
        weights_sha256: its hash.
        version: of the package.
        settings: as `BulkConfig.fixed` gives them.
        runs: how many were begun.
        schema_version: of the tables.
    """

    source: str
    weights: str | None
    weights_sha256: str
    version: str
    settings: dict[str, Any]
    runs: int = 0
    schema_version: int = SCHEMA_VERSION

    @property
    def engine(self) -> tuple[tuple[str, str], ...]:
        """What every row must come from."""
        return (("weights_sha256", self.weights_sha256), ("version", self.version))


def make_record(source: str, config: BulkConfig) -> Record:
    """The record of a job that begins now. Raises VideoError where there is no such weights file."""
    weights = config.weights or default_weights_path()
    if not weights.is_file():
        raise ConfigError(f"there is no weights file {weights}: name another, or leave it out for those of the package")
    named = None if config.weights is None else str(config.weights.absolute())
    return Record(source, named, hash_file(weights), package_version(), config.fixed())


def read_record(place: Place) -> Record | None:
    """The record of the job at that place; None where there is none.

    Raises:
        DataError: the file holds something else, or another version's.
    """
    try:
        fields = json.loads(place.read(JOB_FILE))
        record = Record(**fields)
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise DataError(f"{JOB_FILE} was changed ({error}): choose another output and begin again") from error
    if record.schema_version != SCHEMA_VERSION:
        raise DataError(
            f"the job has schema version {record.schema_version}, this fakestormer reads version {SCHEMA_VERSION}: go "
            "on with the version that began it"
        )
    return record


def write_record(place: Place, record: Record) -> None:
    """Writes the record."""
    place.write(JOB_FILE, json.dumps(dataclasses.asdict(record), indent=1).encode())


def compare_records(before: Record, now: Record, output: str) -> None:
    """Refuses to go on with a job as another one: ConfigError names the first thing that differs."""
    for name in ("source", "weights_sha256", "version"):
        was, is_now = getattr(before, name), getattr(now, name)
        if was != is_now:
            raise ConfigError(
                f"{output} holds a job with {name} {was}, now it is {is_now}: go on with the same, or choose another "
                "output"
            )
    for name, was in before.settings.items():
        if now.settings.get(name) != was:
            raise ConfigError(
                f"{output} holds a job with {name}={was}, now it is {now.settings.get(name)}: go on with the same, or "
                "choose another output"
            )


def config_of(record: Record, config: BulkConfig) -> BulkConfig:
    """The configuration with what the record fixes in place of its own."""
    weights = None if record.weights is None else Path(record.weights)
    return dataclasses.replace(config, weights=weights, **record.settings)
