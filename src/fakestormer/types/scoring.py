"""What a score means: the one frozen rule that turns what the networks say about clips into logits of faces."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
from dataclasses import dataclass

from fakestormer.types.errors import ConfigError


@dataclass(frozen=True, slots=True)
class FaceSizeNormalisation:
    """What genuine faces of a size score on average, so that faces of all sizes can be measured with one scale.

    level = slope * ln(crop_scale), with crop_scale held between `smallest` and `largest`; it is taken from every clip's
    logit. A face that had to be enlarged is soft, and a network that looks for traces of blending takes softness for
    one.

    Attributes:
        slope: logits for each unit of ln(crop_scale).
        smallest: the smallest crop scale that the fit has seen.
        largest: the largest one.
    """

    slope: float
    smallest: float
    largest: float

    def __post_init__(self) -> None:
        if not (0 < self.smallest <= self.largest and math.isfinite(self.slope) and math.isfinite(self.largest)):
            raise ConfigError(
                f"face-size normalisation needs a finite slope and 0 < smallest <= largest, got {self.slope}, "
                f"{self.smallest} and {self.largest}"
            )

    def at(self, crop_scale: float) -> float:
        """The level, in logits, of a face whose crop pixels cover that many frame pixels."""
        return self.slope * math.log(min(self.largest, max(self.smallest, crop_scale)))


@dataclass(frozen=True, slots=True)
class SegmentSearch:
    """How segments of a face that look forged are searched for (decision 0010).

    Attributes:
        window: seconds of the running mean; about the length of the videos that calibrations are fitted on.
        least_duration: seconds a face must be seen to have a baseline.
        least_clips: clips it must have for that.
        look: seconds of a face for which equal priors are meant; seen k times as long, odds are divided by k.
        chance: how often the highest window of a genuine face may exceed the extreme-value correction (Gaussian noise).
        most_segments: segments proposed for a face.
    """

    window: float = 2.0
    least_duration: float = 6.0
    least_clips: int = 6
    look: float = 60.0
    chance: float = 0.05
    most_segments: int = 100

    def __post_init__(self) -> None:
        if min(self.window, self.least_duration, self.look) <= 0 or not 0 < self.chance < 1:
            raise ConfigError(f"a segment search needs durations above 0 and a chance between 0 and 1, got {self}")
        if min(self.least_clips, self.most_segments) < 1:
            raise ConfigError(f"a segment search needs at least one clip and one segment, got {self}")


@dataclass(frozen=True, slots=True)
class ScoringRule:
    """From raw evidence to logits; every constant that can move a score, in one place.

    A clip's logit is clip_weight * (c - (1 - share_between_faces) * m) + frame_weight * f + motion_weight * l - level,
    where c is what the clip's network says of it, m the median of c over the face's clips, f the mean of the image
    network's logits over the clip's frames, l what the motion of landmarks around the clip says (0 where they were not
    read), and level that of `face_size`. A face's logit is the mean of its clips', or its strongest
    segment's where `segments` is given and it says more; a video's is that of "one of its faces is forged".

    Attributes:
        clip_weight: of the clip network's logit.
        frame_weight: of the image network's mean frame logit; 0 for weights without one.
        motion_weight: of the logit of the motion of landmarks; 0 for weights that do not read it.
        share_between_faces: of the clip network's level over a face; 1 leaves it whole (per-track centring).
        face_size: face-size normalisation; None for none.
        segments: the search for forged segments; None for the plain mean, as published.
    """

    clip_weight: float = 1.0
    frame_weight: float = 0.0
    share_between_faces: float = 1.0
    face_size: FaceSizeNormalisation | None = None
    segments: SegmentSearch | None = SegmentSearch()
    motion_weight: float = 0.0

    def __post_init__(self) -> None:
        weights = (self.clip_weight, self.frame_weight, self.motion_weight)
        if min(weights) < 0 or sum(weights) <= 0:
            raise ConfigError(
                f"clip_weight={self.clip_weight}, frame_weight={self.frame_weight} and motion_weight="
                f"{self.motion_weight} must be at least 0, one above 0"
            )
        if not 0 <= self.share_between_faces <= 1:
            raise ConfigError(f"share_between_faces={self.share_between_faces} must lie between 0 and 1")

    @property
    def sha256(self) -> str:
        """The hash of the rule's canonical JSON (keys sorted, no spaces, ASCII), in hexadecimal."""
        text = json.dumps(dataclasses.asdict(self), sort_keys=True, separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(text.encode("ascii")).hexdigest()


PLAIN_MEAN = ScoringRule(segments=None)  # the paper's: the mean of the clip logits (method, section 7)
