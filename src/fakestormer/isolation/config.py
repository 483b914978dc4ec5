"""What a child process runs, and how much of the machine and of a video one examination may take."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

from fakestormer.types import EQUAL_PRIORS, ConfigError

GIB = 2**30
LEAST_MEMORY = GIB  # bytes; loading torch and the model takes about half of it


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one examination may take; None is no limit.

    Attributes:
        memory: bytes of private memory that the child may map for writing, the model included.
        seconds: wall time from request to answer, pictures and report included.
        open_files: file descriptors of the child.
        written: bytes of the largest file that the child may write.
        duration: seconds of video, as the container states them.
        pixels: width times height of a frame.
        frame_rate: frames a second.
        frames: frames that are decoded, whatever the container states.
        faces: people that are followed.
    """

    memory: int | None = None
    seconds: float | None = None
    open_files: int | None = 256
    written: int | None = None
    duration: float | None = None
    pixels: int | None = None
    frame_rate: float | None = None
    frames: int | None = None
    faces: int | None = None

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if value is not None and value <= 0:
                raise ConfigError(f"the limit {field.name}={value} must be above 0: leave it out for no limit")
        if self.memory is not None and self.memory < LEAST_MEMORY:
            raise ConfigError(
                f"a memory limit of {self.memory / GIB:.2g} GiB is too little for the model: give at least "
                f"{LEAST_MEMORY / GIB:g} GiB"
            )
        if self.open_files is not None and self.open_files < 64:
            raise ConfigError(f"open_files={self.open_files} is too few for PyTorch: give at least 64")


@dataclass(frozen=True, slots=True)
class IsolationConfig:
    """Weights, device and limits of a child process.

    Attributes:
        weights: a .safetensors file; None for the weights of the package.
        device: as for `DetectorConfig`.
        precision: as for `DetectorConfig`.
        prior: as for `DetectorConfig`.
        threads: of the child's numeric libraries. One: several children of several threads each are far slower on a
            busy machine than as many of one thread.
        max_files: after so many examinations the child is replaced, so that nothing can pile up; 0 is never.
        limits: of every examination.
    """

    weights: Path | None = None
    device: str = "auto"
    precision: str = "float32"
    prior: float = EQUAL_PRIORS
    threads: int = 1
    max_files: int = 0
    limits: Limits = Limits()

    def __post_init__(self) -> None:
        if self.threads < 1 or self.max_files < 0:
            raise ConfigError(
                f"threads={self.threads} and max_files={self.max_files} must be at least 1 and 0 (never replaced)"
            )


def limit_problem(name: str, found: float, limit: float) -> str:
    """One sentence that a video exceeds the limit of that name, with both values."""
    what = {
        "duration": f"the video lasts {found:.0f} s, at most {limit:g} s are examined: cut out the part in question",
        "pixels": (
            f"the video's frames have {found / 1e6:.1f} million pixels, at most {limit / 1e6:g} million are examined: "
            "reduce it, and keep the original"
        ),
        "frame_rate": f"the video has {found:.0f} frames a second, at most {limit:g} are examined: take frames out",
        "frames": f"the video has more than {limit:g} frames: cut out the part in question",
        "faces": f"{found:.0f} faces were followed, at most {limit:g} are examined: cut out the people in question",
    }
    return what[name]
