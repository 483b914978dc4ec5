"""From the folder of a data set to numbers: inventory, manifest, evaluation under a named protocol."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from fakestormer.detector import PROTOCOLS
from fakestormer.types import PLAIN_MEAN, ScoringRule
from fakestormer.video import hash_file, write_video


@pytest.fixture
def data_set(tmp_path: Path, film) -> Path:
    root = tmp_path / "set"
    for label in ("real", "fake"):
        (root / label).mkdir(parents=True)
        write_video(root / label / "one.mp4", film if label == "real" else film[:, :, ::-1], 25.0)
    (root / "real/readme.txt").write_text("no video")
    return root


def test_a_folder_becomes_metrics_under_the_published_protocol(tmp_path: Path, data_set: Path, weights: Path, run):
    out, results = tmp_path / "prepared", tmp_path / "results"
    prepared = run("prepare", "folder", data_set, "--out", out, "--inventory-only")
    assert prepared.code == 0, prepared.err
    assert "unexpected (1): real/readme.txt" in prepared.err
    assert json.loads((out / "inventory.json").read_text())["num_found"] == 2
    evaluated = run(
        "evaluate", "--manifest", out / "manifest.csv", "--out", results, "--weights", weights, "--device", "cpu",
        "--protocol", "published",
    )  # fmt: skip
    assert evaluated.code == 0, evaluated.err
    metrics = json.loads((results / "metrics.json").read_text())
    sha256 = replace(PROTOCOLS["published"], rule=PLAIN_MEAN).sha256
    assert metrics["protocol"] == {"name": "published", "version": 3, "sha256": sha256}
    assert metrics["weights_sha256"] == hash_file(weights)
    assert metrics["coverage"]["num_files"] == metrics["coverage"]["num_scored"] == 2
    assert f"protocol published 3 (sha256 {sha256[:12]})" in evaluated.out
    with (results / "scores.csv").open(newline="") as stream:
        assert {row["label"]: row["decision"] for row in csv.DictReader(stream)}.keys() == {"real", "fake"}


def test_detect_says_protocol_weights_and_coverage(tmp_path: Path, data_set: Path, weights: Path, run):
    files = [data_set / "real/one.mp4", data_set / "real/readme.txt"]
    ended = run("detect", *files, "--json", tmp_path / "all.json", "--weights", weights, "--device", "cpu")
    assert ended.code == 1
    content = json.loads((tmp_path / "all.json").read_text())
    assert content["coverage"] == {"num_files": 2, "num_scored": 1, "num_not_applicable": 0, "num_error": 1}
    provenance = content["verdicts"][0]["provenance"]
    assert provenance["weights_sha256"] == hash_file(weights)
    assert dict(provenance["settings"])["protocol_sha256"] == replace(PROTOCOLS["ours"], rule=ScoringRule()).sha256


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("faceforensics", "SET"), "does not hold FaceForensics++: expected files such as"),
        (("imagenet", "SET"), "there is no data set 'imagenet': choose from"),
        (("folder", "SET/real"), "; give SET"),
        (("folder", "NOWHERE"), "is not a folder: give the folder that holds Plain folders"),
        (("SET",), "--inventory-only needs a data set and its folder"),
    ],
)
def test_what_cannot_be_prepared_is_told_in_one_sentence(tmp_path, data_set, run, arguments, sentence):
    given = [one.replace("SET", str(data_set)) for one in arguments]
    ended = run("prepare", *given, "--out", tmp_path / "out", "--inventory-only")
    assert ended.code == 1
    assert len(ended.sentences) == 1
    assert sentence.replace("SET", str(data_set)) in ended.sentences[0]


def test_an_output_within_the_data_set_is_refused(data_set, run):
    ended = run("prepare", "folder", data_set, "--out", data_set / "out", "--inventory-only")
    assert ended.code == 1
    assert "choose a folder outside it" in ended.sentences[0]


def test_a_set_for_testing_gives_nothing_to_train_on(tmp_path, data_set, run):
    ended = run("prepare", "diffswap", data_set, "--out", tmp_path / "out")
    assert ended.code == 0
    assert "no genuine video here is for training, so nothing was cached" in ended.out
    assert (tmp_path / "out/manifest-test.csv").exists()
