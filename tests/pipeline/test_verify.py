"""A report and its video, a second time: the same, or what differs and with which exit code."""

from __future__ import annotations

import csv
import dataclasses
import json

import jsonschema
import pytest
from tests.bad_videos import Recipe, make_video

from fakestormer.detector import Detector, DetectorConfig, Outcome, verify
from fakestormer.detector.verify import compare_verdicts
from fakestormer.model import FakeSTormer, load_weights, save_weights
from fakestormer.report import json_schema, read_results, write_results
from fakestormer.types import ConfigError, ContentCredentials, CredentialStatus


@pytest.fixture(scope="module")
def video(tmp_path_factory, film):
    recipe = Recipe(num_frames=len(film), width=film.shape[2], height=film.shape[1])
    return make_video(tmp_path_factory.mktemp("verify") / "one.mp4", recipe, lambda index: film[index])


@pytest.fixture(scope="module")
def verdict(detector, video):
    return detector.detect(video)


@pytest.fixture
def report(verdict, tmp_path):
    """Writes the verdict, changed as a test wants it, and gives the file."""

    def write(change=lambda content: None):
        path = tmp_path / "report.json"
        write_results([verdict], [("gone.mp4", "there is no file gone.mp4")], path)
        content = json.loads(path.read_text())
        change(content["verdicts"][0])
        path.write_text(json.dumps(content))
        return path

    return write


def test_the_same_file_and_weights_give_the_same_bits(run, report, video, weights):
    ended = run("verify", report(), video, "--weights", weights, "--device", "cpu")
    assert (ended.code, ended.out) == (0, f"{video}: same result, bit for bit\n")


def test_another_file_is_named_and_nothing_is_computed(run, report, video, weights, tmp_path):
    other = tmp_path / "other.mp4"
    other.write_bytes(video.read_bytes() + b"\0")
    ended = run("verify", report(), other, "--weights", weights)
    assert ended.code == 4
    assert "is another file" in ended.out


def test_other_weights_are_named_and_nothing_is_computed(run, report, video, weights, tmp_path):
    loaded = load_weights(weights)
    assert isinstance(loaded.model, FakeSTormer)
    save_weights(tmp_path / "w.safetensors", loaded.model, loaded.clip_spec, {"name": "other"}, None, {})
    ended = run("verify", report(), video, "--weights", tmp_path / "w.safetensors")
    assert ended.code == 5
    assert "These are other weights" in ended.out


def test_a_changed_number_is_another_result(run, report, video, weights):
    def change(content):
        content["faces"][0]["clips"][0]["logit"] += 0.5

    ended = run("verify", report(change), video, "--weights", weights, "--device", "cpu")
    assert ended.code == 3
    assert "The numbers differ: by 0.5 at most" in ended.out


@pytest.mark.parametrize("field", ["attribution", "temporal_vulnerability", "to_frame"])
def test_a_changed_map_or_place_of_a_evidence_frame_is_another_result(verdict, field):
    face = verdict.faces[0]
    key, *rest = face.evidence_frames
    moved = dataclasses.replace(key, **{field: getattr(key, field) + 0.25})
    told = dataclasses.replace(verdict, faces=(dataclasses.replace(face, evidence_frames=(moved, *rest)),))
    found = compare_verdicts(told, verdict)
    assert found.outcome is Outcome.OTHER_RESULT
    assert found.largest == pytest.approx(0.25)


def test_other_evidence_frames_are_named(verdict):
    face = verdict.faces[0]
    told = dataclasses.replace(verdict, faces=(dataclasses.replace(face, evidence_frames=face.evidence_frames[1:]),))
    found = compare_verdicts(told, verdict)
    assert found.outcome is Outcome.OTHER_RESULT
    assert found.differences[0].startswith("The choice of evidence frames of face 0 differs: frame")


def test_a_report_with_another_number_of_evidence_frames_is_verified_with_that_number(verdict, video, weights):
    loaded = load_weights(weights)
    few = Detector(loaded, DetectorConfig(device="cpu", evidence_frames=1)).detect(video)
    assert len(few.faces[0].evidence_frames) < len(verdict.faces[0].evidence_frames)
    assert verify(few, video, loaded, "cpu").outcome is Outcome.SAME_BITS


