"""From scores to a verdict: what the model saw, what follows from it, and how it came about."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np
from jaxtyping import Float, UInt8
from numpy import ndarray

from fakestormer.types.credentials import ContentCredentials
from fakestormer.types.faces import ClipSpec, SetAsideTrack
from fakestormer.types.frames import VideoDamage, VideoInfo
from fakestormer.types.likelihood import CalibrationSet, QualityNote
from fakestormer.types.time import TimeSpan

MapName = Literal["change", "score"]
MAP_NAMES: Final[tuple[MapName, ...]] = get_args(MapName)


class Decision(enum.Enum):
    """The four answers. Abstaining is an answer of its own, never a score of 0.5."""

    REAL = "real"
    FAKE = "fake"
    INCONCLUSIVE = "inconclusive"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class ClipEvidence:
    """What the model says about one clip.

    `logit`: fake is positive; where the weights carry a SizeLevel, it has been taken off, and where they have a direct
    vote, most of the face's token level, which its other clips decide as well. `spatial_vulnerability`: per frame, in
    [0, 1], how vulnerable its worst patch is. `temporal_vulnerability`: per frame and patch, where vulnerability
    changes, in deviations of the training targets (unbounded). `to_frame` takes crop pixels back to frame pixels; crops
    are `crop_size` pixels wide and high. `blur` of the crops is in [0, 1], 0 being sharp; None where it was not
    measured.
    """

    track_id: int
    span: TimeSpan
    logit: float
    spatial_vulnerability: Float[ndarray, " frames"]
    temporal_vulnerability: Float[ndarray, "frames rows columns"]
    to_frame: Float[ndarray, "frames 2 3"]
    crop_size: int
    blur: float | None = None

    @property
    def crop_scale(self) -> float:
        """Frame pixels that one crop pixel covers, mean over frames: below 1 the face was enlarged, above 1 reduced."""
        return float(np.linalg.norm(self.to_frame[:, :, 0], axis=1).mean())

    @property
    def score(self) -> float:
        """The logistic of the logit, in [0, 1]; not calibrated."""
        return 1 / (1 + math.exp(-max(-60.0, min(60.0, self.logit))))


@dataclass(frozen=True, slots=True)
class KeyFrame:
    """A frame worth looking at: picture (reduced to `scale` of the video's size) and the clip frame it belongs to.

    `temporal_vulnerability` and `spatial_vulnerability` are the clip frame's; `attribution` says how much of
    the clip's logit hangs on every patch, in either direction (0 or more), see docs/decisions/0011-maps-and-pdf.md.
    """

    time: float
    frame_index: int
    image: UInt8[ndarray, "height width 3"]
    scale: float
    logit: float
    to_frame: Float[ndarray, "2 3"]
    crop_size: int
    temporal_vulnerability: Float[ndarray, "rows columns"]
    spatial_vulnerability: float
    attribution: Float[ndarray, "rows columns"]

    def map(self, name: MapName) -> Float[ndarray, "rows columns"]:
        """The map of that name: "change" is the temporal head's, "score" the attribution of the class score."""
        return self.temporal_vulnerability if name == "change" else self.attribution


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a face's appearance that looks forged, or more so than the rest of it.

    `peak_time` is where the running mean of the clips' logits is highest, `peak_probability` that mean, calibrated.
    `logit` is what the whole stretch says, less what chance gives the highest of so many stretches; `probability` is
    that, calibrated. `contrast`: by how many logits, beyond chance, the stretch stands out from the face's own level;
    None where the face is seen too shortly to have one.
    """

    span: TimeSpan
    peak_time: float
    peak_probability: float
    logit: float
    probability: float
    contrast: float | None = None


@dataclass(frozen=True, slots=True)
class FaceVerdict:
    """One person's answer: logit, score (its logistic), probability (calibrated), decision, and the clips behind it.

    `logit` is the mean over all clips, or that of the strongest stretch of them where it says more: a face may be
    forged for a few seconds only. `suspicious_spans` are the stretches whose probability reaches `fake_from`.
    `log10_lr` is the log10 likelihood ratio, positive for forged, within the bounds that the calibration set supports;
    None where the weights do not say them. `notes` lower the trust in this answer.
    """

    track_id: int
    span: TimeSpan
    decision: Decision
    logit: float
    score: float
    probability: float
    clips: tuple[ClipEvidence, ...]
    key_frames: tuple[KeyFrame, ...] = ()
    suspicious_spans: tuple[Span, ...] = ()
    log10_lr: float | None = None
    notes: tuple[QualityNote, ...] = ()


@dataclass(frozen=True, slots=True)
class Calibration:
    """How a face's logit becomes a probability and a decision; fitted on development data only.

    probability = logistic(slope * logit + intercept). Probabilities at or above `fake_from` are FAKE, at or below
    `real_to` REAL, between them INCONCLUSIVE. `fitted_on` names the data and the command.
    `measured` is what those data support; None where the weights do not carry it.
    """

    slope: float
    intercept: float
    real_to: float
    fake_from: float
    fitted_on: str
    measured: CalibrationSet | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.real_to <= self.fake_from <= 1:
            raise ValueError(
                f"a calibration needs 0 <= real_to <= fake_from <= 1, got {self.real_to} and {self.fake_from}"
            )
        if self.slope <= 0:
            raise ValueError(f"a calibration must keep the order of scores: slope > 0, got {self.slope}")

    def probability(self, logit: float) -> float:
        """The calibrated probability that a face is fake, in [0, 1]."""
        return 1 / (1 + math.exp(-max(-60.0, min(60.0, self.slope * logit + self.intercept))))

    def log10_lr(self, logit: float) -> float | None:
        """The log10 likelihood ratio, forged over genuine, held within the bounds of the calibration set.

        The curve was fitted with reals and fakes weighing the same, so its odds are the likelihood ratio. None where
        the weights do not say which bounds their calibration set supports.
        """
        if self.measured is None:
            return None
        ratio = (self.slope * logit + self.intercept) / math.log(10)
        return max(self.measured.lowest_log10_lr, min(self.measured.highest_log10_lr, ratio))

    def logit_at(self, probability: float) -> float:
        """The logit that has this calibrated probability; for 0 and 1 a very low and a very high one."""
        inside = min(max(probability, 1e-12), 1 - 1e-12)
        return (math.log(inside) - math.log1p(-inside) - self.intercept) / self.slope


@dataclass(frozen=True, slots=True)
class SizeLevel:
    """What genuine faces of a size score on average, so that faces of all sizes can be measured with one scale.

    level = slope * ln(crop_scale), with crop_scale held between `smallest` and `largest`, the sizes that the fit has
    seen; it is taken from every clip's logit. A face that had to be enlarged is soft, and a network that looks for
    traces of blending takes softness for one.
    """

    slope: float
    smallest: float
    largest: float
    fitted_on: str

    def __post_init__(self) -> None:
        if not (0 < self.smallest <= self.largest and math.isfinite(self.slope) and math.isfinite(self.largest)):
            raise ValueError(
                f"a size level needs a finite slope and 0 < smallest <= largest, got {self.slope}, {self.smallest} and "
                f"{self.largest}"
            )

    def at(self, crop_scale: float) -> float:
        """The level, in logits, of a face whose crop pixels cover that many frame pixels."""
        return self.slope * math.log(min(self.largest, max(self.smallest, crop_scale)))


@dataclass(frozen=True, slots=True)
class Provenance:
    """Everything a second examiner needs to get the same result from the same file.

    `device_class` is what must be alike for the same bits: processor, instruction set and number of threads, or
    accelerator and its capability. `versions` are (name, version) pairs. `seed` is None: nothing is drawn at random.
    `started` and `ended` are in UTC, as ISO 8601 has it.
    """

    package_version: str
    model_name: str
    weights_sha256: str
    clip_spec: ClipSpec
    input_sha256: str
    decoder: str
    face_detector: str
    calibration: Calibration
    device: str
    settings: tuple[tuple[str, str], ...] = ()
    device_class: str = ""
    versions: tuple[tuple[str, str], ...] = ()
    seed: int | None = None
    started: str = ""
    ended: str = ""


@dataclass(frozen=True, slots=True)
class VideoVerdict:
    """The answer for one file. `score`, `probability` are None and `reason` is set where nothing could be scored.

    `log10_lr` is that of the most suspicious face; `notes` hold for every face of the file.
    """

    video: VideoInfo
    decision: Decision
    score: float | None
    probability: float | None
    reason: str | None
    faces: tuple[FaceVerdict, ...]
    set_aside: tuple[SetAsideTrack, ...]
    damage: VideoDamage
    num_frames: int
    provenance: Provenance
    log10_lr: float | None = None
    notes: tuple[QualityNote, ...] = ()
    credentials: ContentCredentials | None = None
