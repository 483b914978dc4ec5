"""Where the seconds and the memory of one `detect --json --html --pdf` go, stage by stage, as JSON.

python benchmarks/detect.py [VIDEO] [--minutes 10] [--height 720] [--weights FILE]

Without VIDEO a film of that length is made on the spot (10 seconds where no length is given), and deleted again.

"decode" is the first pass over the frames (those that faces are looked for on) repeated alone; "track" is what remains
of that pass without decoding and detecting. "cut" is the second pass without the model: decoding again, and crops.
"verdict" is judging, fetching the pictures of the evidence frames and hashing the file; "attribution" the maps of what
the score depends on, for the evidence frames. "report" is JSON and page; "pdf" is null where the extra `report` is not
installed.

`peak_memory_mib` is the most that this process held at any time until the PDF was written, `peak_memory_mib_by_stage`
the most in each stage (Linux only); stages that take turns frame by frame share one number.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import torch

from fakestormer.detector import Detector, DetectorConfig, return_large_blocks, score
from fakestormer.faces import FaceDetection, FaceTracker
from fakestormer.faces.backends.libface import LibfaceDetector
from fakestormer.model import PRECISIONS, attribute
from fakestormer.report import write_html, write_json, write_pdf
from fakestormer.types import ConfigError, VideoVerdict
from fakestormer.video import VideoReader

# Which stages have passed when the detector tells of a step; clips are scored while they are cut.
PASSED = {"probe": "probe", "track": "decode, detect, track", "clip": "cut, model", "verdict": "verdict, attribution"}


class Memory:
    """The most memory that this process held in each stage, in MiB; the kernel's mark is set back between."""

    def __init__(self) -> None:
        self.peaks: dict[str, int] = {}

    def end(self, stage: str) -> None:
        """What was held since the last call was held in that stage; it may come again."""
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        kibibytes = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
        self.peaks[stage] = max(self.peaks.get(stage, 0), round(kibibytes / 1024))
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


class Stopwatch:
    """Seconds inside the model and the attribution, the instants of the detector's stages, and memory between them."""

    def __init__(self) -> None:
        self.model_seconds = 0.0
        self.face_seconds = 0.0
        self.attribution_seconds = 0.0
        self.last_seen: dict[str, float] = {}
        self.memory = Memory()
        self._entered = 0.0

    def observe(self, stage: str, _value: Any) -> None:
        """For `Detector.detect`."""
        self.last_seen[stage] = time.perf_counter()
        self.memory.end(PASSED[stage])

    def attribute(self, *given: Any) -> Any:
        """The attribution of one evidence frame's clip, its seconds added up."""
        start = time.perf_counter()
        found = attribute(*given)
        self.attribution_seconds += time.perf_counter() - start
        return found

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


def measure(path: Path, weights: Path | None, precision: str = "float32") -> dict[str, Any]:
    """Seconds by stage, peak memory of this process in MiB, and what was measured."""
    start = time.perf_counter()
    stopwatch, config = Stopwatch(), DetectorConfig(device="cpu", precision=precision)
    return_large_blocks()  # as the command line does
    loaded = Detector.load(weights, config).weights
    detector = Detector(loaded, config, TimedFaces(stopwatch, config.detection_size))
    loaded.model.register_forward_pre_hook(stopwatch.enter_model)
    loaded.model.register_forward_hook(stopwatch.leave_model)
    score.attribute = stopwatch.attribute
    stopwatch.memory.end("load")
    begin = time.perf_counter()
    verdict = detector.detect(path, observe=stopwatch.observe)
    end = time.perf_counter()
    seen = stopwatch.last_seen
    scored = seen.get("clip", seen["track"])
    report, pdf = _time_report(verdict, stopwatch.memory)
    decode = _time_decoding(path, config, verdict.video.frame_rate)
    seconds = {
        "load": begin - start,
        "probe": seen["probe"] - begin,
        "decode": decode,
        "detect": stopwatch.face_seconds,
        "track": max(0.0, seen["track"] - seen["probe"] - stopwatch.face_seconds - decode),
        "cut": scored - seen["track"] - stopwatch.model_seconds,
        "model": stopwatch.model_seconds,
        "verdict": end - scored - stopwatch.attribution_seconds,
        "attribution": stopwatch.attribution_seconds,
        "report": report,
        "pdf": pdf,
    }
    return {
        "video": {
            name: getattr(verdict.video, name) for name in ("width", "height", "frame_rate", "duration", "codec")
        },
        "num_frames": verdict.num_frames,
        "num_clips": sum(len(face.clips) for face in verdict.faces),
        "weights": loaded.name,
        "num_evidence_frames": sum(len(face.evidence_frames) for face in verdict.faces),
        "seconds": {name: None if value is None else round(value, 3) for name, value in seconds.items()},
        "seconds_detect_and_report": round(end - begin + report, 3),
        "peak_memory_mib": max(stopwatch.memory.peaks.values()),
        "peak_memory_mib_by_stage": stopwatch.memory.peaks,
        "machine": f"{platform.machine()}, {len(os.sched_getaffinity(0))} cores, torch {torch.__version__}",
    }


def _time_report(verdict: VideoVerdict, memory: Memory) -> tuple[float, float | None]:
    """Seconds for JSON and page, and for the PDF; None for a PDF that cannot be written here."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        write_json(verdict, Path(folder) / "verdict.json")
        write_html(verdict, Path(folder) / "report.html")
        written = time.perf_counter()
        memory.end("report")
        try:
            write_pdf(verdict, Path(folder) / "report.pdf")
        except ConfigError:
            return written - start, None
        memory.end("pdf")
        return written - start, time.perf_counter() - written


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
    parser.add_argument("--minutes", type=float, default=1 / 6, help="of the film that is made without VIDEO")
    parser.add_argument("--height", type=int, default=720)
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--precision", choices=PRECISIONS, default="float32")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        video = options.video or Path(folder) / "film.mp4"
        if options.video is None:  # in a process of its own: the encoder's memory is not the detector's
            size = ["--seconds", str(60 * options.minutes), "--height", str(options.height)]
            subprocess.run([sys.executable, str(Path(__file__).with_name("film.py")), str(video), *size], check=True)
        print(json.dumps(measure(video, options.weights, options.precision), indent=2))


if __name__ == "__main__":
    main()
