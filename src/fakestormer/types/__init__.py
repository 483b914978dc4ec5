"""The vocabulary of the package: values that travel between the rooms. NumPy only, no torch, no input or output."""

from fakestormer.types.errors import (
    ConfigError,
    DataError,
    FakestormerError,
    LandmarkModelError,
    VideoError,
    WeightsError,
)
from fakestormer.types.evidence import (
    Calibration,
    ClipEvidence,
    Decision,
    FaceVerdict,
    KeyFrame,
    Provenance,
    SizeLevel,
    Span,
    VideoVerdict,
)
from fakestormer.types.faces import ClipSpec, FaceClip, FaceObservation, FaceTrack, SetAsideTrack
from fakestormer.types.frames import Frame, VideoDamage, VideoInfo
from fakestormer.types.geometry import Affine, Box, Landmarks
from fakestormer.types.time import TimeSpan
from fakestormer.types.truth import ForgedTruth, FrameMask

__all__ = [
    "Affine",
    "Box",
    "Calibration",
    "ClipEvidence",
    "ClipSpec",
    "ConfigError",
    "DataError",
    "Decision",
    "FaceClip",
    "FaceObservation",
    "FaceTrack",
    "FaceVerdict",
    "FakestormerError",
    "ForgedTruth",
    "Frame",
    "FrameMask",
    "KeyFrame",
    "LandmarkModelError",
    "Landmarks",
    "Provenance",
    "SetAsideTrack",
    "SizeLevel",
    "Span",
    "TimeSpan",
    "VideoDamage",
    "VideoError",
    "VideoInfo",
    "VideoVerdict",
    "WeightsError",
]
