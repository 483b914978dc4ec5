"""The room that knows the order of the stages."""

from fakestormer.detector.config import DetectorConfig
from fakestormer.detector.detector import Detector, default_weights_path
from fakestormer.detector.overlay import write_overlay

__all__ = ["Detector", "DetectorConfig", "default_weights_path", "write_overlay"]
