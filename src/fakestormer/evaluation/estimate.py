"""A value and its interval, and the rounds that every interval of one evaluation shares."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from fakestormer.evaluation.config import EvaluationConfig
from fakestormer.evaluation.metrics import draw_weights

RoundMeasure = Callable[[Int[ndarray, "rounds items"]], Float[ndarray, "rounds rates"]]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its bootstrap percentile interval; `low` and `high` are None where no interval can be given."""

    value: float
    low: float | None
    high: float | None


def run_rounds(
    measures: Sequence[RoundMeasure], clusters: Int[ndarray, " items"], config: EvaluationConfig
) -> list[Float[ndarray, "rounds rates"]]:
    """What each measure gives in each bootstrap round.

    One draw of clusters serves all measures, so that rounds can be averaged over slices and compared.
    """
    none = np.zeros((0, len(clusters)), dtype=np.int64)
    blocks = [[measure(none)] for measure in measures]
    for weights in draw_weights(clusters, config.num_rounds, np.random.default_rng(config.seed)):
        for block, measure in zip(blocks, measures, strict=True):
            block.append(measure(weights))
    return [np.concatenate(block) for block in blocks]


def estimate(
    values: Sequence[float] | Float[ndarray, " rates"], rounds: Float[ndarray, "rounds rates"], confidence: float
) -> tuple[Estimate, ...]:
    """One estimate for each value: percentiles over the rounds in which everything was defined."""
    defined = rounds[~np.isnan(rounds).any(axis=1)]
    if not len(defined):
        return tuple(Estimate(float(value), None, None) for value in values)
    tail = (1 - confidence) / 2
    lows, highs = np.quantile(defined, [tail, 1 - tail], axis=0)
    return tuple(
        Estimate(float(value), float(low), float(high)) for value, low, high in zip(values, lows, highs, strict=True)
    )
