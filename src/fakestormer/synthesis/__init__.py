"""Real clips -> pseudo-fake clips and targets: self-blended videos, determined by a seed. NumPy and OpenCV only."""

from fakestormer.synthesis.augment import Recode, augment
from fakestormer.synthesis.camera import CameraMotion, film_still
from fakestormer.synthesis.config import NO_AUGMENTATION, AugmentationConfig, ColourRanges, SynthesisConfig
from fakestormer.synthesis.contact_sheet import draw_contact_sheet
from fakestormer.synthesis.detail import equally_sharp, fine_detail
from fakestormer.synthesis.jitter import JitterConfig, correlated_noise, jitter_landmarks
from fakestormer.synthesis.parameters import SynthesisParameters, draw_parameters
from fakestormer.synthesis.per_frame_parameters import blend_frame_by_frame
from fakestormer.synthesis.regions import SCHEMES, FaceScheme
from fakestormer.synthesis.video import SelfBlendedPair, SelfBlender, source_misfit
from fakestormer.synthesis.view import mirror, place_view, show

__all__ = [
    "NO_AUGMENTATION",
    "SCHEMES",
    "AugmentationConfig",
    "CameraMotion",
    "ColourRanges",
    "FaceScheme",
    "JitterConfig",
    "Recode",
    "SelfBlendedPair",
    "SelfBlender",
    "SynthesisConfig",
    "SynthesisParameters",
    "augment",
    "blend_frame_by_frame",
    "correlated_noise",
    "draw_contact_sheet",
    "draw_parameters",
    "equally_sharp",
    "film_still",
    "fine_detail",
    "jitter_landmarks",
    "mirror",
    "place_view",
    "show",
    "source_misfit",
]
