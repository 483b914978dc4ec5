"""How a detector runs; nothing here changes what the weights mean."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from fakestormer.faces import TrackingConfig
from fakestormer.types import ConfigError


@dataclass(frozen=True, slots=True)
class DetectorConfig:
    """Device, precision and density of a detector's work.

    A clip is scored every `clip_interval` seconds; for short videos more often (never below `min_clip_interval`), so
    that each has about `min_clips`. `key_frames` pictures a face are kept for the report. `flip` also scores the
    mirrored clip and takes the mean. `protocol` names the test protocol to follow ("ours", "published"); None is the
    one that the weights were made for.
    """

    device: str = "auto"
    precision: Literal["float32", "bfloat16"] = "float32"
    batch_size: int = 4
    detection_size: int = 640
    clip_interval: float = 1.0
    min_clip_interval: float = 0.2
    min_clips: int = 10
    flip: bool = False
    key_frames: int = 3
    protocol: str | None = None
    tracking: TrackingConfig = field(default_factory=TrackingConfig)

    def __post_init__(self) -> None:
        if not 0 < self.min_clip_interval <= self.clip_interval:
            raise ConfigError(
                f"min_clip_interval={self.min_clip_interval} and clip_interval={self.clip_interval} must satisfy "
                "0 < min_clip_interval <= clip_interval"
            )
        if self.batch_size < 1:
            raise ConfigError(f"batch_size must be at least 1, got {self.batch_size}")

    def interval(self, duration: float | None) -> float:
        """Seconds from one clip's start to the next, for a video of that duration."""
        if duration is None:
            return self.clip_interval
        return min(self.clip_interval, max(self.min_clip_interval, duration / self.min_clips))

    def described(self) -> tuple[tuple[str, str], ...]:
        """The settings that can move a score, as text for the report."""
        names = ("precision", "clip_interval", "min_clip_interval", "min_clips", "flip", "detection_size")
        return (*((name, str(getattr(self, name))) for name in names), ("tracking", str(self.tracking)))
