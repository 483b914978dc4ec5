"""The golden verdict: two films made on the spot, through the shipped weights, frame by frame to the report.

Run: `make golden`. Do that only where a change is meant to move numbers; it goes into a commit of its own, with a line
under "Numbers" in the changelog.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from examples.demo import FRAME_RATE, film_astronaut, make_twin

from fakestormer.detector import Detector, DetectorConfig
from fakestormer.report import verdict_to_json
from fakestormer.types import FaceVerdict, VideoVerdict
from fakestormer.video import VideoReader, write_video

GOLDEN = Path(__file__).with_name("verdict.json")
FORGED = slice(50, 125)  # of 175 frames: three seconds in a film of seven


FILMS = ("genuine", "partly_forged")


def make_film(name: str) -> np.ndarray:
    """The demo's genuine film; or that film to and fro, with some of its frames forged."""
    frames, landmarks, scheme = film_astronaut()
    if name == "genuine":
        return frames
    order = np.abs((np.arange(175) + len(frames) - 1) % (2 * len(frames) - 2) - (len(frames) - 1))
    partial = frames[order]
    partial[FORGED] = make_twin(frames, landmarks, scheme)[order][FORGED]
    return partial


def make_golden(name: str) -> dict[str, Any]:
    """What is pinned of a film: frames, crops, evidence, verdict, the keys of the report."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with tempfile.TemporaryDirectory() as folder:
            detector = Detector.load(config=DetectorConfig(device="cpu"))
            return _golden(Path(folder) / f"{name}.mp4", make_film(name), detector)
    finally:
        torch.set_num_threads(threads)


def _golden(path: Path, film: np.ndarray, detector: Detector) -> dict[str, Any]:
    write_video(path, film, FRAME_RATE)
    frames = [frame.image for frame in VideoReader(path, wanted=lambda index: index % 25 == 0)]
    cut = detector.cut(path)
    verdict = detector.detect(path)
    return {
        "frames": [round(float(image.mean()), 2) for image in frames],
        "crops": [round(float(clip.images.mean()), 2) for clip in cut.clips],
        "decision": verdict.decision.value,
        "numbers": _numbers(verdict),
        "report_keys": sorted(verdict_to_json(verdict)),
    }


def _numbers(verdict: VideoVerdict) -> dict[str, Any]:
    face: FaceVerdict = verdict.faces[0]
    return {
        "faces": len(verdict.faces),
        "probability": verdict.probability,
        "log10_lr": verdict.log10_lr,
        "logit": face.logit,
        "clip_logits": [clip.evidence.clip_logit for clip in face.clips],
        "frame_logits": [float(clip.evidence.frame_logits.mean()) for clip in face.clips],
        "logits": [clip.logit for clip in face.clips],
        "times": [clip.span.start for clip in face.clips],
        "segments": [[one.span.start, one.span.end, one.logit] for one in face.segments],
        "peak_change": [float(clip.evidence.temporal_vulnerability.max()) for clip in face.clips],
    }


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps({name: make_golden(name) for name in FILMS}, indent=1) + "\n", encoding="utf-8")
