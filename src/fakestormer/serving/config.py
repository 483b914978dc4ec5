"""Everything that a service is told; flags and environment variables are read in cli/ only."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from pathlib import Path

from fakestormer.serving.limits import ServiceLimits
from fakestormer.types import ConfigError

DAY = 86400.0
LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True, slots=True)
class ServeConfig:
    """One service: where it keeps things, where it listens, and what it lets in.

    Attributes:
        data: folder for the SQLite file and the media, where nothing else is said.
        database: an SQLAlchemy URL, `sqlite:///FILE` or `postgresql://...`; None is a file in `data`.
        store: a folder or `s3://BUCKET/PREFIX`; None is a folder in `data`.
        host: address to listen on.
        port: 0 takes a free one.
        workers: worker processes that the server itself starts; 0 for none.
        weights: a weights file; None for those of the package.
        device: as for `DetectorConfig`.
        precision: as for `DetectorConfig`.
        hosts: names under which browsers reach the server, besides localhost and `host`.
        lease: seconds without a sign of life after which a worker is taken for dead.
        retention: seconds after which media and results are erased; None keeps them.
        keep_media: False erases a video as soon as it is examined.
        webhook_secret: signs webhooks, base64 behind "whsec_"; None refuses them.
        limits: of uploads, examinations and keys.
    """

    data: Path = Path("fakestormer-data")
    database: str | None = None
    store: str | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    weights: Path | None = None
    device: str = "auto"
    precision: str = "float32"
    hosts: tuple[str, ...] = ()
    lease: float = 20.0
    retention: float | None = 30 * DAY
    keep_media: bool = True
    webhook_secret: str | None = None
    limits: ServiceLimits = field(default_factory=ServiceLimits)

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65535 or self.workers < 0:
            raise ConfigError(f"port={self.port} and workers={self.workers} must be 0 to 65535 and 0 or more")
        if not self.lease > 0 or (self.retention is not None and not self.retention > 0):
            raise ConfigError(f"lease={self.lease} and retention={self.retention} must be above 0 seconds")

    @property
    def database_url(self) -> str:
        """The URL with the driver that is used."""
        if self.database is None:
            return f"sqlite:///{self.data / 'service.db'}"
        for scheme in ("postgresql://", "postgres://"):
            if self.database.startswith(scheme):
                return "postgresql+pg8000://" + self.database.removeprefix(scheme)
        return self.database

    @property
    def store_place(self) -> str:
        """The folder or bucket of media and results."""
        return self.store if self.store is not None else str(self.data / "store")

    @property
    def is_local_only(self) -> bool:
        """Whether only this machine can reach the server."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    @property
    def allowed_hosts(self) -> tuple[str, ...]:
        """Host names that a request may be for; a page of another name (DNS rebinding) is refused."""
        return (*LOCAL_NAMES, self.host, *self.hosts)
