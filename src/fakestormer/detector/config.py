"""How a detector runs; nothing here changes what the weights mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from fakestormer.faces import TrackingConfig
from fakestormer.model import PRECISIONS
from fakestormer.types import EQUAL_PRIORS, Calibration, ConfigError

# "tracking" is described by its parts, "protocol" by what it came to (see protocol.py), "prior" by the verdict
NOT_DESCRIBED = frozenset({"device", "batch_size", "tracking", "protocol", "prior", "threads", "kept_graphs"})
TRACKING = "tracking."
THOROUGH_INTERVAL = 0.5  # seconds
RUNTIMES = ("torch", "openvino")
UNCALIBRATED = Calibration(1.0, 0.0, 0.5, 0.5, "nothing: these weights carry no calibration")


@dataclass(frozen=True, slots=True)
class DetectorConfig:
    """Device, precision and density of a detector's work.

    A clip is scored every `clip_interval` seconds; for short videos more often (never below `min_clip_interval`), so
    that each has about `min_clips`. `evidence_frames` pictures a face are kept for the report. `flip` also scores the
    mirrored clip and takes the mean. Length costs no memory: besides those of evidence frames, `max_maps` whole
    temporal maps are kept a video, of other clips the peak in every frame; `max_pictured_faces` most suspicious
    faces get evidence frames. `protocol` names the test protocol to follow ("ours", "published"); None is the one
    that the weights were made for. `prior` is the probability of forgery before the examination: all probabilities
    are stated at it; scores, likelihood ratios and decisions do not depend on it. `threads` decode, look for faces and
    cut crops, beside those of the network, which are torch's own affair; None is one for each usable core. No result
    depends on them. `runtime` is what runs the network: "torch", or "openvino" on CPUs
    (extra `fast`), which keeps its converted graphs in the folder `kept_graphs` where one is given.
    """

    device: str = "auto"
    precision: str = "float32"
    runtime: str = "torch"
    kept_graphs: Path | None = None
    batch_size: int = 4
    detection_size: int = 640
    clip_interval: float = 1.0
    min_clip_interval: float = 0.2
    min_clips: int = 10
    flip: bool = False
    evidence_frames: int = 3
    max_maps: int = 512
    max_pictured_faces: int = 16
    protocol: str | None = None
    prior: float = EQUAL_PRIORS
    threads: int | None = None
    tracking: TrackingConfig = field(default_factory=TrackingConfig)

    def __post_init__(self) -> None:
        if not 0 < self.min_clip_interval <= self.clip_interval:
            raise ConfigError(
                f"min_clip_interval={self.min_clip_interval} and clip_interval={self.clip_interval} must satisfy "
                "0 < min_clip_interval <= clip_interval"
            )
        if self.precision not in PRECISIONS:
            raise ConfigError(f"there is no precision {self.precision!r}: choose {' or '.join(PRECISIONS)}")
        if self.runtime not in RUNTIMES:
            raise ConfigError(f"there is no runtime {self.runtime!r}: choose {' or '.join(RUNTIMES)}")
        if self.runtime == "openvino" and self.device not in ("auto", "cpu"):
            raise ConfigError(f"runtime='openvino' runs on the CPU, not on device={self.device!r}: use runtime='torch'")
        if self.min_clips < 1 or self.detection_size < 32:
            raise ConfigError(
                f"min_clips={self.min_clips} and detection_size={self.detection_size} must be at least 1 and 32"
            )
        if self.batch_size < 1 or (self.threads is not None and self.threads < 1):
            raise ConfigError(f"batch_size={self.batch_size} and threads={self.threads} must be at least 1")
        if min(self.evidence_frames, self.max_maps, self.max_pictured_faces) < 0:
            raise ConfigError(
                "evidence_frames, max_maps and max_pictured_faces must be 0 or more, got "
                f"{self.evidence_frames}, {self.max_maps} and {self.max_pictured_faces}"
            )

        if not 0 < self.prior < 1:
            raise ConfigError(
                f"prior must lie between 0 and 1, got {self.prior:g}: 0.5 means equal priors, 0.01 one forgery in a "
                "hundred videos"
            )

    def interval(self, duration: float | None) -> float:
        """Seconds from one clip's start to the next, for a video of that duration."""
        if duration is None:
            return self.clip_interval
        return min(self.clip_interval, max(self.min_clip_interval, duration / self.min_clips))

    def described(self) -> tuple[tuple[str, str], ...]:
        """The settings that can change a result, as text for the report; `from_described` reads them back."""
        own = ((name, getattr(self, name)) for name in _names(DetectorConfig))
        tracking = ((f"{TRACKING}{name}", getattr(self.tracking, name)) for name in _names(TrackingConfig))
        return tuple((name, str(value)) for name, value in (*own, *tracking))

    @classmethod
    def from_described(cls, settings: Sequence[tuple[str, str]], device: str = "auto") -> DetectorConfig:
        """The configuration whose `described()` these settings are; what they do not hold is as by default.

        Raises:
            ConfigError: a setting is unknown to this version, or its value cannot be read.
        """
        own: dict[str, Any] = {}
        tracking: dict[str, Any] = {}
        for name, text in settings:
            if name.startswith("protocol"):  # version and hash follow from the name
                if name == "protocol" and text != "custom":
                    own[name] = text
                continue
            short = name.removeprefix(TRACKING)
            kind, values = (TrackingConfig, tracking) if short != name else (DetectorConfig, own)
            if short not in _names(kind):
                raise ConfigError(f"the setting {name!r} is unknown to this fakestormer: use the version that wrote it")
            values[short] = _read(name, text, getattr(kind(), short))
        for name, choices in (("precision", PRECISIONS), ("runtime", RUNTIMES)):
            if own.get(name, choices[0]) not in choices:
                raise ConfigError(f"{name} must be {' or '.join(choices)}, got {own[name]!r}: the report was changed")
        return cls(**own, device=device, tracking=TrackingConfig(**tracking))


def thorough(config: DetectorConfig) -> DetectorConfig:
    """The same work with a score at least every half second, twice as many in videos of ten seconds and more."""
    return replace(
        config,
        clip_interval=min(THOROUGH_INTERVAL, config.clip_interval),
        min_clip_interval=min(THOROUGH_INTERVAL, config.min_clip_interval),
        min_clips=2 * config.min_clips,
    )


def _names(kind: type[DetectorConfig] | type[TrackingConfig]) -> list[str]:
    """The settings that can move a score or the choice of evidence frames and maps."""
    return [one.name for one in fields(kind) if one.name not in NOT_DESCRIBED]


def _read(name: str, text: str, like: Any) -> Any:
    """The value that a text stands for, of the kind that the default has."""
    try:
        if isinstance(like, bool):
            return {"True": True, "False": False}[text]
        return type(like)(text)
    except (KeyError, ValueError):
        raise ConfigError(
            f"the setting {name!r} is {text!r}, which is no {type(like).__name__}: the report was changed"
        ) from None
