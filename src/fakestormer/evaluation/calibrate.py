"""From the scores of development data to a calibration: Platt's logistic curve and two thresholds."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray
from safetensors import safe_open
from safetensors.torch import save
from sklearn.linear_model import LogisticRegression

from fakestormer.evaluation.calibration_set import measure_set
from fakestormer.evaluation.scores import ScoreRow, read_scores
from fakestormer.model.weights import METADATA_KEY, load_weights
from fakestormer.types import Calibration, ConfigError, DataError, SizeLevel

MIN_FILES = 5  # scored reals, and scored fakes, below which neither curve nor thresholds mean anything


def fit_calibration(
    scores: Path | Sequence[Path],
    fitted_on: str,
    max_false_alarms: float = 0.1,
    max_missed: float = 0.1,
    size_level: SizeLevel | None = None,
) -> Calibration:
    """The calibration of one or several score tables that `evaluate` wrote on development data, never on test data.

    The curve is a logistic regression on the logits in which reals and fakes weigh the same, so a probability of 0.5
    is the point of equal evidence whatever the shares in the data. It is lightly held back (an L2 penalty on the
    standardised logit), so that few or perfectly separated files do not claim certainty.

    Thresholds: FAKE starts at 0.5 or, if higher, where at most `max_false_alarms` of the reals reach it; REAL ends at
    0.5 or, if lower, where at most `max_missed` of the fakes stay at or below it; between them lies INCONCLUSIVE. So
    0 <= real_to <= 0.5 <= fake_from <= 1 always, both error rates hold on the data of the fit, and what overlaps is
    left open instead of guessed. The rates are those of the fitting data; new data will differ. `size_level` is taken
    off the logits first; give it where the weights get it together with this calibration.

    `measured` of the result holds the answers to the very files of the fit, the bounds of the likelihood ratio that
    they support and the ranges they cover.

    Raises:
        DataError: a table is missing or holds fewer than `MIN_FILES` scored reals or fakes.
        ConfigError: a rate is outside [0, 1), or fakes do not score above reals.
    """
    for name, rate in (("max_false_alarms", max_false_alarms), ("max_missed", max_missed)):
        if not 0 <= rate < 1:
            raise ConfigError(f"a calibration needs 0 <= {name} < 1, got {rate}: 0.1 is usual")
    rows, is_fake, logits = _read_logits([scores] if isinstance(scores, Path) else scores, size_level)
    slope, intercept = _fit_curve(is_fake, logits, fitted_on)
    curve = Calibration(slope, intercept, 0.5, 0.5, fitted_on)
    reals = sorted(curve.probability(float(logit)) for logit in logits[~is_fake])
    fakes = sorted(curve.probability(float(logit)) for logit in logits[is_fake])
    fake_from = max(0.5, _step_above(reals, max_false_alarms))
    real_to = min(0.5, 1 - _step_above(sorted(1 - probability for probability in fakes), max_missed))
    calibration = Calibration(slope, intercept, real_to, fake_from, fitted_on)
    return dataclasses.replace(calibration, measured=measure_set(fitted_on, rows, is_fake, logits, calibration))


def apply_calibration(
    weights_in: Path,
    weights_out: Path,
    calibration: Calibration,
    card_text: str | None = None,
    size_level: SizeLevel | None = None,
) -> None:
    """Writes a copy of the weights that carries the calibration; every tensor and all other metadata stay as they are.

    `card_text`, the model card in words, takes the place of the card's status where it is given; `size_level` the
    place of the weights' own.

    Raises:
        WeightsError: `weights_in` is no usable weights file (see `load_weights`). It may be `weights_out` as well.
    """
    load_weights(weights_in)
    with safe_open(weights_in, framework="pt") as opened:
        metadata = dict(opened.metadata())
        tensors = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118  (not a dict)
    note = json.loads(metadata[METADATA_KEY]) | {"calibration": dataclasses.asdict(calibration)}
    if size_level is not None:
        note["size_level"] = dataclasses.asdict(size_level)
    if card_text is not None:
        note["card"] = {"name": note["name"], "text": card_text}
    content = save(tensors, metadata | {METADATA_KEY: json.dumps(note, sort_keys=True)})
    weights_out.parent.mkdir(parents=True, exist_ok=True)
    unfinished = weights_out.with_name(f"{weights_out.name}.part")
    unfinished.write_bytes(content)
    unfinished.replace(weights_out)


def _read_logits(
    tables: Sequence[Path], level: SizeLevel | None
) -> tuple[list[ScoreRow], Bool[ndarray, " items"], Float[ndarray, " items"]]:
    rows = [row for table in tables for row in read_scores(table) if row.logit is not None]
    logits = [(row.logit or 0.0) - (level.at(row.crop_scale) if level and row.crop_scale else 0.0) for row in rows]
    is_fake = np.array([row.is_fake for row in rows], dtype=bool)
    num_fake, num_real = int(is_fake.sum()), int((~is_fake).sum())
    if min(num_fake, num_real) < MIN_FILES:
        raise DataError(
            f"a calibration needs at least {MIN_FILES} scored reals and fakes, got {num_real} reals and {num_fake} "
            "fakes: evaluate more development files"
        )
    return rows, is_fake, np.array(logits, dtype=float)


def _fit_curve(
    is_fake: Bool[ndarray, " items"], logits: Float[ndarray, " items"], fitted_on: str
) -> tuple[float, float]:
    """Slope and intercept on the logit."""
    center, spread = float(logits.mean()), float(logits.std())
    slope = intercept = 0.0
    if spread > 0:
        fitted = LogisticRegression(C=1.0, class_weight="balanced").fit((logits[:, None] - center) / spread, is_fake)
        slope = float(fitted.coef_[0, 0]) / spread
        intercept = float(fitted.intercept_[0]) - slope * center
    if not slope > 0:
        raise ConfigError(
            f"no calibration fits {fitted_on}: fakes do not score above reals there (slope {slope:.3g}): "
            "use weights that tell them apart"
        )
    return slope, intercept


def _step_above(ordered: Sequence[float], rate: float) -> float:
    """A threshold that at most this share of the ordered values reaches: half-way above the last one it excludes."""
    allowed = math.floor(rate * len(ordered) + 1e-9)
    last = ordered[len(ordered) - 1 - allowed]
    following = next((value for value in ordered if value > last), 1.0)
    return min(1.0, max((last + following) / 2, math.nextafter(last, 2.0)))
