"""All limits of the service in one table: the default, and the problem that an answer names where one is exceeded."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from fakestormer.isolation import Limits
from fakestormer.types import ConfigError

MIB, GIB = 2**20, 2**30


def _limit(default: Any, unit: str, problem: str) -> Any:
    return field(default=default, metadata={"unit": unit, "problem": problem})


@dataclass(frozen=True, slots=True)
class ServiceLimits:
    """How much one submission, one examination and one key may take. Unit and problem stand in each field's metadata.

    `upload_pause` is the longest wait for the next bytes of a body, `upload_rate` the least mean rate after that.
    """

    upload: int = _limit(2 * GIB, "bytes of one file", "too-large")
    upload_pause: float = _limit(30.0, "seconds without a byte", "upload-too-slow")
    upload_rate: int = _limit(4096, "bytes a second at least", "upload-too-slow")
    queue: int = _limit(1000, "files waiting", "queue-full")
    submissions: int = _limit(120, "submissions a minute and key", "too-many-requests")
    duration: float = _limit(3600.0, "seconds of video", "too-long")
    pixels: int = _limit(4096 * 2304, "pixels of a frame", "too-many-pixels")
    frame_rate: float = _limit(240.0, "frames a second", "too-many-frames")
    frames: int = _limit(500_000, "frames of a video", "too-many-frames")
    faces: int = _limit(64, "faces followed", "too-many-faces")
    wall_time: float = _limit(3600.0, "seconds of one examination", "time-out")
    memory: int = _limit(4 * GIB, "bytes of memory of one examination", "out-of-memory")
    written: int = _limit(4 * GIB, "bytes of one result file", "not-written")

    def __post_init__(self) -> None:
        for one in fields(self):
            if getattr(self, one.name) <= 0:
                raise ConfigError(f"the limit {one.name}={getattr(self, one.name)} must be above 0")

    def of_examination(self) -> Limits:
        """The part that the child process holds to."""
        return Limits(
            memory=self.memory,
            seconds=self.wall_time,
            written=self.written,
            duration=self.duration,
            pixels=self.pixels,
            frame_rate=self.frame_rate,
            frames=self.frames,
            faces=self.faces,
        )

    def described(self) -> list[dict[str, Any]]:
        """A row for each limit: name, value, unit, problem."""
        return [{"name": one.name, "value": getattr(self, one.name), **one.metadata} for one in fields(self)]
