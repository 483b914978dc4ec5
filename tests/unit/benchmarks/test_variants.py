from __future__ import annotations

import json

import numpy as np
import pytest
from benchmarks.variants import compare_variants, render_variants, variants_from_json, variants_to_json
from scipy import stats
from sklearn.metrics import roc_auc_score

from fakestormer.evaluation import EvaluationConfig, ScoreRow
from fakestormer.types import DataError

CONFIG = EvaluationConfig(num_replicates=200)
FAMILIES = ("swap", "lips")


def table_of(strength, seed, people=20):
    """Each person once real and, by a method of one of two families, once fake; fakes lie `strength` higher."""
    rng = np.random.default_rng(seed)
    level = np.random.default_rng(99).normal(size=people)
    rows = []
    for person in range(people):
        for label in ("real", "fake"):
            family = FAMILIES[person % 2] if label == "fake" else ""
            logit = float(level[person] + strength * (label == "fake") + rng.normal(scale=0.3))
            carried = (("family", family), ("identity", f"p{person}"))
            rows.append(ScoreRow(f"{person}-{label}.mp4", label, "g", "real", 0.5, logit, 0.5, "", carried))
    return tuple(rows)


def area(table):
    return roc_auc_score([row.is_fake for row in table], [row.logit for row in table])


@pytest.fixture(scope="module")
def tables():
    strengths = {"full": 1.5, "worse": 0.2}
    return {name: {seed: table_of(strength, seed) for seed in (0, 1, 2)} for name, strength in strengths.items()}


def test_a_mean_over_seeds_has_students_interval(tables):
    full = compare_variants(tables, "full", CONFIG)[0]
    areas = [area(table) for table in tables["full"].values()]
    low, high = stats.t.interval(0.95, 2, loc=np.mean(areas), scale=stats.sem(areas))
    found = full.measures["AUC"]
    assert full.name == "full"
    assert (found.value, found.low, found.high) == pytest.approx((np.mean(areas), low, high))
    assert set(full.families) == set(FAMILIES)
    assert full.measures["AUC by family"].value == pytest.approx(np.mean([one.value for one in full.families.values()]))
    assert full.differences == {}


def test_differences_are_paired_by_seed_and_have_an_interval_over_people(tables):
    gap = compare_variants(tables, "full", CONFIG)[1].differences["AUC"]
    gaps = [area(tables["worse"][seed]) - area(tables["full"][seed]) for seed in (0, 1, 2)]
    assert gap.over_seeds.value == pytest.approx(np.mean(gaps))
    assert gap.over_people.value == pytest.approx(np.mean(gaps))
    assert gap.over_people.low < np.mean(gaps) < gap.over_people.high < 0
    assert gap.over_people.low != pytest.approx(gap.over_seeds.low)


def test_only_seeds_that_both_have_finished_are_compared(tables):
    partial = {"full": tables["full"], "worse": {2: tables["worse"][2]}}
    full, worse = compare_variants(partial, "full", CONFIG)
    gap = worse.differences["AUC"].over_seeds
    assert (full.seeds, worse.seeds) == ((0, 1, 2), (2,))
    assert gap.value == pytest.approx(area(tables["worse"][2]) - area(tables["full"][2]))
    assert gap.low is None  # one seed has no spread


def test_a_variant_equal_to_the_baseline_differs_by_nothing(tables):
    twins = compare_variants({"full": tables["full"], "twin": tables["full"]}, "full", CONFIG)
    gap = twins[1].differences["AUC by family"]
    assert (gap.over_seeds.value, gap.over_people.low, gap.over_people.high) == (0, 0, 0)


def test_a_manifest_without_families_has_the_plain_measures_only(tables):
    bare = {
        name: {seed: [ScoreRow(*row_without_columns(row)) for row in table] for seed, table in seeds.items()}
        for name, seeds in tables.items()
    }
    worse = compare_variants(bare, "full", CONFIG)[1]
    assert set(worse.measures) == set(worse.differences) == {"AUC"}


def row_without_columns(row):
    return row.file, row.label, row.group, row.decision, row.score, row.logit, row.probability, row.reason


def test_variants_scored_on_other_files_are_refused(tables):
    with pytest.raises(DataError, match="worse, seed 2 and full, seed 0 were scored on different files"):
        compare_variants({"full": tables["full"], "worse": {2: tables["worse"][2][:-1]}}, "full", CONFIG)


def test_the_table_shows_values_families_and_differences(tables):
    variants = compare_variants(tables, "full", CONFIG)
    text = render_variants(variants)
    assert "Difference to full:" in text
    assert f"{variants[0].measures['AUC'].value:.3f} [" in text
    assert f"{variants[1].differences['AUC'].over_seeds.value:+.3f} [-" in text
    assert all(family in text for family in FAMILIES)
    assert variants_from_json(json.loads(json.dumps(variants_to_json(variants)))) == variants
