from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from fakestormer.types import Calibration, ClipEvidence, ClipSpec, Provenance, ScoringRule, TimeSpan, VideoInfo


@pytest.fixture
def calibration() -> Calibration:
    return Calibration(slope=1.0, intercept=0.0, real_to=0.3, fake_from=0.7, fitted_on="a test")


@pytest.fixture
def clip() -> Callable[..., ClipEvidence]:
    def make(logit: float, start: float = 0.0, end: float | None = None, track_id: int = 0) -> ClipEvidence:
        return ClipEvidence(
            track_id=track_id,
            span=TimeSpan(start, start + 0.16 if end is None else end),
            clip_logit=logit,
            frame_logits=np.zeros(0),
            spatial_vulnerability=np.zeros(4, np.float32),
            temporal_vulnerability=np.zeros((4, 14, 14), np.float32),
            to_frame=np.zeros((4, 2, 3)),
            crop_size=224,
        )

    return make


@pytest.fixture
def video() -> VideoInfo:
    return VideoInfo("a.mp4", 640, 360, 25.0, 4.0, "h264", "yuv420p", 0)


@pytest.fixture
def provenance(calibration: Calibration) -> Provenance:
    return Provenance(
        "0", "lite", "00", "cc" * 32, ClipSpec(), "11", "PyAV", "scripted", ScoringRule(), calibration, "cpu"
    )
