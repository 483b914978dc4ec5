"""From the scored files of a calibration to what they say of the answers: error rates, bounds of the ratio, ranges."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray

from fakestormer.evaluation.manifest import QUALITY_COLUMNS
from fakestormer.evaluation.scores import ScoreRow
from fakestormer.types import LN10, Calibration, CalibrationSet, Decision, KnownRange

COVERED = (0.01, 0.99)
FEWEST_VALUES = 20  # below, a range of 98 % is the range of a handful


def measure_set(
    name: str,
    rows: Sequence[ScoreRow],
    is_fake: Bool[ndarray, " items"],
    log_ratios: Float[ndarray, " items"],
    thresholds: tuple[float, float],
) -> CalibrationSet:
    """What the answers to a set of files are worth: error rates, bounds of the likelihood ratio, ranges covered.

    Args:
        name: of the set.
        rows: its scored files.
        is_fake: which of them are forged.
        log_ratios: the natural logarithm of each file's likelihood ratio, best from a fit that did not see its source.
        thresholds: up to which probability the answer is REAL, and from which on FAKE; counted with the bounds in
            force, as `detect` answers.
    """
    lowest, highest = measure_bounds(is_fake, log_ratios / LN10)
    bounds = CalibrationSet(name, 0, 0, 0, 0, 0, 0, lowest, highest)
    ratios = Calibration(1.0, 0.0, *thresholds, name, bounds)
    decisions = [ratios.decide(float(ratio)) for ratio in log_ratios]
    called_fake = np.array([one is Decision.FAKE for one in decisions])
    called_real = np.array([one is Decision.REAL for one in decisions])
    return CalibrationSet(
        name=name,
        num_real=int((~is_fake).sum()),
        real_called_fake=int((called_fake & ~is_fake).sum()),
        real_called_real=int((called_real & ~is_fake).sum()),
        num_fake=int(is_fake.sum()),
        fake_called_fake=int((called_fake & is_fake).sum()),
        fake_called_real=int((called_real & is_fake).sum()),
        lowest_log10_lr=lowest,
        highest_log10_lr=highest,
        ranges=_ranges(rows),
    )


def _ranges(rows: Sequence[ScoreRow]) -> tuple[KnownRange, ...]:
    """The ranges of all quantities that the score tables hold; tables of earlier versions hold the crop scale only."""
    ranges = []
    for quantity in ("crop_scale", *QUALITY_COLUMNS):
        values = [value for row in rows if (value := getattr(row, quantity)) is not None]
        if len(values) >= FEWEST_VALUES:
            low, high = np.quantile(values, COVERED)
            ranges.append(KnownRange(quantity, float(low), float(high)))
    return tuple(ranges)


def measure_bounds(is_fake: Bool[ndarray, " items"], log10_lrs: Float[ndarray, " items"]) -> tuple[float, float]:
    """The lowest and highest log10 likelihood ratio that the set supports: at most 0, and at least 0.

    These are the empirical lower and upper bounds (ELUB) of Vergeer, van Es, de Jongh, Alberink and Stoel, "Numerical
    likelihood ratios outputted by LR systems are often based on extrapolation: when to stop extrapolating?" (Science
    and Justice 56, 2016): one more file that misleads as strongly as can be is added to either side, and a ratio is
    supported as long as decisions at that ratio cost less on the set than decisions without looking at the video. So
    few files, or files that mislead, bound the ratios; n genuine files never support more than n + 1. Where ratios
    further out serve again behind some that do not, the bound stays at the inner end, as in the package `lir`.
    """
    fakes, reals = log10_lrs[is_fake], log10_lrs[~is_fake]
    return 0.0 - _highest(-reals, -fakes), _highest(fakes, reals)


def _highest(hypothesis: Float[ndarray, " ours"], alternative: Float[ndarray, " others"]) -> float:
    """The log10 ratio t >= 0 up to which t < log10(share of ours above t / share of others above t) holds throughout.

    Both shares are steps that change at the ratios of the set only, so each step is looked at once.
    """
    found = np.concatenate([hypothesis, alternative])
    edges = np.unique(np.concatenate([[0.0], found[found > 0]]))
    right = (hypothesis[None] > edges[:, None]).sum(axis=1) / (len(hypothesis) + 1)
    misleading = ((alternative[None] > edges[:, None]).sum(axis=1) + 1) / (len(alternative) + 1)
    with np.errstate(divide="ignore"):
        reach = np.log10(right / misleading)
    ends = np.append(edges[1:], np.inf)
    first = int(np.argmax(reach < ends))  # the step within which support ends
    return float(max(edges[first], reach[first]))
