"""Two detectors on the same files: which orders them better, if either.

python examples/07_compare_two_detectors.py [--out FOLDER]

The second detector is the network that examples/05_train_tiny.py leaves in out/tiny: after thirty steps on one picture
it cannot do much. Eight files are too few for any conclusion, and the comparison says so.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

from fakestormer.evaluation import compare_evaluations, render_comparison

score = importlib.import_module("06_evaluate_a_folder").score
TINY = Path("out/tiny/run/last.safetensors")


def main() -> None:
    """Scores the same folder twice and compares."""
    parser = argparse.ArgumentParser(description="Compare two detectors.")
    parser.add_argument("--out", type=Path, default=Path("out/compared"))
    parser.add_argument("--other", type=Path, default=TINY, help="weights of the second detector")
    options = parser.parse_args()
    if not options.other.exists():
        sys.exit(f"{options.other} is not there: run python examples/05_train_tiny.py first")
    first = score(options.out / "first")
    second = score(options.out / "second", options.other)
    print(render_comparison(compare_evaluations(first, second)))


if __name__ == "__main__":
    main()
