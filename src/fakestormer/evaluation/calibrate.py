"""From the scores of development data to a scoring rule and its calibration: Platt's logistic curve, thresholds."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray
from sklearn.linear_model import LogisticRegression

from fakestormer.evaluation.calibration_set import measure_set
from fakestormer.evaluation.scores import ScoreRow, read_scores
from fakestormer.model.weights import change_note, load_weights
from fakestormer.types import LN10, Calibration, ConfigError, DataError, FaceSizeNormalisation, ScoringRule, logistic

MOTION_WEIGHTS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0)
SHARES = tuple(float(share) for share in np.linspace(0, 1, 21))
FEWEST_SIZES = 20  # genuine files of known face size, below which a slope means nothing
MOST_FALSE_ALARMS = 2.0  # times the share asked for, where FAKE starts at the highest ratio that is supported
MIN_FILES = 5  # scored reals, and scored fakes, below which neither curve nor thresholds mean anything


@dataclass(frozen=True, slots=True)
class FittedRule:
    """A scoring rule, and the calibration of its logits; they belong together."""

    rule: ScoringRule
    calibration: Calibration


def fit_calibration(
    scores: Path | Sequence[Path],
    fitted_on: str,
    rule: ScoringRule,
    max_false_alarms: float = 0.05,
    max_missed: float = 0.1,
) -> FittedRule:
    """The scoring rule and calibration of score tables that `evaluate` wrote on development data, never on test data.

    Of the rule, the share of the clip network's level between faces, the weight of the motion of landmarks and the
    face-size normalisation are fitted where there is an image network beside it; all else stays. The curve is a
    logistic regression on the logits in which genuine and forged files weigh the same, so its odds are the likelihood
    ratio. It is lightly held back (an L2 penalty on the standardised logit), so that few or perfectly separated files
    do not claim certainty.

    Thresholds, error rates and bounds rest on *leave-one-source-out* ratios: each file's likelihood ratio comes from a
    rule and a curve that did not see the files of its source (the column `group`). FAKE starts at 0.5 or, if higher,
    where at most `max_false_alarms` of the genuine files reach it; REAL ends at 0.5 or, if lower, where at most
    `max_missed` of the forged files stay at or below it; between them lies INCONCLUSIVE. Where the bounds of the ratio
    do not reach so far, FAKE starts at the highest ratio that is supported, if no more than twice `max_false_alarms` of
    the genuine files reach that.

    Args:
        scores: score tables.
        fitted_on: the name of the data, for the report.
        rule: the rule of the weights that made the scores.
        max_false_alarms: share of genuine files that may be called FAKE.
        max_missed: share of forged files that may be called REAL.

    Raises:
        DataError: a table is missing, holds fewer than `MIN_FILES` scored genuine or forged files, or no evidence.
        ConfigError: a rate is outside [0, 1), or forged files do not score above genuine ones.
    """
    for name, rate in (("max_false_alarms", max_false_alarms), ("max_missed", max_missed)):
        if not 0 <= rate < 1:
            raise ConfigError(f"a calibration needs 0 <= {name} < 1, got {rate}: 0.1 is usual")
    rows = _read_rows([scores] if isinstance(scores, Path) else scores)
    is_fake = np.array([row.is_fake for row in rows], dtype=bool)
    fitted = _fit_rule(rows, is_fake, rule)
    logits = rule_logits(rows, fitted)
    slope, intercept = _fit_curve(is_fake, logits, fitted_on)
    ratios = leave_one_source_out(rows, is_fake, rule, fitted_on)
    probabilities = [logistic(float(ratio)) for ratio in ratios]
    reals = sorted(p for p, fake in zip(probabilities, is_fake, strict=True) if not fake)
    fakes = sorted(p for p, fake in zip(probabilities, is_fake, strict=True) if fake)
    fake_from = max(0.5, _step_above(reals, max_false_alarms))
    real_to = min(0.5, 1 - _step_above(sorted(1 - probability for probability in fakes), max_missed))
    measured = measure_set(fitted_on, rows, is_fake, ratios, (real_to, fake_from))
    highest = logistic(measured.highest_log10_lr * LN10)
    if fake_from > highest > 0.5 and np.mean(np.array(reals) >= highest) <= MOST_FALSE_ALARMS * max_false_alarms:
        fake_from = highest
        measured = measure_set(fitted_on, rows, is_fake, ratios, (real_to, fake_from))
    return FittedRule(fitted, Calibration(slope, intercept, real_to, fake_from, fitted_on, measured))


def rule_logits(rows: Sequence[ScoreRow], rule: ScoringRule) -> Float[ndarray, " items"]:
    """The logits of files by a rule, from what their score table keeps of the evidence; without a segment search.

    Raises:
        DataError: a row lacks the evidence that the rule reads.
    """
    logits = []
    for row in rows:
        if row.clip_mean is None or row.clip_median is None or (rule.frame_weight and row.frame_mean is None):
            raise DataError(
                f"the score table has no evidence of {row.file!r} (columns clip_mean, clip_median, frame_mean): make "
                "it anew with fakestormer evaluate and the same weights"
            )
        logit = rule.clip_weight * (row.clip_mean - (1 - rule.share_between_faces) * row.clip_median)
        logit += rule.frame_weight * (row.frame_mean or 0.0) + rule.motion_weight * (row.motion_mean or 0.0)
        if rule.face_size is not None and row.crop_scale:
            logit -= rule.face_size.at(row.crop_scale)
        logits.append(logit)
    return np.array(logits, dtype=float)


def leave_one_source_out(
    rows: Sequence[ScoreRow], is_fake: Bool[ndarray, " items"], rule: ScoringRule, fitted_on: str
) -> Float[ndarray, " items"]:
    """Natural log likelihood ratios of all files, each from a rule and a curve fitted to the other sources only."""
    sources = np.array([row.group for row in rows])
    ratios = np.empty(len(rows))
    for source in np.unique(sources):
        there = sources == source
        others = [row for row, out in zip(rows, there, strict=True) if not out]
        if len({bool(fake) for fake in is_fake[~there]}) < 2:  # without this source nothing can be fitted
            others, there = list(rows), np.zeros(len(rows), bool)
        fitted = _fit_rule(others, is_fake[~there], rule)
        slope, intercept = _fit_curve(is_fake[~there], rule_logits(others, fitted), fitted_on)
        asked = sources == source
        here = [row for row, wanted in zip(rows, asked, strict=True) if wanted]
        ratios[asked] = slope * rule_logits(here, fitted) + intercept
    return ratios


def _fit_rule(rows: Sequence[ScoreRow], is_fake: Bool[ndarray, " items"], rule: ScoringRule) -> ScoringRule:
    """The rule with the face-size normalisation, motion weight and share of the clip level that separate best.

    What is best has the lowest cross-entropy of a fitted curve. Without an image network the rule stays as it is.
    """
    if not rule.frame_weight:
        return rule
    losses = dict[ScoringRule, float]()
    weights = MOTION_WEIGHTS if any(row.motion_mean is not None for row in rows) else (0.0,)
    for share, weight in itertools.product(SHARES, weights):
        plain = replace(rule, share_between_faces=share, motion_weight=weight, face_size=None)
        for one in (plain, replace(plain, face_size=_fit_face_size(rows, is_fake, plain))):
            losses.setdefault(one, _loss(is_fake, rule_logits(rows, one)))
    return min(losses, key=lambda one: losses[one])


def _fit_face_size(
    rows: Sequence[ScoreRow], is_fake: Bool[ndarray, " items"], rule: ScoringRule
) -> FaceSizeNormalisation | None:
    """How the logits of genuine files change with the size of the face; None where too few sizes are known."""
    genuine = [row for row, fake in zip(rows, is_fake, strict=True) if not fake and row.crop_scale]
    sizes = np.log([row.crop_scale or 1.0 for row in genuine])
    if len(genuine) < FEWEST_SIZES or np.ptp(sizes) == 0:
        return None
    slope = float(np.polyfit(sizes, rule_logits(genuine, rule), 1)[0])
    return FaceSizeNormalisation(slope, float(np.exp(sizes.min())), float(np.exp(sizes.max())))


def _loss(is_fake: Bool[ndarray, " items"], logits: Float[ndarray, " items"]) -> float:
    """Class-balanced cross-entropy of the logistic curve fitted to logits; infinite where it falls."""
    try:
        slope, intercept = _fit_curve(is_fake, logits, "")
    except ConfigError:
        return math.inf
    signed = np.where(is_fake, -1.0, 1.0) * (slope * logits + intercept)
    losses = np.logaddexp(0.0, signed)
    return float(losses[is_fake].mean() + losses[~is_fake].mean())


def apply_calibration(
    weights_in: Path,
    weights_out: Path,
    calibration: Calibration,
    card_text: str | None = None,
    rule: ScoringRule | None = None,
) -> None:
    """Writes a copy of the weights that carries the calibration; every tensor and all other metadata stay as they are.

    `card_text`, the model card in words, takes the place of the card's status where it is given; `rule` the place of
    the weights' own.

    Raises:
        WeightsError: `weights_in` is no usable weights file (see `load_weights`). It may be `weights_out` as well.
    """
    loaded = load_weights(weights_in)
    note = {"calibration": dataclasses.asdict(calibration)}
    if rule is not None:
        note["rule"] = dataclasses.asdict(rule)
    if card_text is not None:
        note["card"] = {"name": loaded.name, "text": card_text}
    change_note(weights_in, weights_out, note)


def _read_rows(tables: Sequence[Path]) -> list[ScoreRow]:
    rows = [row for table in tables for row in read_scores(table) if row.logit is not None]
    num_fake = sum(row.is_fake for row in rows)
    num_real = len(rows) - num_fake
    if min(num_fake, num_real) < MIN_FILES:
        raise DataError(
            f"a calibration needs at least {MIN_FILES} scored genuine and forged files, got {num_real} genuine and "
            f"{num_fake} forged ones: evaluate more development files"
        )
    return rows


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
