"""Time on floor 0: seconds, half-open spans."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class TimeSpan:
    """The half-open interval [start, end) of a video, in seconds."""

    start: float
    end: float

    def __post_init__(self) -> None:
        if not self.start <= self.end:
            raise ValueError(f"a time span ends after it starts, got start={self.start} and end={self.end}")

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.end - self.start

    @property
    def middle(self) -> float:
        """The instant half-way between start and end, in seconds."""
        return (self.start + self.end) / 2

    def overlaps(self, other: TimeSpan) -> bool:
        """Whether the two spans share more than a boundary."""
        return self.start < other.end and other.start < self.end
