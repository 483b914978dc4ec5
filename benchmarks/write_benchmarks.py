"""docs/benchmarks.md and docs/peers.md from docs/results: python -m benchmarks.write_benchmarks [RESULTS]

Numbers come from the files that `benchmarks/take_results.py` laid there. Written by hand is only RESULTS/variants.json:
for each variant its folder, title, whether it was kept, what it is, seeds and command; and the goals.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from benchmarks import write_peers
from benchmarks.variants import render_variants, variants_from_json

from fakestormer.evaluation import Estimate
from fakestormer.evaluation.tables import align, show

RESULTS = Path(__file__).parents[1] / "docs" / "results"
HEAD = """# Benchmarks

Written by `python -m benchmarks.write_benchmarks` from the files in `docs/results`; do not edit. Results are taken
there with `python -m benchmarks.take_results NAME EVALUATION`, where EVALUATION is the folder of a
`fakestormer evaluate`.

AUC: a fake scores above a real. **All**: against every genuine file of the set. **Same source**: against the genuine
files of the sources that the fakes come from, where a source has enough of them; how many that is stands with each
variant. **Reference**: the same source where there is one, else all. **Pairwise accuracy**: the share of fakes that
score above the very file they were made from. Brackets: 95 % bootstrap intervals over whole clusters (people); none
where all fakes or all reals stand in one cluster. Kept and dropped were chosen on these data, so what was kept
looks somewhat better here than elsewhere."""
COLUMN_TITLES = {"family": "family", "group": "source", "method": "method"}
STAGES = ("load", "decode", "detect", "track", "cut", "model", "verdict", "attribution", "report", "pdf")


def write(results: Path) -> Path:
    """The document beside the folder of results."""
    path = results.parent / "benchmarks.md"
    path.write_text(render(results), "utf-8")
    return path


def render(results: Path) -> str:
    """The whole document."""
    listed = json.loads((results / "variants.json").read_text("utf-8"))
    variants = [
        variant | {"metrics": _read(results / variant["folder"] / "metrics.json")} for variant in listed["variants"]
    ]
    parts = [HEAD, "## All variants", _summary(variants)]
    for variant in variants:
        if variant["state"] == "kept":
            parts += [f"## Goals: {variant['title']}", *_goals(listed["goals"], variant, results)]
    if (results / "ablations.json").exists():
        parts += ["## Ablations", *_ablations(_read(results / "ablations.json"))]
    parts += _seconds(variants, results)
    for variant in variants:
        parts += [f"## {variant['title']}", *_variant(variant, results)]
    return "\n\n".join(parts) + "\n"


def _summary(variants: list[dict[str, Any]]) -> str:
    families = sorted({item["name"] for variant in variants for item in _slices(variant, "family")})
    rows = [
        (
            "variant",
            "state",
            "all fakes",
            "mean of families, all",
            "mean of families, same source",
            "pairwise accuracy",
            "ECE",
            "scored",
            *families,
        )
    ]
    for variant in variants:
        metrics = variant["metrics"]
        macro, coverage = metrics["by"]["family"]["macro"], metrics["coverage"]
        by_name = {item["name"]: item["all"]["auc"] for item in _slices(variant, "family")}
        rows.append(
            (
                variant["title"],
                variant["state"],
                _show(metrics["overall"]["auc"]),
                _show(macro["all"]["auc"]),
                _show(macro["same_source"]["auc"]),
                _pairwise(metrics),
                _show(metrics["reliability"]["expected_calibration_error"]),
                f"{coverage['num_scored']}/{coverage['num_files']}",
                *(_show(by_name.get(family)) for family in families),
            )
        )
    return align(rows)


def _goals(goals: list[dict[str, Any]], variant: dict[str, Any], results: Path) -> tuple[str, str]:
    rows = [("goal", "wanted", "reached", "")]
    for goal in goals:
        found = _found(goal, variant, results)
        if found is None:
            rows.append((goal["name"], _wanted(goal), "-", "not measured"))
            continue
        reached = found["value"] >= goal["at_least"] if "at_least" in goal else found["value"] <= goal["at_most"]
        rows.append((goal["name"], _wanted(goal), _show(found), "reached" if reached else "**not reached**"))
    return (
        "Against the reference above; a value whose interval holds the goal could have fallen on either side.",
        align(rows),
    )


def _wanted(goal: dict[str, Any]) -> str:
    return f"at least {goal['at_least']:.2f}" if "at_least" in goal else f"at most {goal['at_most']:.2f}"


def _found(goal: dict[str, Any], variant: dict[str, Any], results: Path) -> dict[str, Any] | None:
    """The estimate that a goal speaks of; None where it was not measured."""
    if "family" in goal:
        found = [item for item in _slices(variant, "family") if item["name"] == goal["family"]]
        return found[0][found[0]["reference"]]["auc"] if found else None
    if "distortion" in goal:
        path = results / variant["folder"] / "robustness.json"
        named = {one["name"]: one for one in _read(path)["distorted"]} if path.exists() else {}
        distorted = named.get(goal["distortion"])
        if distorted is None or distorted["overall"]["auc"] is None:
            return None
        drop = _read(path)["clean"]["overall"]["auc"]["value"] - distorted["overall"]["auc"]["value"]
        return {"value": drop, "low": None, "high": None}
    if goal.get("measure") == "macro":
        return variant["metrics"]["by"]["family"]["macro"]["selected"]["auc"]
    return variant["metrics"]["reliability"]["expected_calibration_error"]


def _ablations(content: dict[str, Any]) -> tuple[str, str]:
    budget = content["budget"]
    options = " ".join(f"--{name} {budget[name]}" for name in ("steps", "pairs", "clips", "precision"))
    text = (
        f"`python -m benchmarks.ablations {options}`, {content['minutes_of_training']} minutes of training in all, on "
        f"data with the hash {content['data_sha256'][:12]}, scored on the manifest {content['manifest_sha256'][:12]}. "
        "Short runs: they compare parts of the method with each other, not with the variants above."
    )
    return text, render_variants(variants_from_json(content["variants"])).rstrip("\n")


def _seconds(variants: list[dict[str, Any]], results: Path) -> list[str]:
    rows = [("variant", "video", "seconds in all", *STAGES, "peak MiB", "machine")]
    for variant in variants:
        path = results / variant["folder"] / "seconds.json"
        if path.exists():
            told = _read(path)
            video, seconds = told["video"], told["seconds"]
            size = f"{video['width']} x {video['height']}, {video['duration']:g} s, {told['num_clips']} clips"
            stages = (str(seconds.get(stage, "-")) for stage in STAGES)
            peak = str(told["peak_memory_mib"])
            rows.append(
                (variant["title"], size, str(told["seconds_detect_and_report"]), *stages, peak, told["machine"])
            )
    if len(rows) == 1:
        return []
    return [
        "## Seconds for a video",
        "`python benchmarks/detect.py`; detection and report, without loading.",
        align(rows),
    ]


def _variant(variant: dict[str, Any], results: Path) -> list[str]:
    metrics, folder = variant["metrics"], variant["folder"]
    run = metrics["run"]
    parts = [
        f"{variant['what']} Seeds: {', '.join(map(str, variant['seeds']))}. State: {variant['state']}.",
        f"```console\n{variant['command']}\n```",
        f"Weights {run['model_name']} (sha256 {run['weights_sha256'][:12]}), fakestormer {run['package_version']}, "
        f"manifest sha256 {run['manifest_sha256'][:12]}, detector {run['detector_sha256'][:12]}, {_protocol(run)}, "
        f"calibrated on {run['calibration_fitted_on']}. Fewest "
        f"genuine files of a source: {metrics['config']['min_same_source_reals']}.",
    ]
    for column, title in COLUMN_TITLES.items():
        if column in metrics["by"]:
            parts.append(
                align([(title, "fakes", "all", "reals", "same source", "its reals"), *_lines(variant, column)])
            )
    relied = metrics["reliability"]
    parts.append(
        f"Probabilities: ECE {_show(relied['expected_calibration_error'])}, Brier {_show(relied['brier_score'])}, Cllr "
        f"{_show(relied['cllr'])} (least possible with this order: {_show(relied['cllr_min'])})."
    )
    parts += [
        f"![{title}]({results.name}/{folder}/{name}.png)"
        for name, title in (
            ("reliability", "Reliability diagram: share of fakes over the stated probability"),
            ("distributions", "Logits of all files by family"),
        )
        if (results / folder / f"{name}.png").exists()
    ]
    if (results / folder / "crafted.json").exists():
        parts += _crafted(_read(results / folder / "crafted.json"))
    if (results / folder / "robustness.json").exists():
        content = _read(results / folder / "robustness.json")
        parts += _robustness(content, f"{results.name}/{folder}/robustness.png", metrics["coverage"]["num_files"])
    return parts


def _lines(variant: dict[str, Any], column: str) -> list[tuple[str, ...]]:
    lines = [
        (
            item["name"] or "(none)",
            str(item["all"]["num_fake"]),
            _show(item["all"]["auc"]),
            str(item["all"]["num_real"]),
            _show(item["same_source"]["auc"]),
            str(item["same_source"]["num_real"]),
        )
        for item in _slices(variant, column)
    ]
    macro = variant["metrics"]["by"][column]["macro"]
    return [*lines, ("**mean**", "", _show(macro["all"]["auc"]), "", _show(macro["same_source"]["auc"]), "")]


def _crafted(metrics: dict[str, Any]) -> list[str]:
    coverage = metrics["coverage"]
    slices = metrics["by"]["family"]["slices"]
    rows = [(item["name"], str(item["all"]["num_fake"]), _show(item["all"]["auc"])) for item in slices]
    return [
        "Crafted forgeries by techniques with which no recipe trains, of people on whom no step trains (the vote is "
        "scaled on them, and validation watches them; `python -m benchmarks.crafted_forgeries`): "
        f"{coverage['num_scored']} of {coverage['num_files']} videos scored, {metrics['overall']['num_real']} of them "
        f"genuine. AUC of all {_show(metrics['overall']['auc'])}, pairwise accuracy {_pairwise(metrics)}.",
        align([("technique", "fakes", "AUC"), *rows]),
    ]


def _robustness(content: dict[str, Any], picture: str, num_files: int) -> list[str]:
    levels = sorted({one["level"] for one in content["distorted"] if not one["is_platform"]})
    cells = {(one["kind"], one["level"]): _scored(one) for one in content["distorted"]}
    kinds = list(dict.fromkeys(one["kind"] for one in content["distorted"] if not one["is_platform"]))
    rows = [(kind, *(cells.get((kind, level), "-") for level in levels)) for kind in kinds]
    platforms = [(one["kind"], _scored(one)) for one in content["distorted"] if one["is_platform"]]
    count = content["clean"]["coverage"]["num_files"]
    files = f"all {count} files" if count == num_files else f"{count} of the {num_files} files"
    text = f"Robustness, AUC of all fakes, on {files}; clean {_show(content['clean']['overall']['auc'])}."
    parts = [text, f"![AUC under distortions]({picture})"]
    if rows:
        parts.append(align([("distortion", *(f"level {level}" for level in levels)), *rows]))
    if platforms:
        parts.append(align([("platform", "AUC"), *platforms]))
    return parts


def _protocol(run: dict[str, Any]) -> str:
    settings = run["settings"]
    if "protocol_sha256" not in settings:
        return "no protocol noted"
    return f"protocol {settings['protocol']} {settings['protocol_version']} ({settings['protocol_sha256'][:12]})"


def _pairwise(metrics: dict[str, Any]) -> str:
    pairs = metrics["pairwise_accuracy"]
    return "-" if pairs is None else _show(pairs["accuracy"])


def _scored(distorted: dict[str, Any]) -> str:
    """The AUC, and of how many files it is where faces were not found in all."""
    coverage = distorted["coverage"]
    auc, scored, listed = _show(distorted["overall"]["auc"]), coverage["num_scored"], coverage["num_files"]
    return auc if scored == listed else f"{auc}, {scored} of {listed} files"


def _slices(variant: dict[str, Any], column: str) -> list[dict[str, Any]]:
    slices: list[dict[str, Any]] = variant["metrics"]["by"][column]["slices"]
    return slices


def _show(estimate: dict[str, Any] | None) -> str:
    return show(None if estimate is None else Estimate(**estimate))


def _read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


if __name__ == "__main__":
    told = Path(sys.argv[1]) if len(sys.argv) > 1 else RESULTS
    print(f"wrote {write(told)} and {write_peers.write(told)}")
