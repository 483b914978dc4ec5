"""Writes lir.json: what `lir`, the Netherlands Forensic Institute's package, says of sets that are made up here.

lir 1.3.1 brings pandas, Optuna and others, so it is no requirement of the tests. To make the file anew:

    python -m venv /tmp/lir && /tmp/lir/bin/pip install lir==1.3.1 && /tmp/lir/bin/python tests/reference/make_lir.py
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np

STEP = 0.01  # of lir's search for the bounds, on the scale of log10
SETS = ((10, 10, 1.0), (75, 261, 0.7), (200, 40, 2.0), (30, 30, 0.0), (5, 80, 1.5), (50, 50, -0.5))


def make_set(seed: int, num_real: int, num_fake: int, strength: float) -> tuple[np.ndarray, np.ndarray]:
    """Labels (1: fake) and log10 likelihood ratios, rounded to three digits so that some are equal."""
    rng = np.random.default_rng(seed)
    is_fake = np.repeat([0, 1], [num_real, num_fake])
    ratios = rng.normal(np.where(is_fake == 1, strength, -strength) / 2, 0.8)
    return is_fake, np.round(ratios, 3)


def measure(is_fake: np.ndarray, ratios: np.ndarray) -> dict[str, Any]:
    """Cllr, its minimum, the bounds (ELUB), and both curves of the Tippett plot in percent."""
    from lir.algorithms.bayeserror import elub
    from lir.data.models import LLRData
    from lir.metrics import cllr, cllr_min
    from lir.plotting import tippett

    data = LLRData(features=ratios, labels=is_fake)
    mpl.use("agg")
    axes = mpl.figure.Figure().add_subplot()
    tippett(data, ax=axes)
    fakes, reals = (line.get_xydata() for line in axes.lines[:2])
    return {
        "is_fake": is_fake.tolist(),
        "log10_lrs": ratios.tolist(),
        "cllr": float(cllr(data)),
        "cllr_min": float(cllr_min(data)),
        "elub": [float(bound) for bound in elub(ratios.copy(), is_fake, step_size=STEP)],
        "tippett_fakes": fakes.round(12).tolist()[::11],
        "tippett_reals": reals.round(12).tolist()[::11],
    }


if __name__ == "__main__":
    found = [measure(*make_set(seed, *shape)) for seed, shape in enumerate(SETS)]
    place = Path(__file__).with_name("lir.json")
    place.write_text("[\n" + ",\n".join(json.dumps(one) for one in found) + "\n]\n", encoding="utf-8")
