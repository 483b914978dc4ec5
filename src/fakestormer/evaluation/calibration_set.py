"""From the scored files of a calibration to what they say about the answers: error rates, bounds, ranges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray

from fakestormer.evaluation.likelihood_bounds import measure_bounds
from fakestormer.evaluation.manifest import QUALITY_COLUMNS
from fakestormer.evaluation.scores import ScoreRow
from fakestormer.types import LN10, Calibration, CalibrationSet, Decision, KnownRange

COVERED = (0.01, 0.99)
FEWEST_VALUES = 20  # below, a range of 98 % is the range of a handful


def measure_set(
    name: str,
    rows: Sequence[ScoreRow],
    is_fake: Bool[ndarray, " items"],
    logits: Float[ndarray, " items"],
    calibration: Calibration,
) -> CalibrationSet:
    """The answers that the calibration gives to scored rows of these logits, and what they support.

    The answers are counted with the bounds in force, as `detect` gives them.
    """
    lowest, highest = measure_bounds(is_fake, np.array([calibration.log_ratio(logit) for logit in logits]) / LN10)
    bounded = replace(calibration, measured=CalibrationSet(name, 0, 0, 0, 0, 0, 0, lowest, highest))
    decisions = [bounded.decide(float(logit)) for logit in logits]
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
