"""Peak memory of `detect` on a short against a long video of the same size, each in a process of its own, as JSON.

python benchmarks/memory.py [--minutes 2 20] [--weights FILE]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def measure(minutes: float, height: int, weights: Path | None, folder: Path) -> dict[str, Any]:
    """What benchmarks/detect.py says about a film of that length; the film is deleted again."""
    film = folder / f"{minutes:g}.mp4"
    size = ["--seconds", str(60 * minutes), "--height", str(height)]
    subprocess.run([sys.executable, str(HERE / "film.py"), str(film), *size], check=True)
    command = [sys.executable, str(HERE / "detect.py"), str(film)]
    if weights is not None:
        command += ["--weights", str(weights)]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    film.unlink()
    measured: dict[str, Any] = json.loads(printed)
    return {"minutes": minutes, **measured}


def main() -> None:
    """Prints peak memory for each length, and the difference between the longest and the shortest."""
    parser = argparse.ArgumentParser(description="Compare the memory of short and long videos.")
    parser.add_argument("--minutes", type=float, nargs="+", default=[2.0, 20.0])
    parser.add_argument("--height", type=int, default=360)
    parser.add_argument("--weights", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        runs = [measure(minutes, options.height, options.weights, Path(folder)) for minutes in options.minutes]
    peaks = [run["peak_memory_mib"] for run in runs]
    print(json.dumps({"difference_mib": max(peaks) - min(peaks), "runs": runs}, indent=2))


if __name__ == "__main__":
    main()
