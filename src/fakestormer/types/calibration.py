"""What a logit means: likelihood ratio within its bounds, probability at a prior, decision."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass

from fakestormer.types.likelihood import CalibrationSet

EQUAL_PRIORS = 0.5
LN10 = math.log(10)


class Decision(enum.Enum):
    """The four answers. Abstaining is an answer of its own, never a score of 0.5."""

    REAL = "real"
    FAKE = "fake"
    INCONCLUSIVE = "inconclusive"
    NOT_APPLICABLE = "not_applicable"


def logistic(logit: float) -> float:
    """1 / (1 + exp(-logit)), in (0, 1); logits beyond 60 count as 60."""
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, logit))))


def at_prior(probability: float, prior: float) -> float:
    """A probability at equal priors as it is at another prior: its odds times prior / (1 - prior)."""
    if prior == EQUAL_PRIORS:
        return probability
    forged, genuine = probability * prior, (1 - probability) * (1 - prior)
    return forged / (forged + genuine)


@dataclass(frozen=True, slots=True)
class Calibration:
    """How a face's logit becomes a likelihood ratio, a probability and a decision; fitted on development data only.

    slope * logit + intercept is the natural logarithm of the likelihood ratio, forged over genuine: the curve was
    fitted with both kinds weighing the same. What is reported is held within the bounds of `measured`. `fake_from` and
    `real_to` are probabilities at equal priors (see `decide`). `fitted_on` names the data and the command. `measured`
    is what those data support; None where the weights do not carry it, and then nothing is held within bounds.
    """

    slope: float
    intercept: float
    real_to: float
    fake_from: float
    fitted_on: str
    measured: CalibrationSet | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.real_to <= self.fake_from <= 1:
            raise ValueError(
                f"a calibration needs 0 <= real_to <= fake_from <= 1, got {self.real_to} and {self.fake_from}"
            )
        if self.slope <= 0:
            raise ValueError(f"a calibration must keep the order of scores: slope > 0, got {self.slope}")

    def log_ratio(self, logit: float) -> float:
        """The natural logarithm of the likelihood ratio that the curve gives, without bounds."""
        return self.slope * logit + self.intercept

    def probability(self, logit: float, prior: float = EQUAL_PRIORS) -> float:
        """The probability that a face is forged, in [0, 1]: prior odds times the likelihood ratio within its bounds."""
        ratio = self.log_ratio(logit)
        if self.measured is not None:
            low, high = self.measured.lowest_log10_lr, self.measured.highest_log10_lr
            ratio = max(low * LN10, min(high * LN10, ratio))
        return logistic(ratio + math.log(prior / (1 - prior)))

    def log10_lr(self, logit: float) -> float | None:
        """The log10 likelihood ratio, forged over genuine, held within the bounds of the calibration set.

        None where the weights do not say which bounds their calibration set supports.
        """
        if self.measured is None:
            return None
        ratio = self.log_ratio(logit) / LN10
        return max(self.measured.lowest_log10_lr, min(self.measured.highest_log10_lr, ratio))

    def decide(self, logit: float) -> Decision:
        """FAKE where the probability at equal priors reaches `fake_from`, REAL up to `real_to`, else INCONCLUSIVE.

        So the decision follows the likelihood ratio and does not move with the prior. A ratio of exactly 1, which
        supports neither side, decides nothing, whatever the thresholds.
        """
        probability = self.probability(logit)
        if probability >= self.fake_from and probability > EQUAL_PRIORS:
            return Decision.FAKE
        return Decision.REAL if probability <= self.real_to and probability < EQUAL_PRIORS else Decision.INCONCLUSIVE

    def logit_at(self, probability: float) -> float:
        """The logit that has this probability at equal priors, without bounds; for 0 and 1 a very low or high one."""
        inside = min(max(probability, 1e-12), 1 - 1e-12)
        return (math.log(inside) - math.log1p(-inside) - self.intercept) / self.slope


@dataclass(frozen=True, slots=True)
class ProbabilityScale:
    """A calibration read at one prior: what every probability and threshold shown to a reader is made with."""

    calibration: Calibration
    prior: float = EQUAL_PRIORS

    def probability(self, logit: float) -> float:
        """The probability of forgery at this prior."""
        return self.calibration.probability(logit, self.prior)

    @property
    def supported(self) -> tuple[float, float]:
        """The lowest and the highest probability that the calibration set supports; (0, 1) where it has no bounds."""
        measured = self.calibration.measured
        if measured is None:
            return 0.0, 1.0
        lowest, highest = (1 / (1 + 10**-ratio) for ratio in (measured.lowest_log10_lr, measured.highest_log10_lr))
        return at_prior(lowest, self.prior), at_prior(highest, self.prior)

    @property
    def fake_from(self) -> float:
        """From which probability at this prior on the decision is FAKE."""
        return at_prior(self.calibration.fake_from, self.prior)

    @property
    def real_to(self) -> float:
        """Up to which probability at this prior the decision is REAL."""
        return at_prior(self.calibration.real_to, self.prior)
