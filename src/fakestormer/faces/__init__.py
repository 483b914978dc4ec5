"""Frames -> face tracks -> clips: who is seen when and where, and the crops that the network looks at."""

from fakestormer.faces.align import box_at, crop_affine, cut_crop
from fakestormer.faces.blur import measure_blur
from fakestormer.faces.clip import ClipCutter, ClipPlan, plan_clips, window_stride
from fakestormer.faces.detect import FaceDetection, FaceDetector
from fakestormer.faces.flow import point_flow
from fakestormer.faces.landmarks import Landmarker
from fakestormer.faces.motion import measure_motion
from fakestormer.faces.pipeline import FaceTracker, TrackingConfig, TrackingResult
from fakestormer.faces.smooth import smooth_points

__all__ = [
    "ClipCutter",
    "ClipPlan",
    "FaceDetection",
    "FaceDetector",
    "FaceTracker",
    "Landmarker",
    "TrackingConfig",
    "TrackingResult",
    "box_at",
    "crop_affine",
    "cut_crop",
    "measure_blur",
    "measure_motion",
    "plan_clips",
    "point_flow",
    "smooth_points",
    "window_stride",
]
