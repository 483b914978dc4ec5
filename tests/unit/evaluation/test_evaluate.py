from __future__ import annotations

import csv
import json
import math
from dataclasses import replace

import pytest

from fakestormer.evaluation import EvaluationConfig, evaluate
from fakestormer.types import DataError, VideoError

CONFIG = EvaluationConfig(num_replicates=50, min_same_source_reals=1)
FOUR = ("a.mp4,real,g", "b.mp4,fake,g", "c.mp4,real,g", "d.mp4,fake,g")
ANSWERS = {"a.mp4": ((-2.0,),), "b.mp4": ((1.0, 3.0),), "c.mp4": ((-1.0,),), "d.mp4": ((2.5,),)}


def table_of(out):
    with (out / "scores.csv").open(newline="") as stream:
        return list(csv.DictReader(stream))


class PowerCutError(BaseException):
    """Ends a run as a power cut would: nothing catches it."""


def test_scores_are_the_detectors_own_and_carry_the_manifests_columns(tmp_path, write_manifest, scripted):
    manifest = write_manifest("a.mp4,real,g,x", "b.mp4,fake,g,y", header="file,label,group,note")
    metrics = evaluate(manifest, tmp_path / "out", scripted(ANSWERS), config=CONFIG)
    first, second = table_of(tmp_path / "out")
    assert (first["file"], first["label"], first["group"], first["decision"]) == ("a.mp4", "real", "g", "real")
    assert (first["note"], second["note"]) == ("x", "y")
    assert float(second["logit"]) == 2.0
    assert float(second["score"]) == pytest.approx(1 / (1 + math.exp(-2)))
    assert metrics.summary.overall.rates.auc.value == 1.0


def test_the_most_suspicious_face_speaks_and_a_saturated_score_still_ranks(tmp_path, write_manifest, scripted):
    answers = {"a.mp4": ((70.0,), (-3.0,)), "b.mp4": ((80.0,),), "c.mp4": ((-5.0,),), "d.mp4": ((90.0, 95.0), (1.0,))}
    metrics = evaluate(write_manifest(*FOUR), tmp_path, scripted(answers), config=CONFIG)
    assert [float(row["logit"]) for row in table_of(tmp_path)] == [70.0, 80.0, -5.0, 92.5]
    assert metrics.summary.overall.rates.auc.value == 1.0


def test_every_file_has_a_row_whatever_becomes_of_it(tmp_path, write_manifest, scripted):
    answers = {
        "a.mp4": (),
        "b.mp4": VideoError("b.mp4 is empty:\nget it again"),
        "c.mp4": RuntimeError("a defect"),
        "e.mp4": ((1.0,),),
    }
    metrics = evaluate(write_manifest(*FOUR, "e.mp4,fake,g"), tmp_path, scripted(answers), config=CONFIG)
    rows = table_of(tmp_path)
    assert [row["decision"] for row in rows] == ["not_applicable", "error", "error", "error", "fake"]
    assert rows[0]["score"] == rows[0]["probability"] == rows[1]["score"] == ""
    assert "no face" in rows[0]["reason"]
    assert rows[1]["reason"] == "b.mp4 is empty: get it again"
    assert rows[2]["reason"] == "unexpected RuntimeError: a defect"
    assert "no file d.mp4" in rows[3]["reason"]
    coverage = metrics.summary.coverage
    assert (coverage.num_scored, coverage.num_not_applicable, coverage.num_error) == (1, 1, 3)


def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path, write_manifest, scripted):
    manifest, out = write_manifest(*FOUR), tmp_path / "out"
    with pytest.raises(PowerCutError):
        evaluate(manifest, out, scripted({**ANSWERS, "d.mp4": PowerCutError()}), config=CONFIG)
    assert [row["file"] for row in table_of(out)] == ["a.mp4", "b.mp4", "c.mp4"]
    detector = scripted(ANSWERS)
    seen = []
    metrics = evaluate(manifest, out, detector, observe=seen.append, config=CONFIG)
    assert detector.asked == ["a.mp4", "d.mp4"]  # the first once more, to compare the detectors
    assert metrics.run.num_kept == 2
    assert [(step.num_done, step.num_files, step.row.file) for step in seen] == [(4, 4, "d.mp4")]
    assert "2 scores were kept from an earlier run" in (out / "table.md").read_text()
    whole = evaluate(manifest, tmp_path / "whole", scripted(ANSWERS), config=CONFIG)
    assert whole.summary == metrics.summary
    assert table_of(out) == table_of(tmp_path / "whole")


def test_a_torn_line_is_scored_again(tmp_path, write_manifest, scripted):
    manifest = write_manifest(*FOUR)
    evaluate(manifest, tmp_path, scripted(ANSWERS), config=CONFIG)
    scores = tmp_path / "scores.csv"
    scores.write_bytes(scores.read_bytes()[:-4])
    detector = scripted(ANSWERS)
    evaluate(manifest, tmp_path, detector, config=CONFIG)
    assert detector.asked == ["a.mp4", "d.mp4"]
    assert len(table_of(tmp_path)) == 4


