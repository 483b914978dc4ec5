from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from fakestormer.report import SCHEMA_VERSION, read_json, verdict_from_json, verdict_to_json, write_json
from fakestormer.types import DataError


def keys(value, at=""):
    """All field paths of a JSON value, lists taken as one."""
    if isinstance(value, dict):
        return {path for name, item in value.items() for path in {f"{at}.{name}", *keys(item, f"{at}.{name}")}}
    if isinstance(value, list):
        return {path for item in value for path in keys(item, at + "[]")}
    return set()


def test_the_layout_of_version_3_stays_as_it_is(verdict, face):
    found = keys(verdict_to_json(verdict(face((4.0, 4.0, 4.0)))))
    assert SCHEMA_VERSION == 3
    assert {path for path in found if path.count(".") == 1} == {
        f".{name}"
        for name in (
            *("schema", "schema_version", "video", "decision", "score", "probability", "reason", "faces"),
            *(
                "set_aside",
                "damage",
                "num_frames",
                "provenance",
                "log10_lr",
                "notes",
                "credentials",
                "prior",
                "in_words",
            ),
        )
    }
    assert {path for path in found if path.startswith(".faces[].") and path.count(".") == 2} == {
        f".faces[].{name}"
        for name in (
            *("track_id", "span", "decision", "logit", "score", "probability", "clips", "evidence_frames"),
            *("segments", "log10_lr", "notes"),
        )
    }
    clip = ".faces[].clips[]"
    evidence = ("track_id", "span", "clip_logit", "frame_logits", "spatial_vulnerability", "temporal_vulnerability")
    assert {path for path in found if path.startswith(f"{clip}.") and path.count(".") == 3} == {
        *(f"{clip}.{name}" for name in ("evidence", "logit")),
    }
    assert {path for path in found if path.startswith(f"{clip}.evidence.") and path.count(".") == 4} == {
        *(f"{clip}.evidence.{name}" for name in (*evidence, "to_frame", "crop_size", "blur", "motion", "motion_logit")),
    }
    assert {path for path in found if path.startswith(".faces[].evidence_frames[].")} == {
        f".faces[].evidence_frames[].{name}"
        for name in (
            *("time", "frame_index", "scale", "logit", "to_frame", "crop_size", "temporal_vulnerability"),
            *("spatial_vulnerability", "attribution"),
        )
    }


def test_a_written_verdict_is_read_back_with_empty_pictures(verdict, face, tmp_path):
    before = verdict(face())
    write_json(before, tmp_path / "new" / "verdict.json")
    after = read_json(tmp_path / "new" / "verdict.json")
    assert verdict_to_json(after) == verdict_to_json(before)
    assert after.faces[0].evidence_frames[0].image.shape == (0, 0, 3)
    assert after.faces[0].clips[0].evidence.temporal_vulnerability.dtype == np.float32
    assert after.provenance == before.provenance


def test_a_verdict_without_a_face_round_trips(verdict):
    assert verdict_from_json(verdict_to_json(verdict())) == verdict()


def test_any_json_reader_can_read_the_file(verdict, face, tmp_path):
    write_json(verdict(face(), path="a\udcff \N{SNOWMAN}.mp4"), tmp_path / "verdict.json")
    text = (tmp_path / "verdict.json").read_bytes().decode("ascii")
    content = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert content["video"]["path"] == "a\udcff \N{SNOWMAN}.mp4"
    assert max(len(line) for line in text.splitlines()) > 1000  # a map is one line: the file can be read by people too
    assert len(text.splitlines()) < 200


def test_maps_are_written_with_as_few_digits_as_name_them(verdict, face):
    spatial = verdict_to_json(verdict(face()))["faces"][0]["clips"][0]["evidence"]["spatial_vulnerability"]
    assert spatial[0] == 0.1
    assert spatial[3] == 0.9


@pytest.mark.parametrize("field", ["logit", "evidence.spatial_vulnerability"])
def test_numbers_that_json_cannot_hold_are_refused(verdict, face, field):
    one = face()
    spoilt = dataclasses.replace(one.clips[0].evidence, spatial_vulnerability=np.full(4, np.inf, np.float32))
    bad = {"logit": {"logit": float("nan")}, "evidence.spatial_vulnerability": {"evidence": spoilt}}
    clip = dataclasses.replace(one.clips[0], **bad[field])
    with pytest.raises(DataError, match=rf"faces\[0\].clips\[0\].{field}"):
        verdict_to_json(verdict(dataclasses.replace(one, clips=(clip,))))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is not a JSON file"),
        (b"\xff\xfe\x00", "is not a JSON file"),
        (b"[" * 100_000, "is not a JSON file"),
        (b"[]", "this is not a verdict"),
        (b'{"schema": "other"}', "this is not a verdict"),
        (b'{"schema": "fakestormer.verdict", "schema_version": 99}', "schema version 99"),
        (b'{"schema": "fakestormer.verdict", "schema_version": 1}', "schema version 1, this fakestormer reads"),
        (b'{"schema": "fakestormer.verdict", "schema_version": 3}', "verdict must be an object with the fields"),
    ],
)
def test_files_that_are_no_verdict_are_refused_with_one_sentence(tmp_path, content, said):
    path = tmp_path / "verdict.json"
    path.write_bytes(content)
    with pytest.raises(DataError, match=said):
        read_json(path)


def test_missing_files_and_folders_are_refused(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        read_json(tmp_path / "none.json")
    with pytest.raises(DataError, match="cannot be read"):
        read_json(tmp_path)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("decision",), "perhaps"),
        (("decision",), []),
        (("score",), "0.5"),
        (("score",), 10**400),
        (("score",), True),
        (("num_frames",), 1.5),
        (("num_frames",), True),
        (("faces",), {}),
        (("video", "path"), None),
        (("damage",), 3),
        (("damage", "truncated"), 1),
        (("faces", 0, "span", "end"), -1.0),
        (("faces", 0, "clips", 0, "to_frame"), [[1.0, 2.0]]),
        (("faces", 0, "clips", 0, "to_frame"), [[[1.0, 2.0], [3.0, 4.0]]] * 4),
        (("faces", 0, "clips", 0, "evidence", "spatial_vulnerability"), [0.1, 0.2]),
        (("faces", 0, "clips", 0, "evidence", "spatial_vulnerability"), [0.1, [0.2]]),
        (("faces", 0, "clips", 0, "evidence", "spatial_vulnerability"), "text"),
        (("faces", 0, "clips", 0, "evidence", "spatial_vulnerability"), [0.1, 0.2, 0.3, float("nan")]),
        (("provenance", "calibration", "slope"), -1.0),
        (("provenance", "clip_spec", "mean"), [0.1, 0.2]),
        (("provenance", "settings"), [["only a name"]]),
        (("surprise",), 1),
    ],
)
def test_a_spoilt_field_is_refused_and_named(verdict, face, path, value):
    content = json.loads(json.dumps(verdict_to_json(verdict(face()))))
    *way, last = path
    inner = content
    for step in way:
        inner = inner[step]
    inner[last] = value
    with pytest.raises(DataError, match="verdict") as caught:
        verdict_from_json(content)
    assert len(str(caught.value)) < 600


def test_whole_numbers_are_taken_where_a_program_wrote_them_for_fractions(verdict):
    content = verdict_to_json(verdict())
    content["video"]["frame_rate"] = 25
    assert verdict_from_json(content).video.frame_rate == 25.0
