from __future__ import annotations

import dataclasses
import json

import jsonschema
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from fakestormer.report import json_schema, render_html, verdict_from_json, verdict_to_json
from fakestormer.types import (
    Calibration,
    CalibrationSet,
    ClipEvidence,
    ClipSpec,
    ContentCredentials,
    CredentialStatus,
    EvidenceFrame,
    FaceSizeNormalisation,
    KnownRange,
    Provenance,
    ScoringRule,
    SegmentSearch,
    SetAsideTrack,
    TimeSpan,
    VideoDamage,
    VideoInfo,
)
from fakestormer.verdict import judge_face, judge_video

VALIDATOR = jsonschema.Draft202012Validator(json_schema())
NUMBER = st.floats(-1e6, 1e6)
TIME = st.floats(0, 1e5)
WORDS = st.text(max_size=12)
SHARE = st.floats(0, 1)


def float64(shape):
    return arrays.arrays(np.float64, shape, elements=NUMBER)


def float32(shape):
    return arrays.arrays(np.float32, shape, elements=st.floats(-100, 100, width=32))


# Values are put together in the test, not inside a strategy: the runtime type checker looks at random items of a tuple,
# and hypothesis wants no randomness of others inside its strategies.
def a_span(draw):
    start, length = draw(TIME), draw(st.floats(0, 10))
    return TimeSpan(start, start + length)


def a_calibration(draw):
    real_to, fake_from = sorted((draw(SHARE), draw(SHARE)))
    measured = a_set(draw) if draw(st.booleans()) else None
    return Calibration(draw(st.floats(0.01, 10)), draw(st.floats(-5, 5)), real_to, fake_from, draw(WORDS), measured)


def a_set(draw):
    counts = [draw(st.integers(0, 50)) for _ in range(4)]
    total_real, total_fake = counts[0] + counts[1] + draw(st.integers(0, 9)), counts[2] + counts[3]
    bounds = draw(st.floats(-6, 0)), draw(st.floats(0, 6))
    ranges = [KnownRange(draw(st.sampled_from(["crop_scale", "blur"])), draw(SHARE), draw(st.floats(1, 9)))]
    return CalibrationSet(
        draw(WORDS), total_real, *counts[:2], total_fake, *counts[2:], *bounds, tuple(ranges[: draw(st.integers(0, 1))])
    )


def a_clip(draw, track_id):
    frames, rows, columns = (draw(st.integers(1, 3)) for _ in range(3))
    return ClipEvidence(
        track_id, a_span(draw), draw(NUMBER), draw(float64((draw(st.sampled_from([0, frames])),))),
        draw(float32((frames,))), draw(float32((frames, rows, columns))),
        draw(arrays.arrays(np.float64, (frames, 2, 3), elements=NUMBER)), draw(st.integers(1, 512)),
        draw(st.none() | SHARE),
    )  # fmt: skip


def a_rule(draw):
    size = FaceSizeNormalisation(draw(st.floats(-3, 3)), 0.5, draw(st.floats(0.5, 9)))
    search = SegmentSearch(draw(st.floats(0.5, 9)), most_segments=draw(st.integers(1, 9)))
    parts = [part if draw(st.booleans()) else None for part in (size, search)]
    return ScoringRule(draw(st.floats(0.1, 3)), draw(st.floats(0, 3)), draw(SHARE), *parts)


def a_face(draw, track_id, rule, calibration):
    face = judge_face(track_id, [a_clip(draw, track_id) for _ in range(draw(st.integers(1, 3)))], rule, calibration)
    evidence_frames = tuple(
        EvidenceFrame(
            clip.span.start, draw(st.integers(0, 10**6)), np.zeros((0, 0, 3), np.uint8), draw(SHARE), clip.logit,
            clip.evidence.to_frame[0], clip.evidence.crop_size, clip.evidence.temporal_vulnerability[0], draw(SHARE),
            clip.evidence.temporal_vulnerability[0] / np.float32(100),
        )
        for clip in face.clips[: draw(st.integers(0, 1))]
    )  # fmt: skip
    return dataclasses.replace(face, evidence_frames=evidence_frames)


def a_verdict(draw):
    calibration = a_calibration(draw)
    rule = a_rule(draw)
    found = [a_face(draw, track_id, rule, calibration) for track_id in range(draw(st.integers(0, 2)))]
    aside = [SetAsideTrack(number, a_span(draw), draw(WORDS)) for number in range(draw(st.integers(0, 2)))]
    size = st.integers(1, 8192)
    video = VideoInfo(
        draw(WORDS), draw(size), draw(size), draw(st.floats(0, 240)), draw(st.none() | TIME), draw(WORDS), draw(WORDS),
        draw(st.sampled_from([0, 90, 180, 270])), draw(st.none() | st.floats(0, 1e8)),
    )  # fmt: skip
    spec = ClipSpec(draw(st.integers(1, 8)), draw(st.integers(1, 4)), draw(st.integers(16, 512)), draw(SHARE), 0.1)
    pairs = tuple(draw(st.lists(st.tuples(WORDS, WORDS), max_size=2)))
    words = [draw(WORDS) for _ in range(6)]
    provenance = Provenance(words[0], words[1], words[2], "cc" * 32, spec, *words[3:6], rule, calibration, "cpu", pairs)
    damage = VideoDamage(draw(st.integers(0, 9)), draw(st.booleans()))
    verdict = judge_video(video, found, aside, damage, draw(st.integers(0, 10**6)), provenance)
    status = draw(st.none() | st.sampled_from(CredentialStatus))
    credentials = None if status is None else ContentCredentials(status, *(draw(WORDS) for _ in range(4)))
    return dataclasses.replace(verdict, credentials=credentials)


def same(one, other) -> bool:
    """Equality of two values of the vocabulary, arrays and their kinds included."""
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other)
    if isinstance(one, tuple):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    if dataclasses.is_dataclass(one):
        names = [field.name for field in dataclasses.fields(one)]
        return type(one) is type(other) and all(same(getattr(one, name), getattr(other, name)) for name in names)
    return type(one) is type(other) and one == other


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_any_verdict_comes_back_from_json_as_it_went_in(data):
    verdict = a_verdict(data.draw)
    written = json.loads(json.dumps(verdict_to_json(verdict), allow_nan=False))
    VALIDATOR.validate(written)
    back = verdict_from_json(written)
    assert same(back, verdict)
    assert verdict_to_json(back) == written


@settings(max_examples=12, deadline=None)
@given(st.data())
def test_any_verdict_gives_a_page(data):
    verdict = a_verdict(data.draw)
    assert render_html(verdict).rstrip().endswith("</html>")
