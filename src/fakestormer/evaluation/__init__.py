"""Verdicts to numbers: score the files of a manifest, measure with intervals, calibrate on development data."""

from fakestormer.evaluation.breakdown import Breakdown, Coverage, Slice
from fakestormer.evaluation.calibrate import apply_calibration, fit_calibration
from fakestormer.evaluation.comparison import Comparison, Macro
from fakestormer.evaluation.config import EvaluationConfig
from fakestormer.evaluation.difference import (
    AucDifference,
    DetectorDifference,
    DifferenceBreakdown,
    SliceDifference,
    measure_difference,
)
from fakestormer.evaluation.difference_report import (
    DifferenceRecord,
    compare_evaluations,
    conclude,
    render_difference,
    write_difference,
)
from fakestormer.evaluation.estimate import Estimate
from fakestormer.evaluation.evaluate import EvaluationProgress, VideoDetector, evaluate
from fakestormer.evaluation.manifest import Manifest, ManifestRow, read_manifest
from fakestormer.evaluation.pairs import PairOrder
from fakestormer.evaluation.record import Metrics, RunRecord, write_metrics
from fakestormer.evaluation.reliability import Reliability
from fakestormer.evaluation.scores import ScoreRow, read_scores
from fakestormer.evaluation.size_level import fit_size_level
from fakestormer.evaluation.summary import Summary, summarise
from fakestormer.evaluation.tables import render_table

__all__ = [
    "AucDifference",
    "Breakdown",
    "Comparison",
    "Coverage",
    "DetectorDifference",
    "DifferenceBreakdown",
    "DifferenceRecord",
    "Estimate",
    "EvaluationConfig",
    "EvaluationProgress",
    "Macro",
    "Manifest",
    "ManifestRow",
    "Metrics",
    "PairOrder",
    "Reliability",
    "RunRecord",
    "ScoreRow",
    "Slice",
    "SliceDifference",
    "Summary",
    "VideoDetector",
    "apply_calibration",
    "compare_evaluations",
    "conclude",
    "evaluate",
    "fit_calibration",
    "fit_size_level",
    "measure_difference",
    "read_manifest",
    "read_scores",
    "render_difference",
    "render_table",
    "summarise",
    "write_difference",
    "write_metrics",
]
