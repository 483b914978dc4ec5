"""How strong a likelihood ratio a set of files can support at all."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray


def measure_bounds(is_fake: Bool[ndarray, " items"], log10_lrs: Float[ndarray, " items"]) -> tuple[float, float]:
    """The lowest and highest log10 likelihood ratio that the set supports: at most 0, and at least 0.

    These are the empirical lower and upper bounds (ELUB) of Vergeer, van Es, de Jongh, Alberink and Stoel, "Numerical
    likelihood ratios outputted by LR systems are often based on extrapolation: when to stop extrapolating?" (Science
    and Justice 56, 2016): one more file that misleads as strongly as can be is added to either side, and a ratio is
    supported as long as decisions at that ratio cost less on the set than decisions without looking at the video. So
    few files, or files that mislead, bound the ratios; n genuine files never support more than n + 1.
    """
    fakes, reals = log10_lrs[is_fake], log10_lrs[~is_fake]
    return -_highest(-reals, -fakes), _highest(fakes, reals)


def _highest(own: Float[ndarray, " own"], others: Float[ndarray, " others"]) -> float:
    """The largest log10 ratio t >= 0 with t < log10(hits above t / false alarms above t); 0 where there is none.

    Both rates are steps that change at the ratios of the set only, so each step is looked at once.
    """
    found = np.concatenate([own, others])
    edges = np.unique(np.concatenate([[0.0], found[found > 0]]))
    hits = (own[None] > edges[:, None]).sum(axis=1) / (len(own) + 1)
    alarms = ((others[None] > edges[:, None]).sum(axis=1) + 1) / (len(others) + 1)
    with np.errstate(divide="ignore"):
        reach = np.log10(hits / alarms)
    ends = np.append(edges[1:], np.inf)
    return float(np.max(np.where(reach > edges, np.minimum(ends, reach), 0.0), initial=0.0))