def test_errors_are_tried_again_and_the_table_keeps_the_manifests_order(tmp_path, write_manifest, scripted):
    manifest = write_manifest(*FOUR)
    evaluate(manifest, tmp_path, scripted({**ANSWERS, "b.mp4": VideoError("busy")}), config=CONFIG)
    evaluate(manifest, tmp_path, scripted(ANSWERS), config=CONFIG)
    assert [(row["file"], row["decision"]) for row in table_of(tmp_path)] == [
        ("a.mp4", "real"), ("b.mp4", "fake"), ("c.mp4", "real"), ("d.mp4", "fake"),
    ]  # fmt: skip


def test_scores_of_other_weights_or_another_manifest_are_set_aside(tmp_path, write_manifest, scripted):
    out = tmp_path / "out"
    evaluate(write_manifest(*FOUR), out, scripted(ANSWERS), config=CONFIG)
    before = (out / "scores.csv").read_bytes()
    other = dict.fromkeys(ANSWERS, ((7.0,),))
    metrics = evaluate(write_manifest(*FOUR), out, scripted(other, "b" * 64), config=CONFIG)
    assert metrics.run.num_kept == 0
    assert {row["logit"] for row in table_of(out)} == {"7.0"}
    assert (out / "scores.earlier.csv").read_bytes() == before
    metrics = evaluate(write_manifest(*FOUR[:2]), out, scripted(ANSWERS), config=CONFIG)
    assert metrics.run.num_kept == 0
    assert len(table_of(out)) == 2


def test_scores_of_a_code_that_scores_otherwise_are_set_aside_though_it_describes_itself_the_same(
    tmp_path, write_manifest, scripted
):
    manifest, out = write_manifest(*FOUR), tmp_path / "out"
    evaluate(manifest, out, scripted({**ANSWERS, "a.mp4": ()}), config=CONFIG)
    shifted = {file: tuple(tuple(logit + 0.01 for logit in face) for face in faces) for file, faces in ANSWERS.items()}
    metrics = evaluate(manifest, out, scripted({**shifted, "a.mp4": ()}), config=CONFIG)
    assert metrics.run.num_kept == 0
    assert [row["logit"] for row in table_of(out)] == ["", "2.01", "-0.99", "2.51"]


def test_a_difference_in_the_last_digits_of_a_score_keeps_an_interrupted_run(tmp_path, write_manifest, scripted):
    manifest = write_manifest(*FOUR)
    evaluate(manifest, tmp_path, scripted(ANSWERS), config=CONFIG)
    nearly = {**ANSWERS, "a.mp4": ((-2.00001,),)}
    assert evaluate(manifest, tmp_path, scripted(nearly), config=CONFIG).run.num_kept == 3


def on_threads(detector, number):
    """The detector as one whose scores were made on that many threads, the last digits moved."""

    class Moved:
        asked = detector.asked

        def detect(self, path):
            verdict = detector.detect(path)
            made = replace(verdict.provenance, device_class=f"A processor, AVX2, {number} thread{'s' * (number > 1)}")
            return replace(verdict, provenance=made)

    return Moved()


def test_another_number_of_threads_keeps_the_earlier_scores(tmp_path, write_manifest, scripted):
    manifest, told = write_manifest(*FOUR), []
    evaluate(manifest, tmp_path, on_threads(scripted(ANSWERS), 2), config=CONFIG)
    slightly = {**ANSWERS, "a.mp4": tuple(tuple(x + 1e-6 for x in face) for face in ANSWERS["a.mp4"])}
    metrics = evaluate(manifest, tmp_path, on_threads(scripted(slightly), 1), config=CONFIG, told=told.append)
    assert (metrics.run.num_kept, told) == (3, [])
    assert not (tmp_path / "scores.earlier.csv").exists()


def test_why_earlier_scores_are_thrown_away_is_told_before_it_is_done(tmp_path, write_manifest, scripted):
    manifest, told = write_manifest(*FOUR), []

    def hear(sentence):
        told.append(sentence)
        assert not (tmp_path / name).exists()

    evaluate(manifest, tmp_path, scripted(ANSWERS), config=CONFIG)
    name = "scores.earlier.csv"
    evaluate(manifest, tmp_path, scripted(ANSWERS, "b" * 64), config=CONFIG, told=hear)
    name = "scores.earlier-2.csv"
    evaluate(manifest, tmp_path, scripted({**ANSWERS, "a.mp4": ((7.0,),)}, "b" * 64), config=CONFIG, told=hear)
    name = "scores.earlier-3.csv"
    evaluate(write_manifest(*FOUR[:2]), tmp_path, scripted(ANSWERS), config=CONFIG, told=hear)
    words = ("the detector is another one", "earlier score again", "another manifest")
    assert all(one in sentence for one, sentence in zip(words, told, strict=True))
    assert all((tmp_path / one).exists() for one in ("scores.earlier.csv", "scores.earlier-2.csv", name))


