"""Length costs no memory: what is held while a video is judged does not grow with it, but for a few numbers a clip."""

from __future__ import annotations

import gc

import numpy as np
import pytest

import fakestormer as fs
from fakestormer.model import load_weights
from fakestormer.types import FaceClip, Frame
from fakestormer.video import write_video

RATE, BATCH, MAPS = 5.0, 2, 3


def judge(tmp_path, film, weights, seconds):
    """The verdict, and the largest number of clips with crops, and of frames, alive at once."""
    place = [*range(len(film)), *range(len(film) - 2, 0, -1)]
    path = tmp_path / f"{seconds}.mp4"
    write_video(path, (film[place[n % len(place)]] for n in range(round(seconds * RATE))), RATE)
    config = fs.DetectorConfig(
        device="cpu", batch_size=BATCH, max_maps=MAPS, evidence_frames=1, clip_interval=1.0, min_clips=1
    )
    most = {FaceClip: 0, Frame: 0}

    def count(stage, value):
        if stage == "clip" and int(value.span.start) % 3 == 2:  # looking through all objects takes its time
            alive = gc.get_objects()
            for kind in most:
                most[kind] = max(most[kind], sum(type(one) is kind for one in alive))

    gc.collect()
    return fs.Detector(load_weights(weights), config).detect(path, observe=count), most


@pytest.mark.slow
def test_crops_and_maps_held_do_not_grow_with_the_length(tmp_path, film, weights):
    short, held_short = judge(tmp_path, film, weights, 5)
    long, held_long = judge(tmp_path, film, weights, 14)
    assert len(long.faces[0].clips) >= 2.5 * len(short.faces[0].clips)
    assert held_long == held_short
    assert 0 < held_long[FaceClip] <= BATCH + 1
    whole = [clip for clip in long.faces[0].clips if clip.temporal_vulnerability.shape[1:] != (1, 1)]
    assert len(whole) == MAPS + 1
    assert long.faces[0].evidence_frames[0].temporal_vulnerability.shape != (1, 1)
    numbers = [
        sum(value.size for value in (clip.temporal_vulnerability, clip.spatial_vulnerability, clip.to_frame))
        for clip in long.faces[0].clips
    ]
    assert np.median(numbers) <= 32  # a few for each of four frames


def test_only_the_most_suspicious_faces_are_pictured(tmp_path, film, weights):
    wide = np.concatenate([film[:10], film[:10, :, ::-1]], axis=2)
    write_video(tmp_path / "two.mp4", wide, RATE)
    config = fs.DetectorConfig(device="cpu", max_pictured_faces=1)
    verdict = fs.Detector(load_weights(weights), config).detect(tmp_path / "two.mp4")
    first, second = sorted(verdict.faces, key=lambda face: -face.logit)
    assert first.evidence_frames
    assert second.evidence_frames == ()
