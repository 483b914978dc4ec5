from __future__ import annotations

import itertools

import numpy as np
import pytest

from fakestormer.evaluation import EvaluationConfig, ScoreRow, summarise
from fakestormer.types import ConfigError, DataError

names = itertools.count()
ONE_REAL = EvaluationConfig(min_same_source_reals=1)


def row(label, group, logit, decision=None, **carried):
    if logit is None:
        fields = (decision or "error", None, None, None, "why")
    else:
        score = 1 / (1 + np.exp(-logit))
        fields = (decision or ("fake" if logit > 0 else "real"), score, float(logit), score, "")
    return ScoreRow(f"{next(names)}.mp4", label, group, *fields, tuple(carried.items()))


def rows_of(label, group, logits, **carried):
    return [row(label, group, logit, **carried) for logit in logits]


def by_name(summary, column="group"):
    breakdown = next(item for item in summary.breakdowns if item.column == column)
    return {item.name: item for item in breakdown.slices}


def test_a_group_is_measured_against_its_own_reals_and_against_all_reals():
    rows = [
        *rows_of("real", "studio", [-2, -1]),
        *rows_of("fake", "studio", [0, 1]),
        *rows_of("real", "street", [3, 4]),
        *rows_of("fake", "phone", [2, 5]),
    ]
    slices = by_name(summarise(rows, ONE_REAL))
    studio, phone, street = slices["studio"], slices["phone"], slices["street"]
    assert (studio.reference, studio.same_source.rates.auc.value, studio.all.rates.auc.value) == (
        "same_source",
        1.0,
        0.5,
    )
    assert (studio.same_source.num_real, studio.same_source.num_fake, studio.all.num_real) == (2, 2, 4)
    assert (phone.reference, phone.same_source.rates.auc, phone.all.rates.auc.value) == ("all", None, 6 / 8)
    assert phone.selected is phone.all
    assert "no real and fake" in phone.same_source.reason
    assert street.selected.rates.auc is None
    assert "no fake" in street.selected.reason


def test_a_group_without_a_defined_auc_counts_neither_as_a_half_nor_in_the_mean():
    rows = [*rows_of("real", "a", [0, 1]), *rows_of("fake", "a", [2, 3]), *rows_of("real", "only_reals", [9])]
    (groups,) = summarise(rows, ONE_REAL).breakdowns
    assert (groups.same_source.num_slices, groups.same_source.rates.auc.value) == (1, 1.0)
    assert groups.selected.rates.auc.value == 1.0
    assert groups.all.rates.auc.value == pytest.approx(2 / 3)


def test_a_mean_of_groups_that_mostly_have_no_interval_has_none_either():
    lonely = [
        *rows_of("real", "b", [0]),
        *rows_of("fake", "b", [1]),
        *rows_of("real", "c", [0]),
        *rows_of("fake", "c", [1]),
    ]
    wide = [*rows_of("real", "a", [0, 1]), *rows_of("fake", "a", [0, 3])]
    groups, mixed = (summarise(rows, ONE_REAL).breakdowns[0] for rows in (lonely, [*lonely[:2], *wide]))
    assert (groups.same_source.rates.auc.value, groups.same_source.rates.auc.low) == (1.0, None)
    assert mixed.same_source.rates.auc.low is not None


def test_a_group_with_fewer_than_four_reals_does_not_stand_for_a_source():
    few = [*rows_of("real", "few", [0, 1, 2]), *rows_of("fake", "few", [3], family="swap")]
    enough = [*rows_of("real", "enough", [0, 1, 2, 3]), *rows_of("fake", "enough", [1.5], family="swap")]
    summary = summarise([*few, *enough])
    groups, swap = by_name(summary), by_name(summary, "family")["swap"]
    assert (groups["few"].reference, groups["enough"].reference) == ("all", "same_source")
    assert groups["few"].same_source.reason == (
        "no real and fake file from a source with at least 4 scored reals was scored"
    )
    assert (swap.same_source.num_real, swap.same_source.num_fake, swap.same_source.rates.auc.value) == (4, 1, 0.5)
    assert (swap.all.num_real, swap.all.num_fake) == (7, 2)


