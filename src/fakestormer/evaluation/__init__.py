"""Verdicts to numbers: score the files of a manifest, measure with intervals, calibrate on development data."""

from fakestormer.evaluation.breakdown import Breakdown, Coverage, PairwiseAccuracy, Slice
from fakestormer.evaluation.calibrate import FittedRule, apply_calibration, fit_calibration
from fakestormer.evaluation.clip_cache import CachingDetector
from fakestormer.evaluation.config import EvaluationConfig
from fakestormer.evaluation.detector_comparison import (
    AucDifference,
    ComparisonBreakdown,
    ComparisonRecord,
    DetectorComparison,
    SliceDifference,
    compare_detectors,
    compare_evaluations,
    conclude,
    render_comparison,
    write_comparison,
)
from fakestormer.evaluation.evaluate import EvaluationProgress, VideoDetector, evaluate
from fakestormer.evaluation.figures import (
    FIGURES_FOLDER,
    PICTURE_FILE,
    draw_robustness,
    say_what_drawing_needs,
    write_figures,
)
from fakestormer.evaluation.manifest import Manifest, ManifestRow, read_manifest
from fakestormer.evaluation.metrics import Estimate
from fakestormer.evaluation.rates import EstimatedRates, Macro, Reliability, SetRates
from fakestormer.evaluation.record import Metrics, RunRecord, write_metrics
from fakestormer.evaluation.robustness import (
    DistortedMetrics,
    DistortingDetector,
    LevelDrop,
    Robustness,
    RobustnessConfig,
    RobustnessProgress,
    evaluate_robustness,
    mean_drops,
    parse_distortions,
    render_robustness,
    write_robustness,
)
from fakestormer.evaluation.scores import ScoreRow, read_scores
from fakestormer.evaluation.summary import Summary, summarise
from fakestormer.evaluation.tables import render_table

__all__ = [
    "FIGURES_FOLDER",
    "PICTURE_FILE",
    "AucDifference",
    "Breakdown",
    "CachingDetector",
    "ComparisonBreakdown",
    "ComparisonRecord",
    "Coverage",
    "DetectorComparison",
    "DistortedMetrics",
    "DistortingDetector",
    "Estimate",
    "EstimatedRates",
    "EvaluationConfig",
    "EvaluationProgress",
    "FittedRule",
    "LevelDrop",
    "Macro",
    "Manifest",
    "ManifestRow",
    "Metrics",
    "PairwiseAccuracy",
    "Reliability",
    "Robustness",
    "RobustnessConfig",
    "RobustnessProgress",
    "RunRecord",
    "ScoreRow",
    "SetRates",
    "Slice",
    "SliceDifference",
    "Summary",
    "VideoDetector",
    "apply_calibration",
    "compare_detectors",
    "compare_evaluations",
    "conclude",
    "draw_robustness",
    "evaluate",
    "evaluate_robustness",
    "fit_calibration",
    "mean_drops",
    "parse_distortions",
    "read_manifest",
    "read_scores",
    "render_comparison",
    "render_robustness",
    "render_table",
    "say_what_drawing_needs",
    "summarise",
    "write_comparison",
    "write_figures",
    "write_metrics",
    "write_robustness",
]
