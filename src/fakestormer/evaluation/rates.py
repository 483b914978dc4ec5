"""The rates of a set of scored files with intervals, their mean over several sets, and the reliability of a set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from fakestormer.evaluation.config import EvaluationConfig
from fakestormer.evaluation.metrics import Estimate, Rates, ReplicateMeasure, estimate, measure, measure_replicates
from fakestormer.evaluation.probabilities import AnswerRates, measure_answers, measure_costs, measure_probabilities
from fakestormer.evaluation.scores import ScoredSet

RATES = (*Rates._fields, *AnswerRates._fields)


@dataclass(frozen=True, slots=True)
class EstimatedRates:
    """Ten rates with their intervals, each None where it is not defined.

    The first four know only the order of the scores (`Rates`), the others the answers at thresholds that are the same
    for every file (`AnswerRates`).
    """

    auc: Estimate | None = None
    average_precision: Estimate | None = None
    equal_error_rate: Estimate | None = None
    tpr_at_1_percent_fpr: Estimate | None = None
    balanced_accuracy: Estimate | None = None
    balanced_accuracy_at_thresholds: Estimate | None = None
    true_positive_rate: Estimate | None = None
    false_positive_rate: Estimate | None = None
    false_negative_rate: Estimate | None = None
    inconclusive_rate: Estimate | None = None


@dataclass(frozen=True, slots=True)
class SetRates:
    """The rates of scored fakes against scored reals; without both none is defined and `reason` says what is missing.

    An interval needs at least two clusters with reals and two with fakes: one person resampled is still one person.
    """

    num_real: int
    num_fake: int
    num_clusters: int
    rates: EstimatedRates = EstimatedRates()
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Macro:
    """The mean of each rate over the slices that have it; an AUC that is not defined counts neither as 0.5 nor as 0."""

    num_slices: int
    rates: EstimatedRates = EstimatedRates()


def replicate_rates(scored: ScoredSet, subset: Bool[ndarray, " items"]) -> ReplicateMeasure:
    """What measures the subset in bootstrap replicates, in the order of `RATES`; NaN where a class is absent."""

    def measure_subset(weights: Int[ndarray, "replicates items"]) -> Float[ndarray, "replicates rates"]:
        fakes = scored.is_fake[subset]
        if fakes.all() or not fakes.any():
            return np.full((len(weights), len(RATES)), np.nan)
        drawn = weights[:, subset]
        ordered = measure_replicates(fakes, scored.logits[subset], drawn)
        answered = measure_answers(fakes, scored.probabilities[subset], scored.answers[subset], drawn)
        return np.hstack([ordered, answered])

    return measure_subset


def measure_rates(
    scored: ScoredSet,
    subset: Bool[ndarray, " items"],
    replicates: Float[ndarray, "replicates rates"],
    config: EvaluationConfig,
    where: str,
) -> SetRates:
    """The rates of a subset, with intervals.

    Args:
        scored: the scored rows.
        subset: which of them take part.
        replicates: what `replicate_rates` gave for this subset in the bootstrap.
        config: of the intervals.
        where: what is counted, for the reason where reals or fakes are missing: "file".
    """
    fakes, clusters = scored.is_fake[subset], scored.clusters[subset]
    num_fake = int(fakes.sum())
    num_real, num_clusters = len(fakes) - num_fake, len(set(clusters.tolist()))
    if missing := missing_labels(fakes):
        return SetRates(num_real, num_fake, num_clusters, reason=f"no {missing} {where} was scored")
    once = np.ones((1, len(fakes)), dtype=np.int64)
    answered = measure_answers(fakes, scored.probabilities[subset], scored.answers[subset], once)[0]
    values = (*measure(fakes, scored.logits[subset]), *answered.tolist())
    estimates = estimate(values, replicates if has_intervals(fakes, clusters) else replicates[:0], config.confidence)
    return SetRates(num_real, num_fake, num_clusters, EstimatedRates(**dict(zip(RATES, estimates, strict=True))))


def missing_labels(is_fake: Bool[ndarray, " items"]) -> str:
    """ "real", "fake" or "real and fake", whichever are absent; empty where both are there."""
    present = {"real": bool((~is_fake).any()), "fake": bool(is_fake.any())}
    return " and ".join(label for label, found in present.items() if not found)


def has_intervals(is_fake: Bool[ndarray, " items"], clusters: Int[ndarray, " items"]) -> bool:
    """Whether at least two clusters hold reals and at least two hold fakes."""
    return min(len(set(clusters[is_fake].tolist())), len(set(clusters[~is_fake].tolist()))) >= 2


def average(measured: Sequence[tuple[SetRates, Float[ndarray, "replicates rates"]]], confidence: float) -> Macro:
    """The mean over the slices that have rates; in each replicate, over those of them that drew both classes.

    Without an interval where fewer than half of the slices have one of their own: the replicates would hardly move it.
    """
    values, replicates, num_intervals = [], [], 0
    for one, drawn in measured:
        rates = one.rates
        if rates.auc is not None:
            values.append([getattr(rates, name).value for name in RATES])
            replicates.append(drawn)
            num_intervals += rates.auc.low is not None
    if not values:
        return Macro(0)
    means = np.empty((0, len(RATES)))
    if 2 * num_intervals >= len(values):
        stacked = np.stack(replicates)
        present = ~np.isnan(stacked)
        with np.errstate(invalid="ignore"):
            means = np.where(present, stacked, 0).sum(axis=0) / present.sum(axis=0)
    estimates = estimate(np.mean(values, axis=0), means, confidence)
    return Macro(len(values), EstimatedRates(**dict(zip(RATES, estimates, strict=True))))


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


def replicate_reliability(scored: ScoredSet) -> ReplicateMeasure:
    """What measures Brier score and Cllr, the figures with intervals, in bootstrap replicates."""

    def measure_means(weights: Int[ndarray, "replicates items"]) -> Float[ndarray, "replicates 2"]:
        if missing_labels(scored.is_fake):
            return np.full((len(weights), 2), np.nan)
        return measure_costs(scored.is_fake, scored.probabilities, weights)

    return measure_means


def measure_reliability(
    scored: ScoredSet, replicates: Float[ndarray, "replicates 2"], config: EvaluationConfig
) -> Reliability:
    """The reliability of all scored files, with intervals from the replicates of `replicate_reliability`."""
    if missing := missing_labels(scored.is_fake):
        return Reliability(reason=f"no {missing} file was scored")
    rates = measure_probabilities(scored.is_fake, scored.probabilities)
    drawn = replicates if has_intervals(scored.is_fake, scored.clusters) else replicates[:0]
    brier, cllr = estimate([rates.brier_score, rates.cllr], drawn, config.confidence)
    return Reliability(
        brier,
        Estimate(rates.expected_calibration_error, None, None),
        cllr,
        Estimate(rates.cllr_min, None, None),
        Estimate(rates.calibration_loss, None, None),
    )
