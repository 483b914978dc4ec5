from __future__ import annotations

import csv
import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakestormer.evaluation import ScoreRow, apply_calibration, fit_calibration
from fakestormer.evaluation.calibrate import MOST_FALSE_ALARMS, leave_one_source_out, rule_logits
from fakestormer.evaluation.scores import write_scores
from fakestormer.model import FakeSTormer, ModelConfig, load_weights, save_weights
from fakestormer.types import (
    Calibration,
    ClipSpec,
    ConfigError,
    DataError,
    Decision,
    FaceSizeNormalisation,
    ScoringRule,
    WeightsError,
    logistic,
)

RULE = ScoringRule()


def a_row(file, label, logit, group="g", median=0.0, frame_mean=None, **more):
    score = ("inconclusive", 0.5, float(logit), 0.5, "")
    return ScoreRow(
        file, label, group, *score, clip_mean=float(logit), clip_median=median, frame_mean=frame_mean, **more
    )


def write_table(path, reals, fakes):
    rows = [
        a_row(f"{label}{number}.mp4", label, logit)
        for label, logits in (("real", reals), ("fake", fakes))
        for number, logit in enumerate(logits)
    ]
    write_scores(path, [*rows, ScoreRow("x.mp4", "real", "g", "error", None, None, None, "broken")], ())
    return path


def fit(tables, name="x", **rates):
    """The calibration of logits as they are."""
    fitted = fit_calibration(tables, name, RULE, **rates)
    assert fitted.rule == RULE
    return fitted.calibration


def rates(calibration, reals, fakes):
    false_alarms = np.mean([calibration.decide(logit) is Decision.FAKE for logit in reals])
    missed = np.mean([calibration.decide(logit) is Decision.REAL for logit in fakes])
    return false_alarms, missed


@given(
    st.lists(st.floats(-8, 8), min_size=5, max_size=40),
    st.lists(st.floats(-8, 8), min_size=5, max_size=40),
    st.floats(0, 0.5),
    st.floats(0, 0.5),
)
@settings(max_examples=25, deadline=None)
def test_any_calibration_keeps_the_order_is_well_formed_and_holds_both_error_rates(
    tmp_path_factory, reals, fakes, max_false_alarms, max_missed
):
    path = write_table(tmp_path_factory.mktemp("fit") / "scores.csv", reals, fakes)
    try:
        calibration = fit(path, "a test", max_false_alarms=max_false_alarms, max_missed=max_missed)
    except ConfigError:
        assert np.mean(fakes) <= np.mean(reals) + 1e-6
        return
    assert calibration.slope > 0
    assert 0 <= calibration.real_to <= 0.5 <= calibration.fake_from <= 1
    false_alarms, missed = rates(calibration, reals, fakes)
    # Where FAKE starts at the highest ratio that is supported, up to twice the share asked for reaches it.
    assert false_alarms <= MOST_FALSE_ALARMS * max_false_alarms + 1e-9
    assert missed <= max_missed + 1e-9
    said = calibration.measured  # the error rates that go with the weights are those of the very decisions
    assert (false_alarms, missed) == (said.real_called_fake / len(reals), said.fake_called_real / len(fakes))


def test_a_known_curve_is_found_again(tmp_path):
    rng = np.random.default_rng(0)
    reals, fakes = rng.normal(0, 1, 2000), rng.normal(2, 1, 2000)  # log odds of fake at x: 2 x - 2
    calibration = fit(write_table(tmp_path / "scores.csv", reals, fakes), "two normals")
    assert calibration.slope == pytest.approx(2, abs=0.15)
    assert calibration.intercept == pytest.approx(-2, abs=0.15)
    assert calibration.fitted_on == "two normals"


def test_the_shares_of_reals_and_fakes_do_not_move_the_curve(tmp_path):
    rng = np.random.default_rng(0)
    reals, fakes = rng.normal(0, 1, 4000), rng.normal(2, 1, 400)
    calibration = fit(write_table(tmp_path / "scores.csv", reals, fakes), "ten to one")
    assert calibration.probability(1.0) == pytest.approx(0.5, abs=0.05)


