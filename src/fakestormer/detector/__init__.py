"""The room that knows the order of the stages."""

from fakestormer.detector.config import DetectorConfig, thorough
from fakestormer.detector.cut_video import CutVideo
from fakestormer.detector.detector import Detector, default_weights_path
from fakestormer.detector.device_class import device_class
from fakestormer.detector.export import export
from fakestormer.detector.memory import return_large_blocks
from fakestormer.detector.overlay import write_overlay
from fakestormer.detector.protocol import PROTOCOLS, Protocol, choose_protocol
from fakestormer.detector.rejudge import rejudge
from fakestormer.detector.threads import usable_cores, use_threads
from fakestormer.detector.verify import TOLERANCE, Outcome, Verification, verify

__all__ = [
    "PROTOCOLS",
    "TOLERANCE",
    "CutVideo",
    "Detector",
    "DetectorConfig",
    "Outcome",
    "Protocol",
    "Verification",
    "choose_protocol",
    "default_weights_path",
    "device_class",
    "export",
    "rejudge",
    "return_large_blocks",
    "thorough",
    "usable_cores",
    "use_threads",
    "verify",
    "write_overlay",
]
