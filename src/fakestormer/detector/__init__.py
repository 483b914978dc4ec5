"""The room that knows the order of the stages."""

from fakestormer.detector.config import DetectorConfig
from fakestormer.detector.cut_video import CutVideo
from fakestormer.detector.detector import Detector, default_weights_path

__all__ = ["CutVideo", "Detector", "DetectorConfig", "default_weights_path"]
