"""How well scores order fakes above reals (AUC, average precision, EER, TPR at a low FPR), with bootstrap intervals.

Fake is the positive class. Point values come from scikit-learn. Bootstrap replicates are not resampled one by one: one
is a row of weights (how often each item was drawn), and all replicates run through the sorted scores together. Whether
two detectors differ is told by the test of DeLong, DeLong and Clarke-Pearson, "Comparing the areas under two or more
correlated receiver operating characteristic curves" (Biometrics 44, 1988), with the mid-ranks of Sun and Xu, "Fast
implementation of DeLong's algorithm" (IEEE Signal Processing Letters 21, 2014): sorting instead of comparing every
fake with every real.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray
from scipy.stats import norm, rankdata
from sklearn.metrics import average_precision_score, roc_auc_score, roc_curve

from fakestormer.evaluation.config import EvaluationConfig

LOW_FPR = 0.01  # the FPR at which `tpr_at_1_percent_fpr` is read
WEIGHTS_PER_BLOCK = 2_000_000  # bootstrap replicates are taken in blocks of this many weights: 16 MB at a time
ReplicateMeasure = Callable[[Int[ndarray, "replicates items"]], Float[ndarray, "replicates rates"]]
NO_SPREAD = 1e-12  # a standard error below this is rounding


class Rates(NamedTuple):
    """AUC, average precision, equal error rate, and the TPR at 1 % FPR, each in [0, 1]."""

    auc: float
    average_precision: float
    equal_error_rate: float
    tpr_at_1_percent_fpr: float


def measure(is_fake: Bool[ndarray, " items"], scores: Float[ndarray, " items"]) -> Rates:
    """The four rates of a set that holds at least one real and one fake; ValueError without either.

    Average precision depends on the share of fakes in the set; the others do not.
    """
    if is_fake.all() or not is_fake.any():
        raise ValueError(
            f"rates need reals and fakes, got {int((~is_fake).sum())} reals and {int(is_fake.sum())} fakes"
        )
    return Rates(
        float(roc_auc_score(is_fake, scores)),
        float(average_precision_score(is_fake, scores)),
        equal_error_rate(is_fake, scores),
        tpr_at_low_fpr(is_fake, scores),
    )


def tpr_at_low_fpr(is_fake: Bool[ndarray, " items"], scores: Float[ndarray, " items"]) -> float:
    """The largest share of fakes found by a threshold that at most 1 % of the reals reach.

    A threshold that exists, not a point between two: with fewer than 100 reals it is the TPR at an FPR of 0.
    """
    fpr, tpr, _ = roc_curve(is_fake, scores, drop_intermediate=False)
    return float(_tpr_below(np.asarray(fpr, dtype=float)[None], np.asarray(tpr, dtype=float)[None])[0])


def equal_error_rate(is_fake: Bool[ndarray, " items"], scores: Float[ndarray, " items"]) -> float:
    """Where FPR equals FNR, on the ROC curve drawn with straight lines."""
    fpr, tpr, _ = roc_curve(is_fake, scores)
    return float(_crossing(np.asarray(fpr, dtype=float)[None], np.asarray(tpr, dtype=float)[None])[0])


def draw_weights(
    clusters: Int[ndarray, " items"], num_replicates: int, rng: np.random.Generator
) -> Iterator[Int[ndarray, "replicates items"]]:
    """Blocks of bootstrap replicates: how often each item is drawn when whole clusters are drawn with replacement.

    Items of one cluster (clips of one person) always come together, so that an interval says what another set of
    *people* could have given, not another set of clips. `clusters` holds numbers 0 .. C-1; the replicates of all blocks
    add up to `num_replicates`, and do not depend on the size of a block. Without items there are no replicates.
    """
    if not len(clusters):
        return
    num_clusters = int(clusters.max()) + 1
    replicates_per_block = max(1, WEIGHTS_PER_BLOCK // len(clusters))
    for start in range(0, num_replicates, replicates_per_block):
        size = min(replicates_per_block, num_replicates - start)
        draws = rng.multinomial(num_clusters, np.full(num_clusters, 1 / num_clusters), size=size)
        yield draws[:, clusters]


def measure_replicates(
    is_fake: Bool[ndarray, " items"], scores: Float[ndarray, " items"], weights: Int[ndarray, "replicates items"]
) -> Float[ndarray, "replicates 4"]:
    """`measure` under each row of weights, in the order of `Rates`; NaN where a class is absent."""
    order = np.argsort(-scores, kind="stable")
    ordered = scores[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    fakes = np.add.reduceat(weights[:, order] * is_fake[order], starts, axis=1).astype(float)
    reals = np.add.reduceat(weights[:, order] * ~is_fake[order], starts, axis=1).astype(float)
    true_positives, false_positives = fakes.cumsum(axis=1), reals.cumsum(axis=1)
    num_fake, num_real = true_positives[:, -1:], false_positives[:, -1:]
    with np.errstate(invalid="ignore", divide="ignore"):
        auc = (reals * (true_positives - fakes / 2)).sum(axis=1) / (num_fake * num_real)[:, 0]
        precision = true_positives / np.maximum(true_positives + false_positives, 1)
        average_precision = (fakes * precision).sum(axis=1) / num_fake[:, 0]
        origin = np.zeros((len(weights), 1))
        fpr = np.hstack([origin, false_positives / num_real])
        tpr = np.hstack([origin, true_positives / num_fake])
    defined = (num_fake > 0)[:, 0] & (num_real > 0)[:, 0]
    rates = np.full((len(weights), 4), np.nan)
    rates[defined, 0] = auc[defined]
    rates[defined, 1] = average_precision[defined]
    rates[defined, 2] = _crossing(fpr[defined], tpr[defined])
    rates[defined, 3] = _tpr_below(fpr[defined], tpr[defined])
    return rates


def _crossing(
    fpr: Float[ndarray, "replicates points"], tpr: Float[ndarray, "replicates points"]
) -> Float[ndarray, " replicates"]:
    """FPR where each curve from (0, 0) to (1, 1) meets the line TPR = 1 - FPR."""
    excess = fpr + tpr - 1
    after = np.argmax(excess >= -1e-12, axis=1)[:, None]
    before = after - 1
    low, high = np.take_along_axis(excess, before, 1), np.take_along_axis(excess, after, 1)
    start, end = np.take_along_axis(fpr, before, 1), np.take_along_axis(fpr, after, 1)
    crossing: Float[ndarray, " replicates"] = (start + (end - start) * -low / (high - low))[:, 0]
    return crossing


def _tpr_below(
    fpr: Float[ndarray, "replicates points"], tpr: Float[ndarray, "replicates points"]
) -> Float[ndarray, " replicates"]:
    """The largest TPR among the points with a low enough FPR; (0, 0) is always one of them."""
    best: Float[ndarray, " replicates"] = np.where(fpr <= LOW_FPR + 1e-12, tpr, 0).max(axis=1)
    return best


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its bootstrap percentile interval; `low` and `high` are None where no interval can be given."""

    value: float
    low: float | None
    high: float | None