def test_content_credentials_that_were_changed_in_the_report_are_noticed(verdict):
    now = ContentCredentials(CredentialStatus.ABSENT, "reader 1")
    same, invalid = ContentCredentials(CredentialStatus.ABSENT, "reader 2"), CredentialStatus.INVALID
    again = dataclasses.replace(verdict, credentials=now)
    assert compare_verdicts(dataclasses.replace(verdict, credentials=same), again).outcome is Outcome.SAME_BITS
    other = dataclasses.replace(verdict, credentials=dataclasses.replace(now, status=invalid))
    assert compare_verdicts(other, again).differences == ("The content credentials are not as found now.",)
    unread = dataclasses.replace(verdict, credentials=ContentCredentials(CredentialStatus.NOT_READ))
    found = compare_verdicts(again, unread)
    assert found.outcome is Outcome.SAME_BITS
    assert found.differences == ("The content credentials were not compared: they were not read here.",)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is not a JSON file"),
        ('{"schema": "fakestormer.results", "schema_version": 1, "verdicts": []}', "schema version 1"),
        ('{"schema": "fakestormer.results", "schema_version": 3, "verdicts": []}', "contains no verdict"),
    ],
)
def test_a_report_that_cannot_be_used_costs_one_sentence(run, video, weights, tmp_path, content, said):
    (tmp_path / "report.json").write_text(content)
    ended = run("verify", tmp_path / "report.json", video, "--weights", weights)
    assert ended.code == 1
    assert len(ended.sentences) == 1
    assert said in ended.sentences[0]


def test_settings_that_this_version_does_not_know_are_refused(verdict, video, weights):
    made = dataclasses.replace(verdict.provenance, settings=(("sharpness", "3"),))
    with pytest.raises(ConfigError, match="sharpness"):
        verify(dataclasses.replace(verdict, provenance=made), video, load_weights(weights))


def changed(verdict, logit=0.0, **conditions):
    clip, *rest = verdict.faces[0].clips
    face = dataclasses.replace(verdict.faces[0], clips=(dataclasses.replace(clip, logit=clip.logit + logit), *rest))
    made = dataclasses.replace(verdict.provenance, **conditions)
    return dataclasses.replace(verdict, faces=(face,), provenance=made)


def test_another_device_class_may_move_the_last_digits_and_no_more(verdict):
    assert compare_verdicts(verdict, verdict).outcome is Outcome.SAME_BITS
    assert compare_verdicts(verdict, changed(verdict, 1e-6)).outcome is Outcome.OTHER_RESULT
    near = compare_verdicts(verdict, changed(verdict, 1e-6, device_class="other"))
    assert near.outcome is Outcome.WITHIN_TOLERANCE
    assert near.differences[0].startswith("The device class is another one: other here,")
    assert compare_verdicts(verdict, changed(verdict, 0.1, device_class="other")).outcome is Outcome.OTHER_RESULT


def test_another_version_is_named_and_is_no_other_result(verdict):
    versions = tuple((name, "0" if name == "torch" else version) for name, version in verdict.provenance.versions)
    found = compare_verdicts(verdict, changed(verdict, versions=versions, package_version="9"))
    assert found.outcome is Outcome.SAME_BITS
    assert [sentence.split(" is ")[0] for sentence in found.differences] == ["Fakestormer", "Torch"]


def test_missing_faces_and_other_answers_are_named(verdict):
    found = compare_verdicts(verdict, dataclasses.replace(verdict, faces=(), reason="x"))
    assert found.outcome is Outcome.OTHER_RESULT
    assert found.largest is None
    assert found.differences[0] == "The number of faces differs: 0 now, 1 in the report."


def test_error_rates_that_were_changed_in_the_report_are_noticed(verdict):
    better = dataclasses.replace(verdict.provenance.calibration, fitted_on="a larger set")
    found = compare_verdicts(changed(verdict, calibration=better), verdict)
    assert found.outcome is Outcome.OTHER_RESULT
    assert found.differences == ("The calibration and its error rates are not as found now.",)


def test_a_report_tells_when_where_and_with_what_it_was_made(verdict):
    made = verdict.provenance
    assert made.started <= made.ended
    assert made.started.endswith("+00:00")
    assert {"Python", "torch", "PyAV", "FFmpeg", "libavcodec", "numpy"} <= set(dict(made.versions))
    assert made.device_class
    assert verdict.credentials is not None


def test_detect_writes_valid_json_and_a_row_for_every_clip(run, video, weights, tmp_path):
    files = {name: tmp_path / f"out.{name}" for name in ("json", "csv", "html")}
    flags = [part for name, path in files.items() for part in (f"--{name}", path)]
    ended = run("detect", video, tmp_path / "none.mp4", "--weights", weights, *flags)
    assert ended.code == 1
    jsonschema.Draft202012Validator(json_schema()).validate(json.loads(files["json"].read_text()))
    (verdict,) = read_results(files["json"])
    with files["csv"].open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [float(row["logit"]) for row in rows] == [clip.logit for face in verdict.faces for clip in face.clips]
    assert "do not contain them" in ended.err  # the weights of this test were calibrated without error rates
