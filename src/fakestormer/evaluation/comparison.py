"""Scored fakes against scored reals: the rates of one set, and the mean of such rates over several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from fakestormer.evaluation.answers import AnswerRates, measure_answers
from fakestormer.evaluation.config import EvaluationConfig
from fakestormer.evaluation.estimate import Estimate, RoundMeasure, estimate
from fakestormer.evaluation.metrics import Rates, measure, measure_rounds
from fakestormer.evaluation.scored import ScoredSet

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
class Comparison:
    """Scored fakes against scored reals. Without both, no rate is defined and `reason` says what is missing.

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


def round_rates(scored: ScoredSet, subset: Bool[ndarray, " items"]) -> RoundMeasure:
    """What measures the subset in bootstrap rounds, in the order of `RATES`; NaN where a class is absent."""

    def measure_subset(weights: Int[ndarray, "rounds items"]) -> Float[ndarray, "rounds rates"]:
        fakes = scored.is_fake[subset]
        if fakes.all() or not fakes.any():
            return np.full((len(weights), len(RATES)), np.nan)
        drawn = weights[:, subset]
        ordered = measure_rounds(fakes, scored.logits[subset], drawn)
        answered = measure_answers(fakes, scored.probabilities[subset], scored.answers[subset], drawn)
        return np.hstack([ordered, answered])

    return measure_subset


def compare(
    scored: ScoredSet,
    subset: Bool[ndarray, " items"],
    rounds: Float[ndarray, "rounds rates"],
    config: EvaluationConfig,
    where: str,
) -> Comparison:
    """The rates of a subset, with intervals from the rounds that `round_rates` gave for it."""
    fakes, clusters = scored.is_fake[subset], scored.clusters[subset]
    num_fake = int(fakes.sum())
    num_real, num_clusters = len(fakes) - num_fake, len(set(clusters.tolist()))
    if missing := missing_labels(fakes):
        return Comparison(num_real, num_fake, num_clusters, reason=f"no {missing} {where} was scored")
    once = np.ones((1, len(fakes)), dtype=np.int64)
    answered = measure_answers(fakes, scored.probabilities[subset], scored.answers[subset], once)[0]
    values = (*measure(fakes, scored.logits[subset]), *answered.tolist())
    estimates = estimate(values, rounds if has_intervals(fakes, clusters) else rounds[:0], config.confidence)
    return Comparison(num_real, num_fake, num_clusters, EstimatedRates(**dict(zip(RATES, estimates, strict=True))))


def missing_labels(is_fake: Bool[ndarray, " items"]) -> str:
    """ "real", "fake" or "real and fake", whichever are absent; empty where both are there."""
    present = {"real": bool((~is_fake).any()), "fake": bool(is_fake.any())}
    return " and ".join(label for label, found in present.items() if not found)


def has_intervals(is_fake: Bool[ndarray, " items"], clusters: Int[ndarray, " items"]) -> bool:
    """Whether at least two clusters hold reals and at least two hold fakes."""
    return min(len(set(clusters[is_fake].tolist())), len(set(clusters[~is_fake].tolist()))) >= 2


def average(measured: Sequence[tuple[Comparison, Float[ndarray, "rounds rates"]]], confidence: float) -> Macro:
    """The mean over the slices that have rates; in each round, over those of them that drew both classes.

    Without an interval where fewer than half of the slices have one of their own: the rounds would hardly move it.
    """
    values, rounds, num_intervals = [], [], 0
    for comparison, drawn in measured:
        rates = comparison.rates
        if rates.auc is not None:
            values.append([getattr(rates, name).value for name in RATES])
            rounds.append(drawn)
            num_intervals += rates.auc.low is not None
    if not values:
        return Macro(0)
    means = np.empty((0, len(RATES)))
    if 2 * num_intervals >= len(values):
        stacked = np.stack(rounds)
        present = ~np.isnan(stacked)
        with np.errstate(invalid="ignore"):
            means = np.where(present, stacked, 0).sum(axis=0) / present.sum(axis=0)
    estimates = estimate(np.mean(values, axis=0), means, confidence)
    return Macro(len(values), EstimatedRates(**dict(zip(RATES, estimates, strict=True))))
