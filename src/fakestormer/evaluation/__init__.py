"""Verdicts to numbers: score the files of a manifest, measure with intervals, calibrate on development data."""

from fakestormer.evaluation.calibrate import apply_calibration, fit_calibration
from fakestormer.evaluation.config import EvaluationConfig
from fakestormer.evaluation.evaluate import EvaluationProgress, VideoDetector, evaluate
from fakestormer.evaluation.figures import PICTURE_FILE, draw_robustness, say_what_drawing_needs
from fakestormer.evaluation.manifest import Manifest, ManifestRow, read_manifest
from fakestormer.evaluation.record import Metrics, RunRecord, write_metrics
from fakestormer.evaluation.robustness import (
    DistortedMetrics,
    DistortingDetector,
    Robustness,
    RobustnessConfig,
    RobustnessProgress,
    evaluate_robustness,
    parse_distortions,
)
from fakestormer.evaluation.robustness_table import LevelDrop, mean_drops, render_robustness, write_robustness
from fakestormer.evaluation.scores import ScoreRow, read_scores
from fakestormer.evaluation.summary import Breakdown, Comparison, Coverage, Estimate, Macro, Slice, Summary, summarise
from fakestormer.evaluation.tables import render_table

__all__ = [
    "PICTURE_FILE",
    "Breakdown",
    "Comparison",
    "Coverage",
    "DistortedMetrics",
    "DistortingDetector",
    "Estimate",
    "EvaluationConfig",
    "EvaluationProgress",
    "LevelDrop",
    "Macro",
    "Manifest",
    "ManifestRow",
    "Metrics",
    "Robustness",
    "RobustnessConfig",
    "RobustnessProgress",
    "RunRecord",
    "ScoreRow",
    "Slice",
    "Summary",
    "VideoDetector",
    "apply_calibration",
    "draw_robustness",
    "evaluate",
    "evaluate_robustness",
    "fit_calibration",
    "mean_drops",
    "parse_distortions",
    "read_manifest",
    "read_scores",
    "render_robustness",
    "render_table",
    "say_what_drawing_needs",
    "summarise",
    "write_metrics",
    "write_robustness",
]
