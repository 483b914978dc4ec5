"""What the calibration set supports: error rates, bounds of the likelihood ratio, and the range it covers."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass, replace


class Strength(enum.Enum):
    """The verbal scale of ENFSI's "Guideline for Evaluative Reporting in Forensic Science" (2015), in either direction.

    The guideline's steps begin at a ratio of 2; what lies below favours neither proposition.
    """

    NEITHER = "neither"
    WEAK = "weak"
    MODERATE = "moderate"
    MODERATELY_STRONG = "moderately_strong"
    STRONG = "strong"
    VERY_STRONG = "very_strong"
    EXTREMELY_STRONG = "extremely_strong"


_FROM = (
    (1e6, Strength.EXTREMELY_STRONG),
    (1e4, Strength.VERY_STRONG),
    (1e3, Strength.STRONG),
    (1e2, Strength.MODERATELY_STRONG),
    (1e1, Strength.MODERATE),
    (2.0, Strength.WEAK),
)


def strength_of(log10_lr: float) -> Strength:
    """The word for a log10 likelihood ratio; its sign says which proposition is supported."""
    return next((word for ratio, word in _FROM if abs(log10_lr) >= math.log10(ratio)), Strength.NEITHER)


@dataclass(frozen=True, slots=True)
class KnownRange:
    """Between which values of a quantity 98 % of the calibration's files lie; see `QualityCode` for the quantities."""

    quantity: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class CalibrationSet:
    """How the weights answered the files that their calibration and thresholds were fitted on.

    Counts are of files with a score; those of a kind answered neither FAKE nor REAL were INCONCLUSIVE. The set supports
    log10 likelihood ratios from `lowest_log10_lr` (for genuine, at most 0) to `highest_log10_lr` (for forged).
    """

    name: str
    num_real: int
    real_called_fake: int
    real_called_real: int
    num_fake: int
    fake_called_fake: int
    fake_called_real: int
    lowest_log10_lr: float
    highest_log10_lr: float
    ranges: tuple[KnownRange, ...] = ()

    def __post_init__(self) -> None:
        for called, total in (
            (self.real_called_fake + self.real_called_real, self.num_real),
            (self.fake_called_fake + self.fake_called_real, self.num_fake),
        ):
            if not 0 <= called <= total:
                raise ValueError(f"a calibration set cannot have {called} answers to {total} files")
        if not self.lowest_log10_lr <= 0 <= self.highest_log10_lr:
            raise ValueError(
                "a calibration set needs lowest_log10_lr <= 0 <= highest_log10_lr, got "
                f"{self.lowest_log10_lr} and {self.highest_log10_lr}"
            )

    @property
    def real_inconclusive(self) -> int:
        """Genuine files between the thresholds."""
        return self.num_real - self.real_called_fake - self.real_called_real

    @property
    def fake_inconclusive(self) -> int:
        """Forged files between the thresholds."""
        return self.num_fake - self.fake_called_fake - self.fake_called_real

    def known(self, quantity: str) -> KnownRange | None:
        """The range of a quantity; None where the score table of the calibration did not hold it."""
        return next((one for one in self.ranges if one.quantity == quantity), None)


class QualityCode(enum.Enum):
    """Why a result should be read with caution.

    The first four and `nothing_moves` have fixed limits. `outside_...` say that a quantity lies outside its
    `KnownRange`: crop_scale (shown as the width of the face's square in pixels), frame_rate, bits_per_pixel, blur. The
    others are what reading the file showed; their `value` is a count, a rate, an aspect or a time.
    """

    FEW_CLIPS = "few_clips"
    TINY_FACE = "tiny_face"
    BLURRED = "blurred"
    HEAVY_COMPRESSION = "heavy_compression"
    OUTSIDE_FACE_SIZE = "outside_face_size"
    OUTSIDE_BLUR = "outside_blur"
    OUTSIDE_FRAME_RATE = "outside_frame_rate"
    OUTSIDE_BITS_PER_PIXEL = "outside_bits_per_pixel"
    NOTHING_MOVES = "nothing_moves"
    HEADER_RATE = "header_rate"
    LATE_START = "late_start"
    TIME_JUMPS = "time_jumps"
    PICTURE_CHANGES = "picture_changes"
    PIXELS_NOT_SQUARE = "pixels_not_square"
    INTERLACED = "interlaced"
    HIGH_DYNAMIC_RANGE = "high_dynamic_range"
    WIDE_GAMUT = "wide_gamut"
    TRANSPARENT = "transparent"
    OTHER_TRACKS = "other_tracks"
    FILM_IN_PICTURE = "film_in_picture"


# Digits after the point with which a quantity is printed; sizes in pixels and counts have none.
_DIGITS = {
    QualityCode.BLURRED: 2,
    QualityCode.OUTSIDE_BLUR: 2,
    QualityCode.OUTSIDE_FRAME_RATE: 2,
    QualityCode.HEAVY_COMPRESSION: 4,
    QualityCode.OUTSIDE_BITS_PER_PIXEL: 4,
    QualityCode.NOTHING_MOVES: 2,
    QualityCode.HEADER_RATE: 2,
    QualityCode.LATE_START: 2,
    QualityCode.PIXELS_NOT_SQUARE: 3,
}


@dataclass(frozen=True, slots=True)
class QualityNote:
    """A reason for caution: the value found, and the limits it should have kept (None: no limit on that side).

    `detail` names what was met, where a number alone does not say it.
    """

    code: QualityCode
    value: float
    low: float | None = None
    high: float | None = None
    detail: str = ""

    @property
    def as_printed(self) -> QualityNote:
        """The same with all numbers rounded as a reader sees them."""
        digits = _DIGITS.get(self.code, 0)
        low, high = (None if limit is None else round(limit, digits) for limit in (self.low, self.high))
        return replace(self, value=round(self.value, digits), low=low, high=high)

    @property
    def is_outside(self) -> bool:
        """Whether the value lies outside its limits, as printed: else the sentence would contradict itself."""
        shown = self.as_printed
        below = shown.low is not None and shown.value < shown.low
        return below or (shown.high is not None and shown.value > shown.high)
