"""How often the answers are right, and how far the probabilities can be taken at their word.

The rates of `metrics` know only the order of scores, and would forgive a source whose scores all lie too high. These do
not: the thresholds are the same for every file. A probability here assumes equal priors, so reals and fakes weigh
the same in every figure, however many there are of each. The likelihood ratio of a file is p / (1 - p). Files without a
score have no answer here; the coverage counts them.

Cllr is the log-likelihood-ratio cost in bits of Brümmer and du Preez, "Application-independent evaluation of speaker
detection" (Computer Speech and Language 20, 2006): 0 for perfect ratios, 1 for ratios that say nothing, more than 1
for those that mislead. Its minimum is what the same order of files could have cost under the best monotone
calibration, found on the very data by pool-adjacent-violators; the difference is the loss by calibration.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray
from scipy.optimize import isotonic_regression

EQUAL_PRIORS = 0.5  # the threshold at equal priors, for which a calibration is fitted
NUM_BINS = 10
LEAST = 2.0**-53  # a probability that rounding made 0 or 1 counts as this far from it: 53 bits if it is wrong


class AnswerRates(NamedTuple):
    """Shares in [0, 1].

    `balanced_accuracy`: at the single threshold of probability 0.5, where every file counts as fake or real.
    `balanced_accuracy_at_thresholds`: fakes answered FAKE and reals answered REAL; INCONCLUSIVE counts as wrong.
    `true_positive_rate`, `false_positive_rate`: fakes, and reals, answered FAKE (probability at or above `fake_from`);
    `false_negative_rate`: fakes answered REAL. INCONCLUSIVE is neither of the two answers.
    `inconclusive_rate`: files between the thresholds.
    """

    balanced_accuracy: float
    balanced_accuracy_at_thresholds: float
    true_positive_rate: float
    false_positive_rate: float
    false_negative_rate: float
    inconclusive_rate: float


def measure_answers(
    is_fake: Bool[ndarray, " items"],
    probabilities: Float[ndarray, " items"],
    answers: Int[ndarray, " items"],
    weights: Int[ndarray, "replicates items"],
) -> Float[ndarray, "replicates 6"]:
    """`AnswerRates` under each row of weights (how often each item counts); NaN where a class is absent.

    `answers`: 1 for FAKE, -1 for REAL, 0 for INCONCLUSIVE.
    """
    above, said_fake, said_real = probabilities >= EQUAL_PRIORS, answers == 1, answers == -1
    outcomes = np.stack([above, said_fake, said_real, answers == 0], axis=1).astype(float)
    fakes, reals = class_weights(is_fake, weights)
    of_fakes, of_reals = (fakes @ outcomes).T, (reals @ outcomes).T
    return np.stack(
        [
            (of_fakes[0] + 1 - of_reals[0]) / 2,
            (of_fakes[1] + of_reals[2]) / 2,
            of_fakes[1],
            of_reals[1],
            of_fakes[2],
            (of_fakes[3] + of_reals[3]) / 2,
        ],
        axis=1,
    )


def class_weights(
    is_fake: Bool[ndarray, " items"], weights: Int[ndarray, "replicates items"]
) -> tuple[Float[ndarray, "replicates items"], Float[ndarray, "replicates items"]]:
    """Weights that add up to 1 over fakes, and over reals, in each replicate; NaN where either class is absent."""
    fakes, reals = (weights * is_fake).astype(float), (weights * ~is_fake).astype(float)
    num_fake, num_real = fakes.sum(axis=1, keepdims=True), reals.sum(axis=1, keepdims=True)
    absent = (num_fake == 0) | (num_real == 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(absent, np.nan, fakes / num_fake), np.where(absent, np.nan, reals / num_real)


class ProbabilityRates(NamedTuple):
    """Brier score and expected calibration error in [0, 1]; Cllr, its minimum and the calibration loss in bits."""

    brier_score: float
    expected_calibration_error: float
    cllr: float
    cllr_min: float
    calibration_loss: float


def measure_probabilities(
    is_fake: Bool[ndarray, " items"], probabilities: Float[ndarray, " items"]
) -> ProbabilityRates:
    """The five figures of a set that holds at least one real and one fake; NaN without either.

    The expected calibration error uses ten bins of equal width over [0, 1]: the distance between the mean probability
    and the share of fakes in a bin, averaged over the bins with the weight of their files.
    """
    once = np.ones((1, len(is_fake)), dtype=np.int64)
    fakes, reals = class_weights(is_fake, once)
    balanced = ((fakes + reals) / 2)[0]
    bins = np.minimum((probabilities * NUM_BINS).astype(int), NUM_BINS - 1)
    gaps = np.bincount(bins, balanced * (probabilities - is_fake), minlength=NUM_BINS)
    brier, cllr = measure_costs(is_fake, probabilities, once)[0].tolist()
    cllr_min = least_cllr(is_fake, probabilities)
    return ProbabilityRates(brier, float(np.abs(gaps).sum()), cllr, cllr_min, max(0.0, cllr - cllr_min))


def measure_costs(
    is_fake: Bool[ndarray, " items"],
    probabilities: Float[ndarray, " items"],
    weights: Int[ndarray, "replicates items"],
) -> Float[ndarray, "replicates 2"]:
    """Brier score and Cllr under each row of weights (how often each item counts); NaN where a class is absent."""
    fakes, reals = class_weights(is_fake, weights)
    safe = np.clip(probabilities, LEAST, 1 - LEAST)
    costs = np.stack([(probabilities - is_fake) ** 2, -np.log2(np.where(is_fake, safe, 1 - safe))], axis=1)
    means: Float[ndarray, "replicates 2"] = (fakes + reals) / 2 @ costs
    return means


def least_cllr(is_fake: Bool[ndarray, " items"], scores: Float[ndarray, " items"]) -> float:
    """Cllr after the best monotone map of the scores, in bits; files of equal score share one ratio.

    A set in perfect order costs nothing. Isotonic regression of labels that weigh the same by class gives the ratios
    of pool-adjacent-violators at even odds, and those do not depend on the odds (Brümmer and du Preez).
    """
    _, groups = np.unique(scores, return_inverse=True)
    fakes = np.bincount(groups, is_fake / is_fake.sum() / 2)
    reals = np.bincount(groups, ~is_fake / (~is_fake).sum() / 2)
    best = isotonic_regression(fakes / (fakes + reals), weights=fakes + reals).x
    return float(-_times_log2(fakes, best).sum() - _times_log2(reals, 1 - best).sum())


def _times_log2(mass: Float[ndarray, " scores"], share: Float[ndarray, " scores"]) -> Float[ndarray, " scores"]:
    """mass * log2(share), and 0 where there is no mass."""
    product: Float[ndarray, " scores"] = mass * np.log2(np.where(mass > 0, share, 1))
    return product
