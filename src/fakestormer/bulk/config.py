"""How a job examines its files, and with how much of the machines."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fakestormer.isolation import IsolationConfig, Limits
from fakestormer.types import EQUAL_PRIORS, ConfigError

GIB = 2**30
CHILD_FILES = 500  # examinations after which a child is replaced
MORE_MEMORY = 2  # times, in the second pass
DECIDING = ("device", "precision", "prior", "thorough", "duration", "pixels")


@dataclass(frozen=True, slots=True)
class BulkConfig:
    """Settings of one job. The first seven, `reports` and `pages` must stay the same when a job is continued.

    Attributes:
        weights: a weights file that every worker can read; None for those of the package.
        device: as for `DetectorConfig`.
        precision: as for `DetectorConfig`.
        prior: as for `DetectorConfig`.
        thorough: a score at least every half second.
        duration: seconds that a video may last, by its container; None is no limit.
        pixels: of a frame; None is no limit.
        memory: bytes that one examination may use; doubled in the second pass.
        seconds: wall time that one examination may take.
        download: bytes that a remote file may have; a worker holds one such file at a time on its disk.
        workers: worker processes at most; None is one for each processor.
        least_workers: worker processes at least; the pool grows from here.
        num_gpus: accelerators that each worker holds; 0.25 puts four workers on one.
        cluster: address of a Ray cluster; None starts Ray on this machine for the time of the job.
        reports: keep the JSON report of every video beside the table.
        pages: keep the report page of every video beside the table.
        price: of one worker for an hour, in any currency; None says nothing about cost.
    """

    weights: Path | None = None
    device: str = "auto"
    precision: str = "float32"
    prior: float = EQUAL_PRIORS
    thorough: bool = False
    duration: float | None = None
    pixels: int | None = None
    memory: int = 4 * GIB
    seconds: float = 3600.0
    download: int = 16 * GIB
    workers: int | None = None
    least_workers: int = 1
    num_gpus: float = 0.0
    cluster: str | None = None
    reports: bool = False
    pages: bool = False
    price: float | None = None

    def __post_init__(self) -> None:
        if self.least_workers < 1 or (self.workers is not None and self.workers < self.least_workers):
            raise ConfigError(
                f"least_workers={self.least_workers} and workers={self.workers} must satisfy "
                "1 <= least_workers <= workers"
            )
        if self.num_gpus < 0 or (self.price is not None and self.price < 0):
            raise ConfigError(f"num_gpus={self.num_gpus:g} and price={self.price} must be 0 or more")
        if self.download <= 0:
            raise ConfigError(f"download={self.download} must be above 0")
        self.isolation()  # refuses what a child cannot have

    def isolation(self, second_pass: bool = False) -> IsolationConfig:
        """What a worker's child runs."""
        memory = self.memory * (MORE_MEMORY if second_pass else 1)
        limits = Limits(memory=memory, seconds=self.seconds, duration=self.duration, pixels=self.pixels)
        return IsolationConfig(
            self.weights, self.device, self.precision, self.prior, max_files=CHILD_FILES, limits=limits
        )

    def fixed(self) -> dict[str, Any]:
        """The settings that a job keeps to its end, weights apart."""
        return {name: getattr(self, name) for name in (*DECIDING, "reports", "pages")}

    @property
    def settings_sha256(self) -> str:
        """The hash of the settings that decide what rows say of a file."""
        return hash_of({name: getattr(self, name) for name in DECIDING})


def hash_of(value: Any) -> str:
    """SHA-256 of a value as JSON with sorted names."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode("utf-8")).hexdigest()
