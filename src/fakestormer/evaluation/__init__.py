"""Verdicts to numbers: score the files of a manifest, measure with intervals, calibrate on development data."""

from fakestormer.evaluation.calibrate import apply_calibration, fit_calibration
from fakestormer.evaluation.config import EvaluationConfig
from fakestormer.evaluation.evaluate import EvaluationProgress, VideoDetector, evaluate
from fakestormer.evaluation.manifest import Manifest, ManifestRow, read_manifest
from fakestormer.evaluation.record import Metrics, RunRecord, write_metrics
from fakestormer.evaluation.scores import ScoreRow, read_scores
from fakestormer.evaluation.size_level import fit_size_level
from fakestormer.evaluation.summary import Breakdown, Comparison, Coverage, Estimate, Macro, Slice, Summary, summarise
from fakestormer.evaluation.tables import render_table

__all__ = [
    "Breakdown",
    "Comparison",
    "Coverage",
    "Estimate",
    "EvaluationConfig",
    "EvaluationProgress",
    "Macro",
    "Manifest",
    "ManifestRow",
    "Metrics",
    "RunRecord",
    "ScoreRow",
    "Slice",
    "Summary",
    "VideoDetector",
    "apply_calibration",
    "evaluate",
    "fit_calibration",
    "fit_size_level",
    "read_manifest",
    "read_scores",
    "render_table",
    "summarise",
    "write_metrics",
]
