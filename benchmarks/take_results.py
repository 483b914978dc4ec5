"""Takes the results of an evaluation into docs/results/NAME, small enough to be committed, and writes the document.

python -m benchmarks.take_results NAME EVALUATION [--seconds DETECT.json] [--results docs/results]
python -m benchmarks.take_results NAME --robustness EVALUATION
python -m benchmarks.take_results NAME --crafted EVALUATION
python -m benchmarks.take_results --ablations ABLATIONS.json

EVALUATION is a folder of `fakestormer evaluate`. Taken are: of metrics.json what the document shows; robustness.json
and .png where they are there, or those of another evaluation of the same weights (on a part of the set, which the
document then says); reliability diagram and score distributions, drawn from scores.csv. `--crafted` takes the
evaluation of the videos that `python -m benchmarks.crafted_forgeries` made. DETECT.json is what
`python benchmarks/detect.py` printed; ABLATIONS.json what `python -m benchmarks.ablations` wrote.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.write_benchmarks import RESULTS, write

from fakestormer.evaluation import read_scores, write_figures
from fakestormer.types import DataError, FakestormerError

PICTURES = ("reliability.png", "distributions.png")
COLUMNS = ("family", "group", "method")
PARTS_OF_METRICS = ("coverage", "overall", "reliability", "pairwise_accuracy", "config")
SHOWN_RATES = ("num_real", "num_fake", "auc")


def take(name: str, evaluation: Path, results: Path) -> None:
    """The evaluation's numbers and pictures, in the folder of that name."""
    metrics = _read(evaluation / "metrics.json")
    folder = results / name
    folder.mkdir(parents=True, exist_ok=True)
    write_small(folder / "metrics.json", compact(metrics))
    with tempfile.TemporaryDirectory() as drawn:
        write_figures(read_scores(evaluation / "scores.csv"), Path(drawn))
        for picture in PICTURES:
            shutil.copyfile(Path(drawn) / picture, folder / picture)
    if (evaluation / "robustness.json").exists():
        take_robustness(name, evaluation, results)


def take_robustness(name: str, evaluation: Path, results: Path) -> None:
    """The evaluation's robustness for the variant of that name, and what tells whether it is that variant's own."""
    robustness = _read(evaluation / "robustness.json")
    run = robustness.pop("run")
    robustness["manifest_sha256"] = run["manifest_sha256"]
    robustness["weights_sha256"] = run["detector"]["weights_sha256"]
    write_small(results / name / "robustness.json", robustness)
    shutil.copyfile(evaluation / "robustness.png", results / name / "robustness.png")


def take_crafted(name: str, evaluation: Path, results: Path) -> None:
    """The numbers of an evaluation of crafted forgeries, for the variant of that name."""
    crafted, variant = compact(_read(evaluation / "metrics.json")), _read(results / name / "metrics.json")
    groups = [item["name"] for item in crafted["by"].get("group", {}).get("slices", ())]
    if "family" not in crafted["by"] or groups != ["crafted"]:
        raise DataError(f"{evaluation} is no evaluation of what benchmarks/crafted_forgeries.py made: give one")
    if crafted["run"]["weights_sha256"] != variant["run"]["weights_sha256"]:
        raise DataError(f"{evaluation} and the variant {name} are of different weights: evaluate the variant's own")
    write_small(results / name / "crafted.json", crafted)


def compact(metrics: dict[str, Any]) -> dict[str, Any]:
    """What the document shows of a metrics.json, and what the numbers rest on."""
    detector = metrics["run"]["detector"]
    run = {name: detector[name] for name in ("model_name", "weights_sha256", "package_version", "device", "settings")}
    run |= {"calibration_fitted_on": detector["calibration"]["fitted_on"]}
    run |= {name: metrics["run"][name] for name in ("manifest_sha256", "detector_sha256")}
    by = {}
    for column in COLUMNS:
        if column in metrics["by"]:
            breakdown = metrics["by"][column]
            slices = [
                {key: item[key] for key in ("name", "coverage", "reference")}
                | {key: _shown(item[key]) for key in ("same_source", "all")}
                for item in breakdown["slices"]
                if item["all"]["num_fake"]
            ]
            macro = {
                key: {"num_slices": one["num_slices"], "auc": one["auc"]} for key, one in breakdown["macro"].items()
            }
            by[column] = {"macro": macro, "slices": slices}
    return {"run": run, **{name: metrics[name] for name in PARTS_OF_METRICS}, "by": by}


def write_small(path: Path, content: Any) -> None:
    """JSON of one line for each value of the uppermost level."""
    lines = (f"{json.dumps(name)}: {json.dumps(value)}" for name, value in content.items())
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")


def _shown(comparison: dict[str, Any]) -> dict[str, Any]:
    return {name: comparison[name] for name in SHOWN_RATES}


def _read(path: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return content
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be read ({error}): give what the command named in --help wrote") from error


def main(arguments: Sequence[str] | None = None) -> None:
    """Takes what is given and writes docs/benchmarks.md anew."""
    parser = argparse.ArgumentParser(description="Take results into the documents.")
    parser.add_argument("name", nargs="?", help="the variant's folder, as docs/results/variants.json names it")
    parser.add_argument("evaluation", nargs="?", type=Path)
    parser.add_argument("--seconds", type=Path, help="output of benchmarks/detect.py with these weights")
    parser.add_argument("--robustness", type=Path, help="an evaluation whose robustness is taken, and nothing else")
    parser.add_argument("--crafted", type=Path, help="an evaluation of what benchmarks/crafted_forgeries.py made")
    parser.add_argument("--ablations", type=Path)
    parser.add_argument("--results", type=Path, default=RESULTS)
    options = parser.parse_args(arguments)
    if not options.name and (options.seconds or options.robustness or options.crafted):
        parser.error("NAME is missing: the variant's folder, as docs/results/variants.json names it")
    try:
        if options.evaluation:
            take(options.name, options.evaluation, options.results)
        if options.robustness:
            take_robustness(options.name, options.robustness, options.results)
        if options.crafted:
            take_crafted(options.name, options.crafted, options.results)
        if options.seconds:
            write_small(options.results / options.name / "seconds.json", _read(options.seconds))
        if options.ablations:
            write_small(options.results / "ablations.json", _read(options.ablations))
        print(f"wrote {write(options.results)}")
    except FakestormerError as error:
        sys.exit(f"take_results: {error}")


if __name__ == "__main__":
    main()
