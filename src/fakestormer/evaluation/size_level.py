"""From the scores of genuine development videos to the level that faces of each size have without any forgery."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.stats import theilslopes

from fakestormer.evaluation.scores import read_scores
from fakestormer.types import SizeLevel

MIN_GENUINE = 20  # scored genuine files below which a slope is mostly chance
COVERED = (0.05, 0.95)  # the quantiles of size between which the fit may be trusted


def fit_size_level(scores: Path | Sequence[Path], fitted_on: str) -> SizeLevel | None:
    """How the logits of genuine files change with the size of the face; None where fewer than 20 were scored.

    The slope over ln(crop_scale) is Theil's (the median over all pairs), so that a few genuine files that score like
    forgeries do not turn it. Forgeries take no part. The scores must come from weights without a level of their own.
    """
    tables = [scores] if isinstance(scores, Path) else scores
    known = [
        (row.crop_scale, row.logit)
        for table in tables
        for row in read_scores(table)
        if not row.is_fake and row.logit is not None and row.crop_scale is not None
    ]
    if len(known) < MIN_GENUINE:
        return None
    scales, logits = np.array(known).T
    smallest, largest = np.quantile(scales, COVERED)
    sizes = np.log(np.clip(scales, smallest, largest))
    slope = float(theilslopes(logits, sizes)[0]) if sizes.min() < sizes.max() else 0.0
    return SizeLevel(slope, float(smallest), float(largest), fitted_on)