def run_bootstrap(
    measures: Sequence[ReplicateMeasure], clusters: Int[ndarray, " items"], config: EvaluationConfig
) -> list[Float[ndarray, "replicates rates"]]:
    """What each measure gives in each bootstrap replicate.

    One draw of clusters serves all measures, so that replicates can be averaged over slices and compared.
    """
    none = np.zeros((0, len(clusters)), dtype=np.int64)
    blocks = [[measure(none)] for measure in measures]
    for weights in draw_weights(clusters, config.num_replicates, np.random.default_rng(config.seed)):
        for block, measure in zip(blocks, measures, strict=True):
            block.append(measure(weights))
    return [np.concatenate(block) for block in blocks]


def estimate(
    values: Sequence[float] | Float[ndarray, " rates"],
    replicates: Float[ndarray, "replicates rates"],
    confidence: float,
) -> tuple[Estimate, ...]:
    """One estimate for each value: percentiles over the replicates in which everything was defined."""
    defined = replicates[~np.isnan(replicates).any(axis=1)]
    if not len(defined):
        return tuple(Estimate(float(value), None, None) for value in values)
    tail = (1 - confidence) / 2
    lows, highs = np.quantile(defined, [tail, 1 - tail], axis=0)
    return tuple(
        Estimate(float(value), float(low), float(high)) for value, low, high in zip(values, lows, highs, strict=True)
    )


@dataclass(frozen=True, slots=True)
class DeLong:
    """Difference of two AUCs (first less second), its standard error, and the two-sided test that it is 0.

    Every file counts as independent of the others; where several show one person, `p_value` is too small.
    """

    difference: float
    standard_error: float
    z: float
    p_value: float


def compare_areas(
    is_fake: Bool[ndarray, " items"], first: Float[ndarray, " items"], second: Float[ndarray, " items"]
) -> DeLong | None:
    """The test; None with fewer than two fakes or reals, or where nothing varies, as for two equal orders."""
    if min(is_fake.sum(), (~is_fake).sum()) < 2:
        return None
    shifts = [a - b for a, b in zip(placements(is_fake, first), placements(is_fake, second), strict=True)]
    difference = float(shifts[0].mean())
    standard_error = math.sqrt(sum(float(shift.var(ddof=1)) / len(shift) for shift in shifts))
    if standard_error < NO_SPREAD:
        return None
    z = difference / standard_error
    return DeLong(difference, standard_error, z, float(2 * norm.sf(abs(z))))


def placements(
    is_fake: Bool[ndarray, " items"], scores: Float[ndarray, " items"]
) -> tuple[Float[ndarray, " fakes"], Float[ndarray, " reals"]]:
    """The share of reals below each fake, and of fakes above each real, equal scores counting half.

    Either mean is the AUC. A file's mid-rank among all less that among its own kind counts the others below it.
    """
    ranks = rankdata(scores)
    fakes = (ranks[is_fake] - rankdata(scores[is_fake])) / (~is_fake).sum()
    reals = 1 - (ranks[~is_fake] - rankdata(scores[~is_fake])) / is_fake.sum()
    return fakes, reals
