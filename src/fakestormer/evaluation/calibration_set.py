"""From the scored files of a calibration to what they say about the answers: error rates, bounds, ranges."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray

from fakestormer.evaluation.likelihood_bounds import measure_bounds
from fakestormer.evaluation.manifest import QUALITY_COLUMNS
from fakestormer.evaluation.scores import ScoreRow
from fakestormer.types import Calibration, CalibrationSet, KnownRange

COVERED = (0.01, 0.99)
FEWEST_VALUES = 20  # below, a range of 98 % is the range of a handful


def measure_set(
    name: str,
    rows: Sequence[ScoreRow],
    is_fake: Bool[ndarray, " items"],
    logits: Float[ndarray, " items"],
    calibration: Calibration,
) -> CalibrationSet:
    """The answers that the calibration gives to scored rows of these logits, and what they support."""
    probabilities = np.array([calibration.probability(float(logit)) for logit in logits])
    called_fake = probabilities >= calibration.fake_from
    called_real = ~called_fake & (probabilities <= calibration.real_to)
    ratios = (calibration.slope * logits + calibration.intercept) / math.log(10)
    lowest, highest = measure_bounds(is_fake, ratios)
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
