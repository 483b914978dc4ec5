from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakestormer.evaluation import ScoreRow, apply_calibration, fit_calibration
from fakestormer.evaluation.scores import write_scores
from fakestormer.model import FakeSTormer, ModelConfig, load_weights, save_weights
from fakestormer.types import Calibration, ClipSpec, ConfigError, DataError, Decision, WeightsError


def write_table(path, reals, fakes):
    rows = [
        ScoreRow(f"{label}{number}.mp4", label, "g", "inconclusive", 0.5, float(logit), 0.5, "")
        for label, logits in (("real", reals), ("fake", fakes))
        for number, logit in enumerate(logits)
    ]
    write_scores(path, [*rows, ScoreRow("x.mp4", "real", "g", "error", None, None, None, "broken")], ())
    return path


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
        calibration = fit_calibration(path, "a test", max_false_alarms, max_missed)
    except ConfigError:
        assert np.mean(fakes) <= np.mean(reals) + 1e-6
        return
    assert calibration.slope > 0
    assert 0 <= calibration.real_to <= 0.5 <= calibration.fake_from <= 1
    false_alarms, missed = rates(calibration, reals, fakes)
    assert false_alarms <= max_false_alarms + 1e-9
    assert missed <= max_missed + 1e-9
    said = calibration.measured  # the error rates that go with the weights are those of the very decisions
    assert (false_alarms, missed) == (said.real_called_fake / len(reals), said.fake_called_real / len(fakes))


def test_a_known_curve_is_found_again(tmp_path):
    rng = np.random.default_rng(0)
    reals, fakes = rng.normal(0, 1, 2000), rng.normal(2, 1, 2000)  # log odds of fake at x: 2 x - 2
    calibration = fit_calibration(write_table(tmp_path / "scores.csv", reals, fakes), "two normals")
    assert calibration.slope == pytest.approx(2, abs=0.15)
    assert calibration.intercept == pytest.approx(-2, abs=0.15)
    assert calibration.fitted_on == "two normals"


def test_the_shares_of_reals_and_fakes_do_not_move_the_curve(tmp_path):
    rng = np.random.default_rng(0)
    reals, fakes = rng.normal(0, 1, 4000), rng.normal(2, 1, 400)
    calibration = fit_calibration(write_table(tmp_path / "scores.csv", reals, fakes), "ten to one")
    assert calibration.probability(1.0) == pytest.approx(0.5, abs=0.05)


def test_overlapping_scores_leave_a_band_and_separate_ones_none(tmp_path):
    rng = np.random.default_rng(0)
    weak = fit_calibration(write_table(tmp_path / "weak.csv", rng.normal(0, 1, 200), rng.normal(0.5, 1, 200)), "weak")
    assert weak.real_to < 0.5 < weak.fake_from
    strong = fit_calibration(
        write_table(tmp_path / "strong.csv", rng.normal(-4, 1, 50), rng.normal(4, 1, 50)), "strong"
    )
    assert strong.real_to == strong.fake_from == 0.5


def test_few_separate_files_do_not_claim_certainty(tmp_path):
    calibration = fit_calibration(write_table(tmp_path / "few.csv", [-1.0] * 5, [1.0] * 5), "few")
    assert 0.6 < calibration.probability(1.0) < 0.95


def test_several_tables_are_fitted_as_one(tmp_path):
    low = write_table(tmp_path / "low.csv", [-3.0, -2.0, -1.0], [0.0, 1.0, 2.0])
    high = write_table(tmp_path / "high.csv", [-2.0, 0.0, 1.0], [-1.0, 3.0, 4.0])
    both = write_table(tmp_path / "both.csv", [-3.0, -2.0, -1.0, -2.0, 0.0, 1.0], [0.0, 1.0, 2.0, -1.0, 3.0, 4.0])
    joined, whole = fit_calibration([low, high], "x"), fit_calibration(both, "x")
    assert (joined.slope, joined.intercept) == pytest.approx((whole.slope, whole.intercept))


def test_backward_scores_too_few_files_and_odd_rates_are_refused(tmp_path):
    backward = write_table(tmp_path / "backward.csv", [1.0, 2.0, 3.0, 4.0, 5.0], [-1.0, -2.0, -3.0, -4.0, -5.0])
    with pytest.raises(ConfigError, match="fakes do not score above reals"):
        fit_calibration(backward, "x")
    equal = write_table(tmp_path / "equal.csv", [1.0] * 5, [1.0] * 5)
    with pytest.raises(ConfigError, match="fakes do not score above reals"):
        fit_calibration(equal, "x")
    with pytest.raises(DataError, match="got 5 reals and 4 fakes"):
        fit_calibration(write_table(tmp_path / "few.csv", [0.0] * 5, [1.0] * 4), "x")
    with pytest.raises(ConfigError, match="max_missed"):
        fit_calibration(backward, "x", max_missed=10.0)


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
    calibration = fit_calibration(write_table(tmp_path / "scores.csv", reals, fakes), "a hundred files")
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
        ScoreRow(
            f"{k}.mp4", "fake" if k % 2 else "real", "g", "inconclusive", 0.5, float(k), 0.5, "", (), 1.0 + k, 25.0,
            None, 0.01 * k,
        )
        for k in range(50)
    ]  # fmt: skip
    write_scores(tmp_path / "scores.csv", rows, ())
    ranges = {one.quantity: one for one in fit_calibration(tmp_path / "scores.csv", "x").measured.ranges}
    assert set(ranges) == {"crop_scale", "frame_rate", "blur"}
    assert (ranges["frame_rate"].low, ranges["frame_rate"].high) == (25.0, 25.0)
    assert 1.0 < ranges["crop_scale"].low < ranges["crop_scale"].high < 50.0


def test_a_table_of_an_earlier_version_is_still_read(tmp_path):
    path = write_table(tmp_path / "scores.csv", [-1.0] * 5, [1.0] * 5)
    header, *lines = path.read_text().splitlines()
    assert header.endswith("crop_scale,frame_rate,bits_per_pixel,blur")
    old = [header.removesuffix(",frame_rate,bits_per_pixel,blur"), *(line[:-3] for line in lines)]
    path.write_text("\n".join(old) + "\n")
    assert fit_calibration(path, "x").measured.ranges == ()


def test_weights_with_a_spoilt_calibration_set_are_refused(tmp_path):
    save_weights(tmp_path / "w.safetensors", FakeSTormer(tiny()), ClipSpec(), {"name": "t"}, None, {})
    calibration = fit_calibration(write_table(tmp_path / "s.csv", [-1.0] * 5, [1.0] * 5), "five")
    apply_calibration(tmp_path / "w.safetensors", tmp_path / "w.safetensors", calibration)
    content = (tmp_path / "w.safetensors").read_bytes()
    assert content.count(b'num_real\\": 5') == 1
    (tmp_path / "w.safetensors").write_bytes(content.replace(b'num_real\\": 5', b'num_real\\": 0'))
    with pytest.raises(WeightsError, match="damaged metadata"):
        load_weights(tmp_path / "w.safetensors")
