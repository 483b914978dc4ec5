"""How a detector runs; nothing here changes what the weights mean."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from fakestormer.faces import TrackingConfig
from fakestormer.types import ConfigError

THOROUGH_INTERVAL = 0.5  # seconds


@dataclass(frozen=True, slots=True)
class DetectorConfig:
    """Device, precision and density of a detector's work.

    A clip is scored every `clip_interval` seconds; for short videos more often (never below `min_clip_interval`), so
    that each has about `min_clips`. `key_frames` pictures a face are kept for the report. `flip` also scores the
    mirrored clip and takes the mean. Length costs no memory: besides those of key frames, `max_maps` whole temporal
    maps are kept a video, of other clips the peak in every frame; `max_pictured_faces` most suspicious faces get key
    frames.
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
    max_maps: int = 512
    max_pictured_faces: int = 16
    tracking: TrackingConfig = field(default_factory=TrackingConfig)

    def __post_init__(self) -> None:
        if not 0 < self.min_clip_interval <= self.clip_interval:
            raise ConfigError(
                f"min_clip_interval={self.min_clip_interval} and clip_interval={self.clip_interval} must satisfy "
                "0 < min_clip_interval <= clip_interval"
            )
        if self.batch_size < 1:
            raise ConfigError(f"batch_size must be at least 1, got {self.batch_size}")
        if min(self.key_frames, self.max_maps, self.max_pictured_faces) < 0:
            raise ConfigError(
                "key_frames, max_maps and max_pictured_faces must be 0 or more, got "
                f"{self.key_frames}, {self.max_maps} and {self.max_pictured_faces}"
            )

    def interval(self, duration: float | None) -> float:
        """Seconds from one clip's start to the next, for a video of that duration."""
        if duration is None:
            return self.clip_interval
        return min(self.clip_interval, max(self.min_clip_interval, duration / self.min_clips))

    def described(self) -> tuple[tuple[str, str], ...]:
        """The settings that can move a score, as text for the report."""
        names = ("precision", "clip_interval", "min_clip_interval", "min_clips", "flip", "detection_size")
        return (*((name, str(getattr(self, name))) for name in names), ("tracking", str(self.tracking)))


def thorough(config: DetectorConfig) -> DetectorConfig:
    """The same work with a score at least every half second, twice as many in videos of ten seconds and more."""
    return replace(
        config,
        clip_interval=min(THOROUGH_INTERVAL, config.clip_interval),
        min_clip_interval=min(THOROUGH_INTERVAL, config.min_clip_interval),
        min_clips=2 * config.min_clips,
    )
