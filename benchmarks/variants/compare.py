"""Trained variants over several seeds: what each reaches, and how far it lies from the one it is compared with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray
from scipy import stats

from fakestormer.evaluation.breakdown import plan_slices
from fakestormer.evaluation.config import EvaluationConfig
from fakestormer.evaluation.metrics import Estimate, ReplicateMeasure, estimate, measure_replicates, run_bootstrap
from fakestormer.evaluation.rates import missing_labels
from fakestormer.evaluation.scores import ScoredSet, ScoreRow
from fakestormer.evaluation.summary import summarise
from fakestormer.types import DataError

Table = Sequence[ScoreRow]
FAMILY = "family"
# AUC: against all reals. Same-source AUC: against reals of the fakes' own groups. Means are over families.
MEASURES = ("AUC", "AUC by family", "same-source AUC by family", "pairwise accuracy")


@dataclass(frozen=True, slots=True)
class Difference:
    """A variant less the baseline, paired by seed: the mean over the seeds, with two intervals.

    `over_seeds`: Student's interval. `over_people`: the seeds as they are, people drawn anew, on the files that all
    tables scored; None for the measures that are not drawn anew here (same source, pairs).
    """

    over_seeds: Estimate
    over_people: Estimate | None


@dataclass(frozen=True, slots=True)
class Variant:
    """One variant: its seeds, each measure's mean with Student's interval, and the differences to the baseline.

    `families`: the mean AUC of each family against all reals. The baseline itself has no differences.
    """

    name: str
    seeds: tuple[int, ...]
    measures: Mapping[str, Estimate]
    families: Mapping[str, Estimate]
    differences: Mapping[str, Difference]


def compare_variants(
    tables: Mapping[str, Mapping[int, Table]], baseline: str, config: EvaluationConfig | None = None
) -> tuple[Variant, ...]:
    """Every variant of `tables` (variant -> seed -> score table of the same files), the baseline first.

    Differences are paired: they take the seeds that the variant and the baseline share.

    Raises:
        DataError: two tables do not list the same files.
    """
    config = config or EvaluationConfig()
    _refuse_other_files(tables)
    quick = replace(config, num_replicates=0)
    values = {
        name: {seed: _measure_table(table, quick) for seed, table in by_seed.items()}
        for name, by_seed in tables.items()
        if by_seed
    }
    names = sorted(values, key=lambda name: (name != baseline, name))
    return tuple(_variant(name, baseline, values, tables, config) for name in names)


def _variant(
    name: str,
    baseline: str,
    values: Mapping[str, Mapping[int, Mapping[str, float]]],
    tables: Mapping[str, Mapping[int, Table]],
    config: EvaluationConfig,
) -> Variant:
    of_seeds = list(values[name].values())
    families = sorted({measure for one in of_seeds for measure in one if measure not in MEASURES})
    means = {
        measure: mean_over_seeds([one[measure] for one in of_seeds], config.confidence)
        for measure in (*MEASURES, *families)
        if all(measure in one for one in of_seeds)
    }
    shared = sorted(set(values[name]) & set(values.get(baseline, {}))) if name != baseline else []
    differences: dict[str, Difference] = {}
    if shared:
        pairs = [(tables[name][seed], tables[baseline][seed]) for seed in shared]
        over_people = _difference_over_people(pairs, config)
        for measure in MEASURES:
            gaps = [values[name][s][measure] - values[baseline][s][measure] for s in shared if measure in means]
            if gaps:
                gap = mean_over_seeds(gaps, config.confidence)
                differences[measure] = Difference(gap, over_people.get(measure))
    chosen = {measure: means[measure] for measure in MEASURES if measure in means}
    named = {measure: means[measure] for measure in families if measure in means}
    return Variant(name, tuple(sorted(values[name])), chosen, named, differences)


def mean_over_seeds(values: Sequence[float], confidence: float) -> Estimate:
    """The mean with Student's interval; without one for a single seed."""
    mean = float(np.mean(values))
    if len(values) < 2:
        return Estimate(mean, None, None)
    half = float(stats.t.ppf((1 + confidence) / 2, len(values) - 1) * stats.sem(values))
    return Estimate(mean, mean - half, mean + half)


def _measure_table(table: Table, config: EvaluationConfig) -> dict[str, float]:
    """MEASURES by name, and the AUC of each family, where they are defined."""
    summary = summarise(table, config)
    found = {"AUC": summary.overall.rates.auc}
    for breakdown in summary.breakdowns:
        if breakdown.column == FAMILY:
            found["AUC by family"] = breakdown.all.rates.auc
            found["same-source AUC by family"] = breakdown.same_source.rates.auc
            found |= {item.name: item.all.rates.auc for item in breakdown.slices}
    if summary.pairwise_accuracy:
        found["pairwise accuracy"] = summary.pairwise_accuracy.accuracy
    return {name: one.value for name, one in found.items() if one is not None}


def _difference_over_people(pairs: Sequence[tuple[Table, Table]], config: EvaluationConfig) -> dict[str, Estimate]:
    """Mean difference over the seeds, on the files that all tables scored, with people drawn anew."""
    scored = {row.file for row in pairs[0][0]}
    for table in (one for pair in pairs for one in pair):
        scored &= {row.file for row in table if row.is_scored}
    sets = [[ScoredSet.of([row for row in one if row.file in scored], config) for one in pair] for pair in pairs]
    first = sets[0][0]
    if missing_labels(first.is_fake):
        return {}
    families = [plan.all for plan in plan_slices(FAMILY, first.rows, first, config)]
    subsets = [np.ones(len(first.rows), dtype=bool), *families]
    (replicates,) = run_bootstrap([_replicate_gaps(sets, subsets)], first.clusters, config)
    once = _replicate_gaps(sets, subsets)(np.ones((1, len(first.rows)), dtype=np.int64))[0]
    names = ("AUC", "AUC by family") if families else ("AUC",)
    return dict(zip(names, estimate(once[: len(names)], replicates[:, : len(names)], config.confidence), strict=True))


def _replicate_gaps(
    sets: Sequence[Sequence[ScoredSet]], subsets: Sequence[Bool[ndarray, " items"]]
) -> ReplicateMeasure:
    """What gives the mean difference of the AUC, and of its mean over families, in bootstrap replicates."""

    def measure_gaps(weights: Int[ndarray, "replicates items"]) -> Float[ndarray, "replicates 2"]:
        gaps = np.zeros((len(weights), len(subsets)))
        for ours, theirs in sets:
            for place, subset in enumerate(subsets):
                areas = (
                    measure_replicates(one.is_fake[subset], one.logits[subset], weights[:, subset])[:, 0]
                    for one in (ours, theirs)
                )
                gaps[:, place] += np.subtract(*areas) / len(sets)
        present = ~np.isnan(gaps[:, 1:])  # a replicate without fakes of a family is a mean over the others
        with np.errstate(invalid="ignore"):
            of_families = np.where(present, gaps[:, 1:], 0).sum(axis=1) / present.sum(axis=1)
        return np.stack([gaps[:, 0], of_families if len(subsets) > 1 else gaps[:, 0]], axis=1)

    return measure_gaps


def _refuse_other_files(tables: Mapping[str, Mapping[int, Table]]) -> None:
    everything = [(f"{name}, seed {seed}", table) for name, seeds in tables.items() for seed, table in seeds.items()]
    for title, table in everything[1:]:
        if {(row.file, row.label) for row in table} != {(row.file, row.label) for row in everything[0][1]}:
            raise DataError(
                f"{title} and {everything[0][0]} were scored on different files: score all variants on one manifest"
            )
