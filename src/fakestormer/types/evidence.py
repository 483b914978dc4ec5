"""From scores to a verdict: what the model saw, what follows from it, and how it came about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np
from jaxtyping import Float, UInt8
from numpy import ndarray

from fakestormer.types.calibration import EQUAL_PRIORS, Calibration, Decision, ProbabilityScale, logistic
from fakestormer.types.credentials import ContentCredentials
from fakestormer.types.faces import ClipSpec, SetAsideTrack
from fakestormer.types.frames import VideoDamage, VideoInfo
from fakestormer.types.likelihood import QualityNote
from fakestormer.types.scoring import ScoringRule
from fakestormer.types.time import TimeSpan

MapName = Literal["change", "score"]
MAP_NAMES: Final[tuple[MapName, ...]] = get_args(MapName)


@dataclass(frozen=True, slots=True)
class ClipEvidence:
    """What the networks say about one clip, raw: what it means is a matter of the `ScoringRule`.

    Attributes:
        track_id: the face.
        span: the time of the clip, in seconds.
        clip_logit: the clip network's class logit; forged is positive.
        frame_logits: the image network's logit of every frame; empty for weights without one.
        spatial_vulnerability: of every frame, in [0, 1], how vulnerable its worst patch is.
        temporal_vulnerability: of every frame and patch, where vulnerability changes, in deviations of the training
            targets (unbounded).
        to_frame: takes crop pixels back to frame pixels.
        crop_size: width and height of the crops in pixels.
        blur: of the crops, in [0, 1], 0 being sharp; None where it was not measured.
        motion: how much the crops change from frame to frame, in grey levels; None where it was not measured.
        motion_logit: what the motion of landmarks around the clip says; forged is positive. None for weights that do
            not read it, and where the face is not seen for long enough.
    """

    track_id: int
    span: TimeSpan
    clip_logit: float
    frame_logits: Float[ndarray, " seen"]
    spatial_vulnerability: Float[ndarray, " frames"]
    temporal_vulnerability: Float[ndarray, "frames rows columns"]
    to_frame: Float[ndarray, "frames 2 3"]
    crop_size: int
    blur: float | None = None
    motion: float | None = None
    motion_logit: float | None = None

    @property
    def crop_scale(self) -> float:
        """Frame pixels that one crop pixel covers, mean over frames: below 1 the face was enlarged, above 1 reduced."""
        return float(np.linalg.norm(self.to_frame[:, :, 0], axis=1).mean())


@dataclass(frozen=True, slots=True)
class ScoredClip:
    """A clip's evidence and its logit by the scoring rule; forged is positive."""

    evidence: ClipEvidence
    logit: float

    @property
    def track_id(self) -> int:
        """The face."""
        return self.evidence.track_id

    @property
    def span(self) -> TimeSpan:
        """The time of the clip, in seconds."""
        return self.evidence.span

    @property
    def score(self) -> float:
        """The logistic of the logit, in [0, 1]; not calibrated."""
        return logistic(self.logit)


@dataclass(frozen=True, slots=True)
class EvidenceFrame:
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
class Segment:
    """A span of a face's appearance that looks forged, or more so than the rest of it.

    `peak_time` is where the running mean of the clips' logits is highest, `peak_logit` that mean, `peak_probability`
    the same calibrated.
    `logit` is the segment's mean, less the extreme-value correction and the length penalty; `probability` is the same
    calibrated. `contrast`: by how many logits, beyond chance, the segment exceeds the track baseline; None where the
    face is seen too briefly to have one.
    """

    span: TimeSpan
    peak_time: float
    peak_logit: float
    peak_probability: float
    logit: float
    probability: float
    contrast: float | None = None


@dataclass(frozen=True, slots=True)
class FaceVerdict:
    """One person's answer: logit, score (its logistic), probability (calibrated), decision, and the clips behind it.

    `logit` is the mean over all clips, or that of its strongest segment where it is higher: a face may be forged for a
    few seconds only. `segments` are those whose probability reaches `fake_from`.
    `log10_lr` is the log10 likelihood ratio, positive for forged, within the bounds that the calibration set supports;
    None where the weights do not say them. `notes` lower the trust in this answer.
    """

    track_id: int
    span: TimeSpan
    decision: Decision
    logit: float
    score: float
    probability: float
    clips: tuple[ScoredClip, ...]
    evidence_frames: tuple[EvidenceFrame, ...] = ()
    segments: tuple[Segment, ...] = ()
    log10_lr: float | None = None
    notes: tuple[QualityNote, ...] = ()


@dataclass(frozen=True, slots=True)
class Provenance:
    """Everything a second examiner needs to get the same result from the same file.

    `weights_sha256` is that of the weights file, `networks_sha256` that of its tensors alone: weights that differ only
    in rule, calibration or card share it. `rule` and `calibration` say what the evidence was taken to mean.
    `device_class` is what must be alike for the same bits: processor, instruction set and number of threads, or
    accelerator and its capability. `versions` are (name, version) pairs. `seed` is None: nothing is drawn at random.
    `started` and `ended` are in UTC, as ISO 8601 has it.
    """

    package_version: str
    model_name: str
    weights_sha256: str
    networks_sha256: str
    clip_spec: ClipSpec
    input_sha256: str
    decoder: str
    face_detector: str
    rule: ScoringRule
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

    `log10_lr` speaks of "one of these faces is forged" (see `pool_faces`), `probability` is the same at `prior`, the
    probability of forgery before the examination; `notes` hold for every face of the file.
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
    prior: float = EQUAL_PRIORS

    @property
    def most_suspicious(self) -> FaceVerdict | None:
        """The face with the highest logit, whose score is the video's; None where no face was scored."""
        return max(self.faces, key=lambda face: face.logit, default=None)

    @property
    def scale(self) -> ProbabilityScale:
        """What turns the logits of this verdict into its probabilities."""
        return ProbabilityScale(self.provenance.calibration, self.prior)
