"""The figures of `probabilities` for the scored files of a table, with intervals where a bootstrap can give them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from fakestormer.evaluation.comparison import has_intervals, missing_labels
from fakestormer.evaluation.config import EvaluationConfig
from fakestormer.evaluation.estimate import Estimate, RoundMeasure, estimate
from fakestormer.evaluation.probabilities import measure_costs, measure_probabilities
from fakestormer.evaluation.scored import ScoredSet


@dataclass(frozen=True, slots=True)
class Reliability:
    """Brier score, calibration error and likelihood-ratio cost (`ProbabilityRates`); None without reals and fakes.

    Only the Brier score and Cllr, which are means over files, have intervals. The others are fitted to the very files
    they judge, and a resampled set with its repeated files is fitted more closely still: percentile intervals of
    theirs miss the true value far more often than they say. On few files the values lean as well, the calibration
    error and the calibration loss upwards, the minimum downwards.
    """

    brier_score: Estimate | None = None
    expected_calibration_error: Estimate | None = None
    cllr: Estimate | None = None
    cllr_min: Estimate | None = None
    calibration_loss: Estimate | None = None
    reason: str | None = None


def round_reliability(scored: ScoredSet) -> RoundMeasure:
    """What measures Brier score and Cllr, the figures with intervals, in bootstrap rounds."""

    def measure_means(weights: Int[ndarray, "rounds items"]) -> Float[ndarray, "rounds 2"]:
        if missing_labels(scored.is_fake):
            return np.full((len(weights), 2), np.nan)
        return measure_costs(scored.is_fake, scored.probabilities, weights)

    return measure_means


def rely_on(scored: ScoredSet, rounds: Float[ndarray, "rounds 2"], config: EvaluationConfig) -> Reliability:
    """The reliability of all scored files, with intervals from the rounds of `round_reliability`."""
    if missing := missing_labels(scored.is_fake):
        return Reliability(reason=f"no {missing} file was scored")
    rates = measure_probabilities(scored.is_fake, scored.probabilities)
    drawn = rounds if has_intervals(scored.is_fake, scored.clusters) else rounds[:0]
    brier, cllr = estimate([rates.brier_score, rates.cllr], drawn, config.confidence)
    return Reliability(
        brier,
        Estimate(rates.expected_calibration_error, None, None),
        cllr,
        Estimate(rates.cllr_min, None, None),
        Estimate(rates.calibration_loss, None, None),
    )
