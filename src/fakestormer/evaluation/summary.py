"""From the score table to metrics: overall, for each group, family and method, with coverage beside every number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fakestormer.evaluation.breakdown import (
    Breakdown,
    Coverage,
    PairwiseAccuracy,
    measure_breakdown,
    measure_pairwise_accuracy,
    pair_measures,
    plan_pairs,
    plan_slices,
)
from fakestormer.evaluation.config import EvaluationConfig
from fakestormer.evaluation.metrics import run_bootstrap
from fakestormer.evaluation.rates import (
    Reliability,
    SetRates,
    measure_rates,
    measure_reliability,
    replicate_rates,
    replicate_reliability,
)
from fakestormer.evaluation.scores import OUTCOMES, ScoredSet, ScoreRow


@dataclass(frozen=True, slots=True)
class Summary:
    """Overall coverage, decisions (label -> outcome -> files) and rates, and a breakdown for each column.

    `overall` pools every scored file under the same thresholds. `pairwise_accuracy` is None where the table has no
    column `pair_of`.
    """

    coverage: Coverage
    decisions: dict[str, dict[str, int]]
    overall: SetRates
    reliability: Reliability
    pairwise_accuracy: PairwiseAccuracy | None
    breakdowns: tuple[Breakdown, ...]


def summarise(rows: Sequence[ScoreRow], config: EvaluationConfig | None = None) -> Summary:
    """The metrics of a score table; needs at least one row.

    Raises:
        DataError: a row has a logit but no probability.
    """
    config = config or EvaluationConfig()
    scored = ScoredSet.of(rows, config)
    present = {name for row in rows for name, _ in row.carried}
    columns = ("group", *(column for column in config.breakdown_columns if column in present))
    plans = {column: plan_slices(column, rows, scored, config) for column in columns}
    everything = np.ones(len(scored.rows), dtype=bool)
    subsets = [
        everything,
        *(subset for slices in plans.values() for item in slices for subset in (item.same_source, item.all)),
    ]
    pairs = plan_pairs(rows, scored)
    measures = [
        replicate_reliability(scored),
        *(replicate_rates(scored, subset) for subset in subsets),
        *pair_measures(pairs),
    ]
    reliable, drawn, *others = run_bootstrap(measures, scored.clusters, config)
    num_sliced = len(subsets) - 1
    following = iter(others[:num_sliced])
    return Summary(
        Coverage.of(rows),
        _count_decisions(rows),
        measure_rates(scored, everything, drawn, config, "file"),
        measure_reliability(scored, reliable, config),
        measure_pairwise_accuracy(pairs, scored, others[num_sliced:], config),
        tuple(measure_breakdown(column, plans[column], scored, following, config) for column in columns),
    )


def _count_decisions(rows: Sequence[ScoreRow]) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {
        label: {outcome: sum(row.label == label and row.decision == outcome for row in rows) for outcome in OUTCOMES}
        for label in ("real", "fake")
    }
    return counts
