"""The room that knows the order of the stages."""

from fakestormer.detector.config import DetectorConfig, thorough
from fakestormer.detector.detector import Detector, default_weights_path

__all__ = ["Detector", "DetectorConfig", "default_weights_path", "thorough"]