def test_overlapping_scores_leave_a_band_and_separate_ones_none(tmp_path):
    rng = np.random.default_rng(0)
    weak = fit(write_table(tmp_path / "weak.csv", rng.normal(0, 1, 200), rng.normal(0.5, 1, 200)), "weak")
    assert weak.real_to < 0.5 < weak.fake_from
    strong = fit(write_table(tmp_path / "strong.csv", rng.normal(-4, 1, 50), rng.normal(4, 1, 50)), "strong")
    assert strong.real_to == strong.fake_from == 0.5


def test_few_separate_files_do_not_claim_certainty(tmp_path):
    calibration = fit(write_table(tmp_path / "few.csv", [-1.0] * 5, [1.0] * 5), "few")
    assert 0.6 < calibration.probability(1.0) < 0.95


def test_several_tables_are_fitted_as_one(tmp_path):
    low = write_table(tmp_path / "low.csv", [-3.0, -2.0, -1.0], [0.0, 1.0, 2.0])
    high = write_table(tmp_path / "high.csv", [-2.0, 0.0, 1.0], [-1.0, 3.0, 4.0])
    both = write_table(tmp_path / "both.csv", [-3.0, -2.0, -1.0, -2.0, 0.0, 1.0], [0.0, 1.0, 2.0, -1.0, 3.0, 4.0])
    joined, whole = fit([low, high], "x"), fit(both, "x")
    assert (joined.slope, joined.intercept) == pytest.approx((whole.slope, whole.intercept))


def test_backward_scores_too_few_files_and_odd_rates_are_refused(tmp_path):
    backward = write_table(tmp_path / "backward.csv", [1.0, 2.0, 3.0, 4.0, 5.0], [-1.0, -2.0, -3.0, -4.0, -5.0])
    with pytest.raises(ConfigError, match="fakes do not score above reals"):
        fit(backward, "x")
    equal = write_table(tmp_path / "equal.csv", [1.0] * 5, [1.0] * 5)
    with pytest.raises(ConfigError, match="fakes do not score above reals"):
        fit(equal, "x")
    with pytest.raises(DataError, match="got 5 genuine and 4 forged"):
        fit(write_table(tmp_path / "few.csv", [0.0] * 5, [1.0] * 4), "x")
    with pytest.raises(ConfigError, match="max_missed"):
        fit(backward, "x", max_missed=10.0)


def test_applying_a_calibration_changes_nothing_else_in_the_weights(tmp_path):
    model, before, after = FakeSTormer(tiny()), tmp_path / "in.safetensors", tmp_path / "out" / "out.safetensors"
    save_weights(before, model, ClipSpec(), {"name": "t", "data": "none"}, None, {"steps": 3}, half_precision=True)
    calibration = Calibration(1.5, -0.25, 0.3, 0.7, "a test")
    apply_calibration(before, after, calibration)
    old, new = load_weights(before), load_weights(after)
    assert (old.calibration, new.calibration) == (None, calibration)
    assert (new.card, new.training_record, new.clip_spec, new.name) == (
        old.card,
        old.training_record,
        old.clip_spec,
        "t",
    )
    assert new.sha256 != old.sha256
    assert abs(after.stat().st_size - before.stat().st_size) < 4000  # half precision stays half
    for name, tensor in old.model.state_dict().items():
        assert (new.model.state_dict()[name] == tensor).all()
    apply_calibration(after, after, Calibration(1.0, 0.0, 0.5, 0.5, "once more"))
    assert load_weights(after).calibration.fitted_on == "once more"


def test_a_calibration_is_not_applied_to_what_is_no_weights_file(tmp_path):
    (tmp_path / "weights.safetensors").write_text("no weights")
    with pytest.raises(WeightsError):
        apply_calibration(tmp_path / "weights.safetensors", tmp_path / "o", Calibration(1.0, 0.0, 0.5, 0.5, "x"))
    assert not (tmp_path / "o").exists()


def tiny():
    return ModelConfig(name="speck", width=16, depth=1, num_heads=1, image_size=32)


