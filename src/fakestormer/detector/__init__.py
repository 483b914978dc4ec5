"""The room that knows the order of the stages."""

from fakestormer.detector.config import DetectorConfig
from fakestormer.detector.detector import Detector, default_weights_path
from fakestormer.detector.protocol import PROTOCOLS, Protocol, choose_protocol

__all__ = ["PROTOCOLS", "Detector", "DetectorConfig", "Protocol", "choose_protocol", "default_weights_path"]