def test_families_take_the_reals_of_the_groups_their_fakes_come_from_and_coverage_counts_their_fakes():
    rows = [
        *rows_of("real", "a", [-1, 1], family=""),
        *rows_of("fake", "a", [2], family="swap"),
        *rows_of("fake", "no_reals", [-3], family="swap"),
        *rows_of("fake", "a", [None], family="swap"),
        *rows_of("real", "b", [-9], family=""),
        *rows_of("fake", "b", [0], family="lips"),
    ]
    families = by_name(summarise(rows, ONE_REAL), "family")
    assert sorted(families) == ["lips", "swap"]
    swap = families["swap"]
    assert (swap.same_source.num_real, swap.same_source.num_fake, swap.same_source.rates.auc.value) == (2, 1, 1.0)
    assert (swap.all.num_real, swap.all.num_fake) == (3, 2)
    assert (swap.coverage.num_files, swap.coverage.num_scored, swap.coverage.num_error) == (3, 2, 1)


def test_columns_the_manifest_does_not_have_are_not_broken_down():
    summary = summarise([*rows_of("real", "a", [0], method=""), *rows_of("fake", "a", [1], method="m")])
    assert [item.column for item in summary.breakdowns] == ["group", "method"]


def test_files_without_a_score_are_counted_and_never_measured():
    rows = [
        *rows_of("real", "a", [-1, 1]),
        *rows_of("fake", "a", [2]),
        row("fake", "a", None, "not_applicable"),
        row("real", "a", None, "error"),
    ]
    summary = summarise(rows)
    coverage = summary.coverage
    assert (coverage.num_files, coverage.num_scored, coverage.num_not_applicable, coverage.num_error) == (5, 3, 1, 1)
    assert (summary.overall.num_real, summary.overall.num_fake) == (2, 1)
    assert summary.decisions["real"] == {"real": 1, "fake": 1, "inconclusive": 0, "not_applicable": 0, "error": 1}


def test_nothing_scored_is_a_summary_with_reasons():
    summary = summarise([row("fake", "a", None), row("real", "a", None)])
    assert summary.overall.rates.auc is None
    assert summary.overall.reason == "no real and fake file was scored"
    assert summary.breakdowns[0].selected.rates.auc is None


def test_the_same_seed_gives_the_same_intervals_and_another_seed_others():
    rng = np.random.default_rng(1)
    rows = [*rows_of("real", "a", rng.normal(0, 1, 30)), *rows_of("fake", "a", rng.normal(1, 1, 30))]
    first, again = summarise(rows), summarise(rows)
    assert first == again
    assert summarise(rows, EvaluationConfig(seed=5)).overall.rates.auc != first.overall.rates.auc


@pytest.mark.slow
def test_a_95_percent_interval_covers_the_true_auc_about_95_times_in_100():
    truth, config = 0.760, EvaluationConfig(num_replicates=200)  # two normals, one deviation apart: Phi(1 / sqrt 2)
    rng, covered = np.random.default_rng(7), 0
    for _ in range(40):
        rows = [*rows_of("real", "a", rng.normal(0, 1, 40)), *rows_of("fake", "a", rng.normal(1, 1, 40))]
        auc = summarise(rows, config).overall.rates.auc
        covered += auc.low <= truth <= auc.high
    assert 33 <= covered <= 40


def test_clips_of_one_person_do_not_narrow_the_interval():
    rng = np.random.default_rng(2)
    people = [("real", rng.normal(0, 1)) for _ in range(8)] + [("fake", rng.normal(1, 1)) for _ in range(8)]
    rows = [
        row(label, "a", level + 0.01 * clip, identity=f"person {number}")
        for number, (label, level) in enumerate(people)
        for clip in range(10)
    ]
    by_person = summarise(rows).overall
    by_file = summarise(rows, EvaluationConfig(cluster_column="no such column")).overall
    assert by_person.rates.auc.value == by_file.rates.auc.value
    assert (by_person.num_clusters, by_file.num_clusters) == (16, 160)
    assert by_person.rates.auc.high - by_person.rates.auc.low > 2 * (by_file.rates.auc.high - by_file.rates.auc.low)


