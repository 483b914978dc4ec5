"""A minute of a real face of which five seconds are forged, from the making of the video to the report."""

from __future__ import annotations

import itertools
import json

import pytest
from benchmarks.localisation.measure import localise_video, measure_localisation
from benchmarks.localisation.partial_forgery import PartialForgeryConfig, write_partial_forgery
from benchmarks.localisation.segment_metrics import temporal_iou
from tests.laid_landmarks import LaidLandmarks

import fakestormer as fs
from fakestormer.cli.wording import describe_spans
from fakestormer.detector import thorough
from fakestormer.faces.backends.libface import LibfaceDetector
from fakestormer.report import verdict_from_json, verdict_to_json
from fakestormer.types import SegmentSearch, TimeSpan
from fakestormer.verdict import propose_segments
from fakestormer.video import write_video

RATE = 12.5


@pytest.mark.slow
def test_five_forged_seconds_of_a_minute_are_found_and_reported(tmp_path, film):
    source, made = tmp_path / "source.mp4", tmp_path / "minute.mp4"
    write_video(source, film, RATE)
    config = PartialForgeryConfig(seconds=60.0, forged_seconds=(5.0, 5.0), p_second=0.0)
    truth = write_partial_forgery(source, made, LibfaceDetector(), LaidLandmarks(), 1, config)
    (forged,) = truth.spans
    assert forged.duration == pytest.approx(5.0, abs=0.1)

    verdict = fs.Detector.load(None, thorough(fs.DetectorConfig(device="cpu"))).detect(made)
    (face,) = verdict.faces
    middles = [clip.span.middle for clip in face.clips]
    assert max(later - earlier for earlier, later in itertools.pairwise(middles)) <= 0.5 + 1 / RATE
    assert middles[0] < 0.5
    assert middles[-1] > 59.5
    best = propose_segments(face.clips, verdict.provenance.calibration, SegmentSearch())[0]
    assert temporal_iou(best.span, forged) >= 0.5
    assert best.logit > sum(clip.logit for clip in face.clips) / len(face.clips)
    assert face.logit >= best.logit
    assert len(describe_spans(verdict)) == len(face.segments)

    assert verdict_from_json(json.loads(json.dumps(verdict_to_json(verdict)))).faces[0].segments == (face.segments)
    fs.write_html(verdict, tmp_path / "report.html")
    found = measure_localisation([localise_video(verdict, truth, 0)])
    assert found.temporal.average_precision["0.5"] == 1.0
    assert found.pixels["temporal"].num_frames > 0


@pytest.mark.slow
def test_the_same_arguments_make_the_same_forgery(tmp_path, film):
    source = tmp_path / "source.mp4"
    write_video(source, film[:20], RATE)
    config = PartialForgeryConfig(seconds=8.0, forged_seconds=(1.0, 1.0), p_second=0.0)
    faces, marks = LibfaceDetector(), LaidLandmarks()
    spans = [
        write_partial_forgery(source, tmp_path / f"{name}.mp4", faces, marks, 5, config).spans for name in ("a", "b")
    ]
    assert spans[0] == spans[1]
    assert isinstance(spans[0][0], TimeSpan)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()
