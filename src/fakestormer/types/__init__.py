"""The vocabulary of the package: values that travel between the rooms. NumPy only, no torch, no input or output."""

from fakestormer.types.calibration import (
    EQUAL_PRIORS,
    LN10,
    Calibration,
    Decision,
    ProbabilityScale,
    at_prior,
    logistic,
)
from fakestormer.types.credentials import ContentCredentials, CredentialStatus
from fakestormer.types.errors import (
    ConfigError,
    DataError,
    ExaminationError,
    FakestormerError,
    LandmarkModelError,
    VideoError,
    WeightsError,
)
from fakestormer.types.evidence import (
    MAP_NAMES,
    ClipEvidence,
    EvidenceFrame,
    FaceVerdict,
    MapName,
    Provenance,
    ScoredClip,
    Segment,
    VideoVerdict,
)
from fakestormer.types.faces import ClipSpec, FaceClip, FaceObservation, FaceTrack, SetAsideTrack, WindowSpec
from fakestormer.types.frames import Frame, VideoDamage, VideoInfo
from fakestormer.types.geometry import Affine, Box, Landmarks
from fakestormer.types.likelihood import (
    CalibrationSet,
    KnownRange,
    QualityCode,
    QualityNote,
    Strength,
    strength_of,
)
from fakestormer.types.scoring import PLAIN_MEAN, FaceSizeNormalisation, ScoringRule, SegmentSearch
from fakestormer.types.time import TimeSpan

__all__ = [
    "EQUAL_PRIORS",
    "LN10",
    "MAP_NAMES",
    "PLAIN_MEAN",
    "Affine",
    "Box",
    "Calibration",
    "CalibrationSet",
    "ClipEvidence",
    "ClipSpec",
    "ConfigError",
    "ContentCredentials",
    "CredentialStatus",
    "DataError",
    "Decision",
    "EvidenceFrame",
    "ExaminationError",
    "FaceClip",
    "FaceObservation",
    "FaceSizeNormalisation",
    "FaceTrack",
    "FaceVerdict",
    "FakestormerError",
    "Frame",
    "KnownRange",
    "LandmarkModelError",
    "Landmarks",
    "MapName",
    "ProbabilityScale",
    "Provenance",
    "QualityCode",
    "QualityNote",
    "ScoredClip",
    "ScoringRule",
    "Segment",
    "SegmentSearch",
    "SetAsideTrack",
    "Strength",
    "TimeSpan",
    "VideoDamage",
    "VideoError",
    "VideoInfo",
    "VideoVerdict",
    "WeightsError",
    "WindowSpec",
    "at_prior",
    "logistic",
    "strength_of",
]