def test_one_person_gives_a_value_without_an_interval():
    rows = [*rows_of("real", "a", [0, 1], identity="Ann"), *rows_of("fake", "a", [2, 3], identity="")]
    auc = summarise(rows).overall.rates.auc
    assert (auc.value, auc.low, auc.high) == (1.0, None, None)


def test_no_replicates_means_no_intervals():
    rows = [*rows_of("real", "a", [0, 1]), *rows_of("fake", "a", [2, 3])]
    summary = summarise(rows, EvaluationConfig(num_replicates=0, min_same_source_reals=1))
    assert (summary.overall.rates.auc.low, summary.breakdowns[0].same_source.rates.auc.low) == (None, None)


def test_settings_out_of_range_are_refused():
    with pytest.raises(ConfigError, match="num_replicates"):
        EvaluationConfig(num_replicates=-1)
    with pytest.raises(ConfigError, match="confidence"):
        EvaluationConfig(confidence=95.0)


def test_the_overall_rates_hold_every_group_to_the_same_thresholds():
    rows = [
        row("real", "a", -3, "real"),
        row("real", "a", 0.5, "inconclusive"),
        row("fake", "a", 2, "fake"),
        row("real", "b", 2, "fake"),
        row("fake", "b", -1, "real"),
        row("fake", "b", 3, "fake"),
        row("fake", "b", None, "error"),
    ]
    summary = summarise(rows, ONE_REAL)
    pooled, a = summary.overall.rates, by_name(summary)["a"].same_source.rates
    assert pooled.balanced_accuracy.value == pytest.approx((2 / 3 + 1 / 3) / 2)
    assert pooled.balanced_accuracy_at_thresholds.value == pytest.approx((2 / 3 + 1 / 3) / 2)
    assert (pooled.true_positive_rate.value, pooled.false_positive_rate.value) == pytest.approx((2 / 3, 1 / 3))
    assert pooled.false_negative_rate.value == pytest.approx(1 / 3)
    assert pooled.inconclusive_rate.value == pytest.approx((0 + 1 / 3) / 2)
    assert (a.auc.value, a.balanced_accuracy.value, a.balanced_accuracy_at_thresholds.value) == (1.0, 0.75, 0.75)


def test_means_over_files_have_intervals_and_figures_fitted_to_them_have_none():
    rng = np.random.default_rng(3)
    rows = [*rows_of("real", "a", rng.normal(0, 1, 30)), *rows_of("fake", "a", rng.normal(1, 1, 30))]
    reliability = summarise(rows).reliability
    for estimate in (reliability.brier_score, reliability.cllr):
        assert estimate.low < estimate.value < estimate.high
    for estimate in (reliability.expected_calibration_error, reliability.cllr_min, reliability.calibration_loss):
        assert (estimate.low, estimate.high) == (None, None)
    assert summarise(rows[:30]).reliability.reason == "no fake file was scored"


def test_fakes_are_compared_with_the_very_files_they_were_made_from():
    reals = rows_of("real", "a", [0, 5], pair_of="")
    first, second = (one.file for one in reals)
    fakes = [
        row("fake", "a", 1, pair_of=first),
        row("fake", "a", 0, pair_of=first),  # equal: half
        row("fake", "a", 4, pair_of=second),
        row("fake", "a", None, pair_of=second),
        row("fake", "a", 9, pair_of="not listed.mp4"),
        row("fake", "a", 9, pair_of=""),
    ]
    pairs = summarise([*reals, *fakes]).pairwise_accuracy
    assert (pairs.num_named, pairs.num_compared, pairs.accuracy.value) == (5, 3, 0.5)
    assert (pairs.accuracy.low, pairs.accuracy.high) == (0.0, 0.75)  # either original alone
    assert summarise([*reals, *fakes[3:]]).pairwise_accuracy.accuracy is None
    assert summarise(rows_of("real", "a", [0])).pairwise_accuracy is None
    lonely = summarise([reals[0], *fakes[:2]]).pairwise_accuracy.accuracy
    assert (lonely.value, lonely.low) == (0.75, None)


def test_a_score_without_its_probability_is_refused():
    with pytest.raises(DataError, match="has a logit but no probability"):
        summarise([ScoreRow("a.mp4", "real", "g", "real", 0.5, 0.0, None, "")])
