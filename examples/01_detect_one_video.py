"""One video, one verdict, one report page.

python examples/01_detect_one_video.py VIDEO [--weights FILE] [--html REPORT.html]

Without VIDEO it takes the forged film that `make demo` leaves in out/demo.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import fakestormer as fs

DEMO_FILM = Path("out/demo/self_blended.mp4")


def main() -> None:
    """Prints what the video's verdict is and what it rests on."""
    parser = argparse.ArgumentParser(description="Judge the faces in one video.")
    parser.add_argument("video", type=Path, nargs="?", default=DEMO_FILM)
    parser.add_argument("--weights", type=Path, help="a weights file; without it, those of the package")
    parser.add_argument("--html", type=Path, help="write the report page to this file")
    options = parser.parse_args()
    try:
        verdict = fs.Detector.load(options.weights).detect(options.video)
    except fs.FakestormerError as error:  # every error that a user can mend is one of these, with one sentence
        sys.exit(str(error))

    print(f"{options.video}: {verdict.decision.name}")
    if verdict.probability is None:  # NOT_APPLICABLE: nothing was scored, and there is no number to show
        print(f"  {verdict.reason}")
    for face in verdict.faces:
        worst = max(face.clips, key=lambda clip: clip.logit)
        print(
            f"  face {face.track_id}: {face.decision.name}, probability {face.probability:.2f} from {len(face.clips)} "
            f"clips, most suspicious at {worst.span.start:.2f} to {worst.span.end:.2f} s"
        )
    for track in verdict.set_aside:
        print(f"  set aside: face {track.track_id}, {track.reason}")
    if options.html:
        fs.write_html(verdict, options.html)
        print(f"  report: {options.html}")


if __name__ == "__main__":
    main()
