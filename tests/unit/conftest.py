from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from fakestormer.types import (
    Calibration,
    ClipEvidence,
    ClipSpec,
    Provenance,
    ScoringRule,
    TimeSpan,
    VideoDamage,
    VideoError,
    VideoInfo,
    VideoVerdict,
)
from fakestormer.verdict import judge_face, judge_video

CALIBRATION = Calibration(1.0, 0.0, 0.4, 0.6, "a test")


class ScriptedDetector:
    """Answers by file name: the clip logits of each face, no face (), or an exception; a name not listed is missing."""

    def __init__(self, answers: Mapping[str, object], weights_sha256: str = "a" * 64) -> None:
        self.answers = answers
        self.weights_sha256 = weights_sha256
        self.asked: list[str] = []

    def detect(self, path: Path) -> VideoVerdict:
        self.asked.append(path.name)
        answer = self.answers.get(path.name, VideoError(f"there is no file {path.name}: check the path"))
        if isinstance(answer, BaseException):
            raise answer
        assert isinstance(answer, tuple)
        faces = [
            judge_face(
                track, [_clip(track, index, logit) for index, logit in enumerate(logits)], ScoringRule(), CALIBRATION
            )
            for track, logits in enumerate(answer)
        ]
        info = VideoInfo(str(path), 640, 360, 25.0, 2.0, "h264", "yuv420p", 0)
        sha = f"{len(path.name):064d}"
        provenance = Provenance(
            "0.1.0",
            "scripted",
            self.weights_sha256,
            "cc" * 32,
            ClipSpec(),
            sha,
            "none",
            "none",
            ScoringRule(),
            CALIBRATION,
            "cpu",
        )
        return judge_video(info, faces, (), VideoDamage(), 50, provenance)


def _clip(track: int, index: int, logit: float) -> ClipEvidence:
    maps, to_frame = np.zeros((4, 14, 14)), np.zeros((4, 2, 3))
    return ClipEvidence(
        track, TimeSpan(float(index), index + 0.5), logit, np.zeros(0), np.zeros(4), maps, to_frame, 224
    )


@pytest.fixture
def scripted() -> type[ScriptedDetector]:
    return ScriptedDetector


@pytest.fixture
def write_manifest(tmp_path: Path):  # type: ignore[no-untyped-def]
    def write(*lines: str, header: str = "file,label,group", name: str = "manifest.csv") -> Path:
        path = tmp_path / name
        path.write_text("\n".join((header, *lines)) + "\n", "utf-8")
        return path

    return write