def test_a_file_that_cannot_be_read_for_now_costs_no_earlier_score(tmp_path, write_manifest, scripted):
    manifest, told = write_manifest(*FOUR), []
    evaluate(manifest, tmp_path, scripted(ANSWERS), config=CONFIG)
    gone = {**ANSWERS, "a.mp4": VideoError("the share is away")}
    metrics = evaluate(manifest, tmp_path, scripted(gone), config=CONFIG, told=told.append)
    assert (metrics.run.num_kept, told) == (3, [])
    assert metrics.summary.coverage.num_scored == 4


def test_the_metrics_file_names_weights_manifest_settings_and_seed(tmp_path, write_manifest, scripted):
    evaluate(write_manifest(*FOUR, "e.mp4,fake,h"), tmp_path, scripted(ANSWERS), config=CONFIG)
    content = json.loads((tmp_path / "metrics.json").read_text())
    detector = content["run"]["detector"]
    assert detector["weights_sha256"] == "a" * 64
    assert detector["package_version"] == "0.1.0"
    assert detector["clip_spec"]["num_frames"] == 4
    assert "input_sha256" not in detector
    assert (content["config"]["seed"], content["config"]["num_replicates"]) == (0, 50)
    assert len(content["run"]["manifest_sha256"]) == len(content["run"]["detector_sha256"]) == 64
    group_g, group_h = content["by"]["group"]["slices"]
    assert group_g["same_source"]["auc"] == {"value": 1.0, "low": 1.0, "high": 1.0}
    assert group_h["same_source"]["auc"] is None
    assert group_h["same_source"]["reason"]
    assert content["by"]["group"]["macro"]["selected"]["num_slices"] == 1


def test_the_metrics_file_holds_order_answers_probabilities_and_pairs(tmp_path, write_manifest, scripted):
    lines = ("a.mp4,real,g,", "b.mp4,fake,g,a.mp4", "c.mp4,real,g,", "d.mp4,fake,g,c.mp4")
    evaluate(write_manifest(*lines, header="file,label,group,pair_of"), tmp_path, scripted(ANSWERS), config=CONFIG)
    content = json.loads((tmp_path / "metrics.json").read_text())
    assert content["metrics_version"] == 4
    for name in ("tpr_at_1_percent_fpr", "balanced_accuracy", "balanced_accuracy_at_thresholds", "true_positive_rate"):
        assert content["overall"][name] == {"value": 1.0, "low": 1.0, "high": 1.0}
    for name in ("false_positive_rate", "false_negative_rate", "inconclusive_rate"):
        assert content["overall"][name]["value"] == 0.0
    assert content["reliability"]["cllr_min"] == {"value": 0.0, "low": None, "high": None}
    assert 0 < content["reliability"]["cllr"]["value"] == content["reliability"]["calibration_loss"]["value"] < 1
    pairs = {"num_named": 2, "num_compared": 2, "accuracy": {"value": 1.0, "low": 1.0, "high": 1.0}}
    assert content["pairwise_accuracy"] == pairs


def test_where_every_file_fails_the_files_are_written_with_reasons(tmp_path, write_manifest, scripted):
    metrics = evaluate(write_manifest(*FOUR), tmp_path, scripted({}), config=CONFIG)
    assert metrics.run.detector is None
    content = json.loads((tmp_path / "metrics.json").read_text())
    assert content["overall"]["auc"] is None
    assert "0 of 4 files scored" in (tmp_path / "table.md").read_text()


def test_an_output_folder_that_is_a_file_is_refused(tmp_path, write_manifest, scripted):
    manifest = write_manifest(*FOUR)
    with pytest.raises(DataError, match="cannot be made"):
        evaluate(manifest, manifest, scripted(ANSWERS))


def test_a_second_evaluation_into_the_same_folder_at_the_same_time_is_refused(tmp_path, write_manifest, scripted):
    manifest, out, refused = write_manifest(*FOUR), tmp_path / "out", []

    def start_another(_progress):
        with pytest.raises(DataError, match="another `evaluate` is writing into") as refusal:
            evaluate(manifest, out, scripted(ANSWERS), config=CONFIG)
        refused.append(str(refusal.value))

    evaluate(manifest, out, scripted(ANSWERS), start_another, config=CONFIG)
    assert len(refused) == 4
    assert [row["file"] for row in table_of(out)] == list(ANSWERS)
    assert evaluate(manifest, out, scripted(ANSWERS), config=CONFIG).run.num_kept == 3  # and one scored again
