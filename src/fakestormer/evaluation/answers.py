"""How often the answers are right at thresholds that are the same for every file.

The rates of `metrics` know only the order of scores, and would forgive a source whose scores all lie too high. These do
not. Reals and fakes weigh the same, however many there are of each. Files without a score have no answer here; the
coverage counts them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

EVEN = 0.5  # the probability of equal evidence: a calibration is fitted to an even start


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
    weights: Int[ndarray, "rounds items"],
) -> Float[ndarray, "rounds 6"]:
    """`AnswerRates` under each row of weights (how often each item counts); NaN where a class is absent.

    `answers`: 1 for FAKE, -1 for REAL, 0 for INCONCLUSIVE.
    """
    above, said_fake, said_real = probabilities >= EVEN, answers == 1, answers == -1
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
    is_fake: Bool[ndarray, " items"], weights: Int[ndarray, "rounds items"]
) -> tuple[Float[ndarray, "rounds items"], Float[ndarray, "rounds items"]]:
    """Weights that add up to 1 over the fakes, and over the reals, in each round; NaN where either class is absent."""
    fakes, reals = (weights * is_fake).astype(float), (weights * ~is_fake).astype(float)
    num_fake, num_real = fakes.sum(axis=1, keepdims=True), reals.sum(axis=1, keepdims=True)
    absent = (num_fake == 0) | (num_real == 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(absent, np.nan, fakes / num_fake), np.where(absent, np.nan, reals / num_real)
