"""How well scores order fakes above reals (AUC, average precision, EER, TPR at a low FPR), with bootstrap intervals.

Fake is the positive class. Point values come from scikit-learn. Bootstrap rounds are not resampled one by one: a round
is a row of weights (how often each item was drawn), and all rounds run through the sorted scores together. Whether two
detectors differ is told by the test of DeLong, DeLong and Clarke-Pearson, "Comparing the areas under two or more
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

LOW_ALARMS = 0.01  # the false-alarm rate at which `tpr_at_1_percent_fpr` is read
WEIGHTS_PER_BLOCK = 2_000_000  # bootstrap rounds are taken in blocks of this many weights: 16 MB at a time
RoundMeasure = Callable[[Int[ndarray, "rounds items"]], Float[ndarray, "rounds rates"]]
NO_SPREAD = 1e-12  # a standard error below this is rounding


class Rates(NamedTuple):
    """AUC, average precision, equal error rate, and the hits at 1 % false alarms, each in [0, 1]."""

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
        hits_at_low_alarms(is_fake, scores),
    )


def hits_at_low_alarms(is_fake: Bool[ndarray, " items"], scores: Float[ndarray, " items"]) -> float:
    """The largest share of fakes found by a threshold that at most 1 % of the reals reach.

    A threshold that exists, not a point between two: with fewer than 100 reals it is the share without a false alarm.
    """
    false_alarms, hits, _ = roc_curve(is_fake, scores, drop_intermediate=False)
    return float(_hits_below(np.asarray(false_alarms, dtype=float)[None], np.asarray(hits, dtype=float)[None])[0])


def equal_error_rate(is_fake: Bool[ndarray, " items"], scores: Float[ndarray, " items"]) -> float:
    """Where the share of false alarms equals the share of missed fakes, on the ROC curve drawn with straight lines."""
    false_alarms, hits, _ = roc_curve(is_fake, scores)
    return float(_crossing(np.asarray(false_alarms, dtype=float)[None], np.asarray(hits, dtype=float)[None])[0])


def draw_weights(
    clusters: Int[ndarray, " items"], num_rounds: int, rng: np.random.Generator
) -> Iterator[Int[ndarray, "rounds items"]]:
    """Blocks of bootstrap rounds: how often each item is drawn when whole clusters are drawn with replacement.

    Items of one cluster (clips of one person) always come together, so that an interval says what another set of
    *people* could have given, not another set of clips. `clusters` holds numbers 0 .. C-1; the rounds of all blocks
    add up to `num_rounds`, and do not depend on the size of a block. Without items there are no rounds.
    """
    if not len(clusters):
        return
    num_clusters = int(clusters.max()) + 1
    rounds_per_block = max(1, WEIGHTS_PER_BLOCK // len(clusters))
    for start in range(0, num_rounds, rounds_per_block):
        size = min(rounds_per_block, num_rounds - start)
        draws = rng.multinomial(num_clusters, np.full(num_clusters, 1 / num_clusters), size=size)
        yield draws[:, clusters]


def measure_rounds(
    is_fake: Bool[ndarray, " items"], scores: Float[ndarray, " items"], weights: Int[ndarray, "rounds items"]
) -> Float[ndarray, "rounds 4"]:
    """`measure` under each row of weights, in the order of `Rates`; NaN where a class is absent."""
    order = np.argsort(-scores, kind="stable")
    ordered = scores[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    fakes = np.add.reduceat(weights[:, order] * is_fake[order], starts, axis=1).astype(float)
    reals = np.add.reduceat(weights[:, order] * ~is_fake[order], starts, axis=1).astype(float)
    hits, alarms = fakes.cumsum(axis=1), reals.cumsum(axis=1)
    num_fake, num_real = hits[:, -1:], alarms[:, -1:]
    with np.errstate(invalid="ignore", divide="ignore"):
        auc = (reals * (hits - fakes / 2)).sum(axis=1) / (num_fake * num_real)[:, 0]
        precision = hits / np.maximum(hits + alarms, 1)
        average_precision = (fakes * precision).sum(axis=1) / num_fake[:, 0]
        origin = np.zeros((len(weights), 1))
        curve = np.hstack([origin, alarms / num_real]), np.hstack([origin, hits / num_fake])
    defined = (num_fake > 0)[:, 0] & (num_real > 0)[:, 0]
    rates = np.full((len(weights), 4), np.nan)
    rates[defined, 0] = auc[defined]
    rates[defined, 1] = average_precision[defined]
    rates[defined, 2] = _crossing(curve[0][defined], curve[1][defined])
    rates[defined, 3] = _hits_below(curve[0][defined], curve[1][defined])
    return rates


def _crossing(
    false_alarms: Float[ndarray, "rounds points"], hits: Float[ndarray, "rounds points"]
) -> Float[ndarray, " rounds"]:
    """False-alarm rate where each curve from (0, 0) to (1, 1) meets the line hits = 1 - false alarms."""
    excess = false_alarms + hits - 1
    after = np.argmax(excess >= -1e-12, axis=1)[:, None]
    before = after - 1
    low, high = np.take_along_axis(excess, before, 1), np.take_along_axis(excess, after, 1)
    start, end = np.take_along_axis(false_alarms, before, 1), np.take_along_axis(false_alarms, after, 1)
    crossing: Float[ndarray, " rounds"] = (start + (end - start) * -low / (high - low))[:, 0]
    return crossing


def _hits_below(
    false_alarms: Float[ndarray, "rounds points"], hits: Float[ndarray, "rounds points"]
) -> Float[ndarray, " rounds"]:
    """The largest hit rate among the points with few enough false alarms; (0, 0) is always one of them."""
    best: Float[ndarray, " rounds"] = np.where(false_alarms <= LOW_ALARMS + 1e-12, hits, 0).max(axis=1)
    return best


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its bootstrap percentile interval; `low` and `high` are None where no interval can be given."""

    value: float
    low: float | None
    high: float | None


def run_rounds(
    measures: Sequence[RoundMeasure], clusters: Int[ndarray, " items"], config: EvaluationConfig
) -> list[Float[ndarray, "rounds rates"]]:
    """What each measure gives in each bootstrap round.

    One draw of clusters serves all measures, so that rounds can be averaged over slices and compared.
    """
    none = np.zeros((0, len(clusters)), dtype=np.int64)
    blocks = [[measure(none)] for measure in measures]
    for weights in draw_weights(clusters, config.num_rounds, np.random.default_rng(config.seed)):
        for block, measure in zip(blocks, measures, strict=True):
            block.append(measure(weights))
    return [np.concatenate(block) for block in blocks]


def estimate(
    values: Sequence[float] | Float[ndarray, " rates"], rounds: Float[ndarray, "rounds rates"], confidence: float
) -> tuple[Estimate, ...]:
    """One estimate for each value: percentiles over the rounds in which everything was defined."""
    defined = rounds[~np.isnan(rounds).any(axis=1)]
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
