from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from fakestormer.report.wording import say_note
from fakestormer.types import CalibrationSet, KnownRange, QualityCode, QualityNote, ScoringRule, VideoDamage
from fakestormer.verdict import judge_face, judge_video
from fakestormer.verdict.quality import face_notes, video_notes

RULE = ScoringRule()


def clips_of(clip, count=3, scale=1.0, blur=0.2):
    to_frame = np.tile(np.array([[scale, 0.0, 0.0], [0.0, scale, 0.0]]), (4, 1, 1))
    return [dataclasses.replace(clip(0.0, float(start)), to_frame=to_frame, blur=blur) for start in range(count)]


def codes(notes):
    return [note.code for note in notes]


def known(calibration, *ranges):
    measured = CalibrationSet("a set", 10, 1, 8, 20, 15, 2, -0.5, 1.0, ranges)
    return dataclasses.replace(calibration, measured=measured)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, []),
        ({"count": 2}, [QualityCode.FEW_CLIPS]),
        ({"scale": 0.4}, [QualityCode.TINY_FACE]),
        ({"blur": 0.7}, [QualityCode.BLURRED]),
        ({"blur": None}, []),
    ],
)
def test_few_tiny_and_blurred_clips_call_for_caution(clip, calibration, changes, found):
    assert codes(face_notes(clips_of(clip, **changes), calibration)) == found


@pytest.mark.parametrize(("motion", "found"), [(0.1, [QualityCode.NOTHING_MOVES]), (0.7, []), (None, [])])
def test_a_face_that_does_not_move_calls_for_caution(clip, calibration, motion, found):
    clips = [dataclasses.replace(one, motion=motion) for one in clips_of(clip)]
    notes = face_notes(clips, calibration)
    assert codes(notes) == found
    assert all("does not move" in say_note(note) and "0.10 grey levels" in say_note(note) for note in notes)


def test_what_reading_the_file_showed_is_told_whether_or_not_there_is_a_face(clip, calibration, video, provenance):
    note = QualityNote(QualityCode.OTHER_TRACKS, 1.0, high=0.0, detail="track 2 (h264, 96 x 64)")
    noted = dataclasses.replace(video, notes=(note,))
    for faces in ([], [judge_face(0, [clip(1.0)], RULE, calibration)]):
        verdict = judge_video(noted, faces, (), VideoDamage(), 9, provenance)
        assert note in verdict.notes
    assert "track 2 (h264, 96 x 64)" in say_note(note)


def test_a_tiny_face_is_told_in_pixels(clip, calibration):
    (note,) = face_notes(clips_of(clip, scale=0.25), calibration)
    assert (note.value, note.low) == (pytest.approx(56.0), 112.0)


def test_what_the_calibration_never_met_calls_for_caution(clip, calibration, video):
    wide = known(calibration, KnownRange("crop_scale", 0.6, 2.0), KnownRange("blur", 0.1, 0.3))
    assert face_notes(clips_of(clip), wide) == ()
    found = face_notes(clips_of(clip, scale=3.0, blur=0.4), wide)
    assert codes(found) == [QualityCode.OUTSIDE_FACE_SIZE, QualityCode.OUTSIDE_BLUR]
    assert (found[0].value, found[0].low, found[0].high) == pytest.approx((672.0, 134.4, 448.0))
    slow = known(calibration, KnownRange("frame_rate", 24.0, 30.0), KnownRange("bits_per_pixel", 0.05, 2.0))
    strange = dataclasses.replace(video, frame_rate=10.0, bit_rate=0.01 * 640 * 360 * 10)
    assert codes(video_notes(strange, slow)) == [
        QualityCode.HEAVY_COMPRESSION,
        QualityCode.OUTSIDE_BITS_PER_PIXEL,
        QualityCode.OUTSIDE_FRAME_RATE,
    ]
    assert video_notes(video, slow) == ()


def test_a_value_that_is_printed_like_its_limit_calls_for_none(clip, calibration):
    narrow = known(calibration, KnownRange("crop_scale", 1.0001, 2.0), KnownRange("blur", 0.2001, 0.3))
    assert face_notes(clips_of(clip, scale=1.0, blur=0.2), narrow) == ()
    (note,) = face_notes(clips_of(clip, scale=0.99, blur=0.2), narrow)
    assert say_note(note) == "Face size 222 pixels is outside the calibration range (224 to 448 pixels)."


def test_a_likelihood_ratio_is_the_calibrated_odds_within_the_bounds_of_the_set(clip, calibration, video, provenance):
    bounded = known(calibration)
    ratios = [judge_face(0, [clip(logit)], RULE, bounded).log10_lr for logit in (-9.0, 1.0, 9.0)]
    assert ratios == pytest.approx([-0.5, 1.0 / np.log(10), 1.0])
    assert judge_face(0, [clip(1.0)], RULE, calibration).log10_lr is None
    faces = [judge_face(0, [clip(-9.0)], RULE, bounded), judge_face(1, [clip(1.0, track_id=1)], RULE, bounded)]
    whole = judge_video(video, faces, (), VideoDamage(), 9, dataclasses.replace(provenance, calibration=bounded))
    assert 0 < whole.log10_lr < faces[1].log10_lr  # one of two faces is the higher by chance, too
    assert codes(faces[1].notes) == [QualityCode.FEW_CLIPS]
