from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from fakestormer.types import (
    Calibration,
    CalibrationSet,
    ClipEvidence,
    ClipSpec,
    Decision,
    EvidenceFrame,
    FaceVerdict,
    KnownRange,
    ProbabilityScale,
    Provenance,
    ScoredClip,
    ScoringRule,
    Segment,
    SetAsideTrack,
    TimeSpan,
    VideoDamage,
    VideoInfo,
    VideoVerdict,
)

HEIGHT, WIDTH, CROP = 120, 160, 64


@pytest.fixture
def calibration() -> Calibration:
    return Calibration(slope=1.0, intercept=0.0, real_to=0.2, fake_from=0.8, fitted_on="ten made-up videos")


@pytest.fixture
def scale(calibration: Calibration) -> ProbabilityScale:
    return ProbabilityScale(calibration)


@pytest.fixture
def measured() -> CalibrationSet:
    return CalibrationSet(
        "ten made-up videos", 40, 2, 30, 60, 45, 3, -1.0, 1.2, (KnownRange("frame_rate", 24.0, 30.0),)
    )


@pytest.fixture
def face(calibration: Calibration) -> Callable[..., FaceVerdict]:
    """Clips with the given logits, one a second, and a evidence frame for the strongest; the map has one hot patch."""

    def make(logits: tuple[float, ...] = (3.0, -3.0, 4.0), track_id: int = 0, pictures: bool = True) -> FaceVerdict:
        to_frame = np.array([[0.5, 0.0, 40.0], [0.0, 0.5, 20.0]])
        heat = np.zeros((4, 14, 14), np.float32)
        heat[2, 3, 10] = 2.5
        clips = tuple(
            ScoredClip(
                ClipEvidence(
                    track_id,
                    TimeSpan(float(second), second + 0.16),
                    logit,
                    np.zeros(0),
                    np.linspace(0.1, 0.9, 4, dtype=np.float32),
                    heat,
                    np.stack([to_frame] * 4),
                    CROP,
                ),
                logit,
            )
            for second, logit in enumerate(logits)
        )
        size = (HEIGHT, WIDTH, 3) if pictures else (0, 0, 3)
        image = np.full(size, 90, np.uint8)
        key = EvidenceFrame(2.08, 52, image, 0.5, max(logits), to_frame, CROP, heat[2], 0.63, 0.05 * heat[2])
        mean = sum(logits) / len(logits)
        chance = calibration.probability(mean)
        decision = Decision.FAKE if chance >= 0.8 else Decision.REAL if chance <= 0.2 else Decision.INCONCLUSIVE
        stretch = Segment(TimeSpan(2.0, 2.16), 2.08, 4.0, calibration.probability(4.0), mean, chance, 1.5)
        spans = (stretch,) if decision is Decision.FAKE else ()
        return FaceVerdict(track_id, TimeSpan(0.0, 3.0), decision, mean, chance, chance, clips, (key,), spans)

    return make


@pytest.fixture
def verdict(calibration: Calibration) -> Callable[..., VideoVerdict]:
    def make(*faces: FaceVerdict, path: str = "/videos/town hall.mp4", **changes: object) -> VideoVerdict:
        worst = max(faces, key=lambda one: one.score, default=None)
        facts: dict[str, object] = {
            "video": VideoInfo(path, 320, 240, 25.0, 4.0, "h264", "yuv420p", 90),
            "decision": worst.decision if worst else Decision.NOT_APPLICABLE,
            "score": worst.score if worst else None,
            "probability": worst.probability if worst else None,
            "reason": None if worst else "no face was found in 100 frames",
            "faces": faces,
            "set_aside": (SetAsideTrack(8, TimeSpan(1.0, 1.2), "seen for 0.20 s only"),),
            "damage": VideoDamage(),
            "num_frames": 100,
            "provenance": Provenance(
                "0.1.0", "lite", "ab" * 32, "cc" * 32, ClipSpec(), "cd" * 32, "PyAV", "scripted faces",
                ScoringRule(), calibration, "cpu",
                (("interval", "1 s"),),
            ),
        }  # fmt: skip
        return VideoVerdict(**{**facts, **changes})  # type: ignore[arg-type]

    return make
