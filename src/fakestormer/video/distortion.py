"""The distortions of the robustness protocol by name and level: what can be asked for, and what each level means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from fakestormer.types import ConfigError

Kind = Literal["saturation", "contrast", "blocks", "noise", "blur", "pixelation", "compression", "480p", "crop"]

# One value a level, mildest first; DeeperForensics-1.0. method, section 8
LEVELS: Final[dict[Kind, tuple[float, ...]]] = {
    "saturation": (0.4, 0.3, 0.2, 0.1, 0.0),
    "contrast": (0.85, 0.725, 0.6, 0.475, 0.35),
    "blocks": (16.0, 32.0, 48.0, 64.0, 80.0),
    "noise": (0.001, 0.002, 0.005, 0.01, 0.05),
    "blur": (7.0, 9.0, 13.0, 17.0, 21.0),
    "pixelation": (2.0, 3.0, 4.0, 5.0, 6.0),
    "compression": (30.0, 32.0, 35.0, 38.0, 40.0),
    # What platforms do to an upload; beyond the protocol, one level each: the crf of the new encoding.
    "480p": (28.0,),
    "crop": (28.0,),
}
PLATFORMS: Final[tuple[Kind, ...]] = ("480p", "crop")
_MEANINGS: Final[dict[Kind, str]] = {
    "saturation": "colour x {:g}",
    "contrast": "values x {:g}",
    "blocks": "{:g} blocks of 8 x 8",
    "noise": "variance {:g}",
    "blur": "kernel {:g}",
    "pixelation": "cells of {:g} x {:g}",
    "compression": "H.264 crf {:g}",
    "480p": "short side 480, H.264 crf {:g}",
    "crop": "middle 90 %, x 0.75, H.264 crf {:g}",
}


@dataclass(frozen=True, slots=True)
class Distortion:
    """One kind of distortion at one of its levels, counted from 1, the mildest."""

    kind: Kind
    level: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.level <= len(LEVELS[self.kind]):
            levels = len(LEVELS[self.kind])
            raise ConfigError(f"the distortion {self.kind} has no level {self.level}: choose from 1 to {levels}")

    @property
    def parameter(self) -> float:
        """The number that the level stands for."""
        return LEVELS[self.kind][self.level - 1]

    @property
    def name(self) -> str:
        """A short name that is unique and fit for a folder: "blur-3", and "480p" where there is but one level."""
        return self.kind if self.is_platform else f"{self.kind}-{self.level}"

    @property
    def meaning(self) -> str:
        """What is done, in a few words with the number: "kernel 13"."""
        return _MEANINGS[self.kind].format(self.parameter, self.parameter)

    @property
    def is_platform(self) -> bool:
        """Whether this is what a platform does to an upload, not a distortion of the published protocol."""
        return self.kind in PLATFORMS


ALL_DISTORTIONS: Final = tuple(
    Distortion(kind, level) for kind, values in LEVELS.items() for level in range(1, len(values) + 1)
)
