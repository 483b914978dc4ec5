"""What the default model adds to the paper's: networks for single frames and for the motion of landmarks."""

from fakestormer.model.lite.image_network import ImageNetwork
from fakestormer.model.lite.landmark_network import FACEMESH_POINTS, MIRRORED_POINTS, NUM_LANDMARKS, LandmarkNetwork
from fakestormer.model.lite.motion_network import MotionMember, MotionNetwork, align_flow
from fakestormer.model.lite.network import LiteFakeSTormer, LiteOutput

__all__ = [
    "FACEMESH_POINTS",
    "MIRRORED_POINTS",
    "NUM_LANDMARKS",
    "ImageNetwork",
    "LandmarkNetwork",
    "LiteFakeSTormer",
    "LiteOutput",
    "MotionMember",
    "MotionNetwork",
    "align_flow",
]