def test_a_calibration_knows_its_error_rates_and_the_weights_keep_them(tmp_path):
    rng = np.random.default_rng(0)
    reals, fakes = rng.normal(-1, 1, 40), rng.normal(1, 1, 60)
    calibration = fit(write_table(tmp_path / "scores.csv", reals, fakes), "a hundred files")
    measured = calibration.measured
    probabilities = {name: [calibration.probability(x) for x in of] for name, of in (("r", reals), ("f", fakes))}
    assert (measured.name, measured.num_real, measured.num_fake) == ("a hundred files", 40, 60)
    assert measured.real_called_fake == sum(p >= calibration.fake_from for p in probabilities["r"])
    assert measured.fake_called_real == sum(p <= calibration.real_to for p in probabilities["f"])
    assert measured.real_inconclusive == sum(
        calibration.real_to < p < calibration.fake_from for p in probabilities["r"]
    )
    assert -np.log10(61) <= measured.lowest_log10_lr < 0 < measured.highest_log10_lr <= np.log10(41)
    save_weights(tmp_path / "in.safetensors", FakeSTormer(tiny()), ClipSpec(), {"name": "t"}, None, {})
    apply_calibration(tmp_path / "in.safetensors", tmp_path / "out.safetensors", calibration)
    assert load_weights(tmp_path / "out.safetensors").calibration == calibration


def test_ranges_are_learnt_from_the_columns_that_the_table_has(tmp_path):
    rows = [
        a_row(f"{k}.mp4", "fake" if k % 2 else "real", k, crop_scale=1.0 + k, frame_rate=25.0, blur=0.01 * k)
        for k in range(50)
    ]
    write_scores(tmp_path / "scores.csv", rows, ())
    ranges = {one.quantity: one for one in fit(tmp_path / "scores.csv").measured.ranges}
    assert set(ranges) == {"crop_scale", "frame_rate", "blur"}
    assert (ranges["frame_rate"].low, ranges["frame_rate"].high) == (25.0, 25.0)
    assert 1.0 < ranges["crop_scale"].low < ranges["crop_scale"].high < 50.0


def without_columns(path, *names):
    with path.open(newline="") as stream:
        rows = [{k: v for k, v in row.items() if k not in names} for row in csv.DictReader(stream)]
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_a_table_without_evidence_is_refused_in_one_sentence(tmp_path):
    path = write_table(tmp_path / "scores.csv", [-1.0] * 5, [1.0] * 5)
    beside = ScoringRule(frame_weight=1.0)
    for table, rule in (
        (path, beside),  # of weights without an image network
        (without_columns(path, "clip_mean", "clip_median", "frame_mean"), RULE),
    ):
        with pytest.raises(DataError, match=r"no evidence of 'real0\.mp4'.*make it anew with fakestormer eval") as told:
            fit_calibration(table, "x", rule)
        assert "\n" not in str(told.value)


def test_a_table_from_before_quality_was_measured_is_still_read(tmp_path):
    path = write_table(tmp_path / "scores.csv", [-1.0] * 5, [1.0] * 5)
    assert fit(without_columns(path, "frame_rate", "bits_per_pixel", "blur")).measured.ranges == ()


def of_sources(shifts, seed=0, size=20):
    """Genuine files around -2 and forged ones around 2 of every source, the genuine ones shifted by so much."""
    rng = np.random.default_rng(seed)
    return [
        a_row(f"{source}-{label}{k}.mp4", label, rng.normal(middle + shift * (label == "real"), 1.0), source)
        for source, shift in shifts.items()
        for label, middle in (("real", -2.0), ("fake", 2.0))
        for k in range(size)
    ]


SOURCES = {"a": 0.0, "b": 0.5, "c": -0.5, "odd": 5.0}  # the genuine files of the last score like forged ones


