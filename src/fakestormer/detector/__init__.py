"""The room that knows the order of the stages."""

from fakestormer.detector.config import DetectorConfig, thorough
from fakestormer.detector.detector import Detector, default_weights_path
from fakestormer.detector.overlay import write_overlay
from fakestormer.detector.verify import Outcome, Verification, verify

__all__ = [
    "Detector",
    "DetectorConfig",
    "Outcome",
    "Verification",
    "default_weights_path",
    "thorough",
    "verify",
    "write_overlay",
]
