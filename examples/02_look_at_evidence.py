"""What a verdict rests on: the score over time, and where in the frame the most suspicious clip changes.

python examples/02_look_at_evidence.py VIDEO [--weights FILE] [--out FOLDER]

Without VIDEO it takes the forged film that `make demo` leaves in out/demo.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

import fakestormer as fs
from fakestormer.types import ClipEvidence, FaceVerdict, VideoVerdict
from fakestormer.verdict import score_timeline

DEMO_FILM = Path("out/demo/self_blended.mp4")
BAR_WIDTH = 40


class StageClock:
    """Hears of every stage of the work; progress bars and measurements are made the same way."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._since = time.perf_counter()

    def __call__(self, stage: str, _value: Any) -> None:
        """Adds the time since the last stage to this one."""
        now = time.perf_counter()
        self.seconds[stage] = self.seconds.get(stage, 0.0) + now - self._since
        self._since = now


def print_timeline(face: FaceVerdict, verdict: VideoVerdict) -> None:
    """One line a clip: when, the logit, the calibrated probability as a number and as a bar."""
    print(f"face {face.track_id}: {face.decision.name}, probability {face.probability:.2f}")
    for moment, logit, probability in score_timeline(face, verdict.scale):
        bar = "#" * round(BAR_WIDTH * probability)
        print(f"  {moment:7.2f} s  logit {logit:+6.2f}  {probability:.2f} |{bar:<{BAR_WIDTH}}|")
    for one in face.segments:
        print(f"  suspicious from {one.span.start:.2f} to {one.span.end:.2f} s, most at {one.peak_time:.2f} s")


def strongest_change(clip: ClipEvidence) -> tuple[int, float, float, float]:
    """Frame of the clip, x and y in pixels of the video, and value of the temporal map's highest patch."""
    heat = clip.temporal_vulnerability
    frame, row, column = (int(place) for place in np.unravel_index(heat.argmax(), heat.shape))
    patch = clip.crop_size / np.array([heat.shape[2], heat.shape[1]])
    middle = (np.array([column, row]) + 0.5) * patch
    x, y = clip.to_frame[frame] @ np.array([*middle, 1.0])  # every clip knows the way back to its frames
    return frame, float(x), float(y), float(heat.max())


def main() -> None:
    """Prints the evidence and writes the annotated evidence frames and timelines."""
    parser = argparse.ArgumentParser(description="Show the evidence behind one verdict.")
    parser.add_argument("video", type=Path, nargs="?", default=DEMO_FILM)
    parser.add_argument("--weights", type=Path, help="a weights file; without it, those of the package")
    parser.add_argument("--out", type=Path, default=Path("out/evidence"), help="folder for the pictures")
    options = parser.parse_args()
    clock = StageClock()
    try:
        verdict = fs.Detector.load(options.weights).detect(options.video, observe=clock)
    except fs.FakestormerError as error:
        sys.exit(str(error))

    print(f"{verdict.decision.name} {verdict.reason or ''}")
    for face in verdict.faces:
        print_timeline(face, verdict)
        worst = max(face.clips, key=lambda clip: clip.logit)
        frame, x, y, value = strongest_change(worst.evidence)
        print(f"  in the clip at {worst.span.start:.2f} s: strongest change {value:.1f} near pixel ({x:.0f}, {y:.0f})")
        print(f"  in its frame {frame}; worst patch of each frame: {np.round(worst.evidence.spatial_vulnerability, 2)}")
    for path in fs.write_pictures(verdict, options.out):
        print(f"wrote {path}")
    print("seconds by stage: " + ", ".join(f"{stage} {seconds:.2f}" for stage, seconds in clock.seconds.items()))


if __name__ == "__main__":
    main()
