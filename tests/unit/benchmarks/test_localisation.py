from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
from benchmarks.localisation.measure import localise_video, measure_localisation
from benchmarks.localisation.pixel_metrics import GRID, MapSample, measure_pixels, sample_clip
from benchmarks.localisation.table import render_localisation
from benchmarks.localisation.truth import ForgedTruth, FrameMask

from fakestormer.types import (
    Calibration,
    ClipEvidence,
    ClipSpec,
    Provenance,
    ScoringRule,
    TimeSpan,
    VideoDamage,
    VideoInfo,
)
from fakestormer.verdict import judge_face, judge_video

RATE, SIDE, CROP = 25.0, 400, 224
TO_FRAME = np.tile(np.array([[0.5, 0.0, 100.0], [0.0, 0.5, 150.0]]), (4, 1, 1))  # the crop covers 112 pixels
CALIBRATION = Calibration(1.0, 0.0, 0.3, 0.7, "a test")


def a_mask(index: int) -> FrameMask:
    """Forged: 56 x 56 pixels of the frame, the upper left quarter of the crop."""
    return FrameMask(index, 100, 150, np.full((56, 56), 255, np.uint8))


def a_clip(start: float, logit: float, heat: np.ndarray) -> ClipEvidence:
    maps = np.tile(heat.astype(np.float32), (4, 1, 1))
    return ClipEvidence(0, TimeSpan(start, start + 4 / RATE), logit, np.zeros(0), np.zeros(4), maps, TO_FRAME, CROP)


def quarter(row: int, column: int) -> np.ndarray:
    heat = np.zeros((14, 14))
    heat[7 * row : 7 * row + 7, 7 * column : 7 * column + 7] = np.linspace(1, 2, 49).reshape(7, 7)
    return heat


@pytest.mark.parametrize(("place", "auc", "hit"), [((0, 0), 1.0, 1.0), ((1, 1), 0.33, 0.0)])
def test_a_map_on_the_forged_place_is_right_and_one_beside_it_is_wrong(place, auc, hit):
    clip = a_clip(0.0, 1.0, quarter(*place))
    samples = sample_clip(clip, lambda one: one.temporal_vulnerability, [a_mask(n) for n in range(4)], (SIDE, SIDE), 0)
    found = measure_pixels(samples)
    assert found.num_frames == 4
    assert found.pixel_auc_in_crop == pytest.approx(auc, abs=0.03)
    assert found.pixel_auc == pytest.approx(1 - (1 - found.pixel_auc_in_crop) * 0.75 * 112**2 / (SIDE**2 - 56**2))
    assert found.pointing == hit
    assert found.pointing_by_chance == pytest.approx(0.25)


def test_the_grid_counts_every_pixel_of_the_frame_once():
    clip = a_clip(0.0, 1.0, quarter(0, 0))
    (sample,) = sample_clip(
        dataclasses.replace(
            clip,
            to_frame=clip.to_frame[:1],
            spatial_vulnerability=clip.spatial_vulnerability[:1],
            temporal_vulnerability=clip.temporal_vulnerability[:1],
        ),
        lambda one: one.temporal_vulnerability,
        [a_mask(0)],
        (SIDE, SIDE),
        0,
    )
    assert sample.forged.sum() == (GRID / 2) ** 2
    assert sample.num_forged_outside == 0
    assert sample.num_outside + GRID**2 == pytest.approx(SIDE**2 / (112 / GRID) ** 2)


def test_the_mask_iou_takes_its_threshold_from_the_other_half_of_the_videos():
    forged = np.zeros((GRID, GRID), bool)
    forged[:20, :20] = True
    good, shifted = np.where(forged, 1.0, 0.0), np.where(forged, 11.0, 10.0)
    alike = [MapSample(n, good.astype(np.float32), forged, 0.0, 0.0) for n in range(2)]
    assert measure_pixels(alike).mask_iou == pytest.approx(1.0)
    other = [alike[0], MapSample(1, shifted.astype(np.float32), forged, 0.0, 0.0)]
    assert measure_pixels(other).mask_iou < 0.5
    assert measure_pixels(alike[:1]).mask_iou is None


@pytest.fixture
def judged():
    """A video of 30 s of which the logits of seconds 10 to 14 are high, with maps on the forged quarter."""
    clips = [a_clip(float(second), 3.0 if 10 <= second < 15 else -2.0, quarter(0, 0)) for second in range(30)]
    info = VideoInfo("a.mp4", SIDE, SIDE, RATE, 30.0, "h264", "yuv420p", 0)
    provenance = Provenance(
        "0", "lite", "0" * 64, "cc" * 32, ClipSpec(), "1" * 64, "PyAV", "script", ScoringRule(), CALIBRATION, "cpu"
    )
    return judge_video(info, [judge_face(0, clips, ScoringRule(), CALIBRATION)], (), VideoDamage(), 750, provenance)


def test_a_verdict_held_against_the_truth_gives_all_figures(judged):
    masks = tuple(a_mask(index) for index in range(250, 375))
    forged = localise_video(judged, ForgedTruth((TimeSpan(10.0, 15.0),), masks), 0)
    found = measure_localisation([forged])
    assert found.temporal.average_precision["0.5"] == 1.0
    assert found.temporal.second_auc == 1.0
    assert found.pixels["temporal"].num_frames == 5 * 4
    assert found.pixels["temporal"].pixel_auc > 0.99
    assert found.decisions_forged["fake"] == 1
    assert sum(found.decisions_genuine.values()) == 0


def test_the_same_verdict_on_a_genuine_video_is_a_false_alarm(judged):
    genuine = localise_video(judged, ForgedTruth((), ()), 0)
    found = measure_localisation([genuine])
    assert found.temporal.average_precision is None
    assert found.decisions_genuine["fake"] == 1
    assert found.pixels["temporal"].num_frames == 0


def test_several_maps_are_measured_by_their_names(judged):
    masks = tuple(a_mask(index) for index in range(250, 375))
    maps = {
        "temporal": lambda clip: clip.temporal_vulnerability,
        "upside down": lambda clip: -clip.temporal_vulnerability,
    }
    found = measure_localisation([localise_video(judged, ForgedTruth((TimeSpan(10.0, 15.0),), masks), 0, maps)])
    assert found.pixels["temporal"].pixel_auc_in_crop > 0.99
    assert found.pixels["upside down"].pixel_auc_in_crop < 0.01


def test_a_video_without_a_face_counts_as_not_applicable_and_misses_its_stretch(judged):
    nobody = judge_video(judged.video, [], (), VideoDamage(), 750, judged.provenance)
    found = measure_localisation([localise_video(nobody, ForgedTruth((TimeSpan(10.0, 15.0),), ()), 0)])
    assert found.decisions_forged["not_applicable"] == 1
    assert found.temporal.average_precision["0.5"] == 0.0


def test_the_table_says_what_the_json_says(judged):
    masks = tuple(a_mask(index) for index in range(250, 375))
    found = measure_localisation([localise_video(judged, ForgedTruth((TimeSpan(10.0, 15.0),), masks), 0)])
    content = {**dataclasses.asdict(found), "failures": ["b.mp4: no face"], "seconds_a_video": 1.5}
    text = render_localisation(json.loads(json.dumps({"weights": "w", "weights_sha256": "ab" * 32, "pairs": content})))
    assert "| AP at IoU 0.5" in text
    assert "1 left out" in text
    assert "| temporal |" in text
    assert "| forged " in text
