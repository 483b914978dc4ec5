"""Whether two detectors' AUC on the same files differ by more than chance: the test of DeLong and others.

E. DeLong, D. DeLong and Clarke-Pearson, "Comparing the areas under two or more correlated receiver operating
characteristic curves" (Biometrics 44, 1988), with the mid-ranks of Sun and Xu, "Fast implementation of DeLong's
algorithm" (IEEE Signal Processing Letters 21, 2014): sorting instead of comparing every fake with every real.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from jaxtyping import Bool, Float
from numpy import ndarray
from scipy.stats import norm, rankdata

NO_SPREAD = 1e-12  # a standard error below this is rounding


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
