"""Where the seconds of one `detect` go, and its peak memory, as JSON.

python benchmarks/detect.py [VIDEO] [--weights FILE]     without VIDEO: a film of 10 s at 1280 x 720 made on the spot

"decode" is the first pass over the frames (those that faces are looked for on) repeated alone; "track" is what remains
of that pass without decoding and detecting. "cut" is the second pass without the model: decoding again, and crops.
"verdict" includes the pictures of the key frames.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import torch

from fakestormer.detector import Detector, DetectorConfig
from fakestormer.faces import FaceDetection, FaceTracker
from fakestormer.faces.backends.libface import LibfaceDetector
from fakestormer.report import write_html, write_json
from fakestormer.types import VideoVerdict
from fakestormer.video import VideoReader


class Stopwatch:
    """Seconds between marks and inside the model, and the instants of the detector's stages."""

    def __init__(self) -> None:
        self.model_seconds = 0.0
        self.face_seconds = 0.0
        self.last_seen: dict[str, float] = {}
        self._entered = 0.0

    def observe(self, stage: str, _value: Any) -> None:
        """For `Detector.detect`."""
        self.last_seen[stage] = time.perf_counter()

    def enter_model(self, *_: Any) -> None:
        """Before the network runs."""
        self._entered = time.perf_counter()

    def leave_model(self, *_: Any) -> None:
        """After it ran."""
        self.model_seconds += time.perf_counter() - self._entered


class TimedFaces:
    """The default face detector, its seconds added up."""

    def __init__(self, stopwatch: Stopwatch, max_size: int) -> None:
        self._faces = LibfaceDetector(max_size=max_size)
        self._stopwatch = stopwatch
        self.name = self._faces.name

    def detect(self, image: Any) -> tuple[FaceDetection, ...]:
        """As the default detector."""
        start = time.perf_counter()
        found = self._faces.detect(image)
        self._stopwatch.face_seconds += time.perf_counter() - start
        return found


def measure(path: Path, weights: Path | None) -> dict[str, Any]:
    """Seconds by stage, peak memory of this process in MiB, and what was measured."""
    start = time.perf_counter()
    stopwatch, config = Stopwatch(), DetectorConfig(device="cpu")
    loaded = Detector.load(weights, config).weights
    detector = Detector(loaded, config, TimedFaces(stopwatch, config.detection_size))
    loaded.model.register_forward_pre_hook(stopwatch.enter_model)
    loaded.model.register_forward_hook(stopwatch.leave_model)
    begin = time.perf_counter()
    verdict = detector.detect(path, observe=stopwatch.observe)
    end = time.perf_counter()
    seen = stopwatch.last_seen
    scored = seen.get("clip", seen["track"])
    report = _time_report(verdict)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    decode = _time_decoding(path, config, verdict.video.frame_rate)
    seconds = {
        "load": begin - start,
        "probe": seen["probe"] - begin,
        "decode": decode,
        "detect": stopwatch.face_seconds,
        "track": seen["track"] - seen["probe"] - stopwatch.face_seconds - decode,
        "cut": scored - seen["track"] - stopwatch.model_seconds,
        "model": stopwatch.model_seconds,
        "verdict": end - scored,
        "report": report,
    }
    return {
        "video": {
            name: getattr(verdict.video, name) for name in ("width", "height", "frame_rate", "duration", "codec")
        },
        "num_frames": verdict.num_frames,
        "num_clips": sum(len(face.clips) for face in verdict.faces),
        "weights": loaded.name,
        "seconds": {name: round(value, 3) for name, value in seconds.items()},
        "seconds_detect_and_report": round(end - begin + report, 3),
        "peak_memory_mib": round(peak),
        "machine": f"{platform.machine()}, {len(os.sched_getaffinity(0))} cores, torch {torch.__version__}",
    }


def _time_report(verdict: VideoVerdict) -> float:
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        write_json(verdict, Path(folder) / "verdict.json")
        write_html(verdict, Path(folder) / "report.html")
        return time.perf_counter() - start


def _time_decoding(path: Path, config: DetectorConfig, frame_rate: float) -> float:
    stride = FaceTracker(LibfaceDetector(), config.tracking).stride(frame_rate)
    start = time.perf_counter()
    for _ in VideoReader(path, max_size=config.detection_size, wanted=lambda index: index % stride == 0):
        pass
    return time.perf_counter() - start


def main() -> None:
    """Prints the JSON."""
    parser = argparse.ArgumentParser(description="Time one detection by stage.")
    parser.add_argument("video", type=Path, nargs="?")
    parser.add_argument("--weights", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        video = options.video or Path(folder) / "film.mp4"
        if options.video is None:  # in a process of its own: the encoder's memory is not the detector's
            subprocess.run([sys.executable, str(Path(__file__).with_name("film.py")), str(video)], check=True)
        print(json.dumps(measure(video, options.weights), indent=2))


if __name__ == "__main__":
    main()