def test_a_source_takes_no_part_in_the_fit_that_judges_it(tmp_path):
    rows = of_sources(SOURCES)
    is_fake = np.array([row.is_fake for row in rows])
    ratios = leave_one_source_out(rows, is_fake, RULE, "x")
    for source in SOURCES:
        write_scores(tmp_path / "others.csv", [row for row in rows if row.group != source], ())
        others = fit(tmp_path / "others.csv")
        here = np.array([row.group == source for row in rows])
        wanted = [others.log_ratio(row.logit) for row in rows if row.group == source]
        assert ratios[here] == pytest.approx(wanted)
    write_scores(tmp_path / "all.csv", rows, ())
    own = [fit(tmp_path / "all.csv").log_ratio(row.logit) for row in rows if row.group == "odd" and not row.is_fake]
    judged = ratios[[row.group == "odd" and not row.is_fake for row in rows]]
    assert judged.mean() > np.mean(own) + 1.0  # who fits them, too, makes them look better than they are


@pytest.mark.parametrize("allowed", [0.05, 0.2])
def test_thresholds_keep_left_out_genuine_files_from_being_called_fake(tmp_path, allowed):
    rows = of_sources({"a": 0.0, "b": 0.5, "c": -0.5, "d": 1.5})
    write_scores(tmp_path / "all.csv", rows, ())
    calibration = fit(tmp_path / "all.csv", max_false_alarms=allowed)
    genuine = np.array([not row.is_fake for row in rows])
    ratios = leave_one_source_out(rows, ~genuine, RULE, "x")[genuine]
    called = np.mean([logistic(float(ratio)) >= calibration.fake_from for ratio in ratios])
    assert called <= allowed
    assert calibration.measured.real_called_fake <= allowed * calibration.measured.num_real
    assert calibration.fake_from == 0.5 or called > allowed - 2 / len(ratios)  # and no higher than that takes


def test_the_share_of_a_faces_level_is_fitted_where_an_image_network_speaks_too(tmp_path):
    rng = np.random.default_rng(0)
    for told_by_level, wanted in ((False, 0.0), (True, 1.0)):
        rows = []
        for k in range(300):
            fake, level = k % 2, rng.normal(0, 5)
            level = 3.0 * fake + rng.normal() if told_by_level else level
            clip_mean = level + (0.0 if told_by_level else fake + rng.normal(0, 0.5))
            label = "fake" if fake else "real"
            rows.append(
                a_row(f"{k}.mp4", label, clip_mean, f"s{k // 2 % 5}", level, frame_mean=0.3 * fake + rng.normal(0, 0.3))
            )
        write_scores(tmp_path / "scores.csv", rows, ())
        rule = ScoringRule(frame_weight=1.0, share_between_faces=0.5)
        fitted = fit_calibration(tmp_path / "scores.csv", "x", rule).rule
        assert fitted.share_between_faces == pytest.approx(wanted, abs=0.1)
        assert dataclasses.replace(fitted, share_between_faces=0.5) == rule  # all else stays


def test_logits_from_a_table_are_those_of_the_rule():
    rule = ScoringRule(0.5, 2.0, 0.25, FaceSizeNormalisation(1.5, 0.5, 2.0))
    row = a_row("a.mp4", "real", 3.0, median=1.0, frame_mean=-0.5, crop_scale=8.0)
    assert rule_logits([row], rule) == pytest.approx([0.5 * (3.0 - 0.75 * 1.0) + 2.0 * -0.5 - 1.5 * np.log(2.0)])


def test_weights_with_a_spoilt_calibration_set_are_refused(tmp_path):
    save_weights(tmp_path / "w.safetensors", FakeSTormer(tiny()), ClipSpec(), {"name": "t"}, None, {})
    calibration = fit(write_table(tmp_path / "s.csv", [-1.0] * 5, [1.0] * 5), "five")
    apply_calibration(tmp_path / "w.safetensors", tmp_path / "w.safetensors", calibration)
    content = (tmp_path / "w.safetensors").read_bytes()
    assert content.count(b'num_real\\": 5') == 1
    (tmp_path / "w.safetensors").write_bytes(content.replace(b'num_real\\": 5', b'num_real\\": 0'))
    with pytest.raises(WeightsError, match="damaged metadata"):
        load_weights(tmp_path / "w.safetensors")
