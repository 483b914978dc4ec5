"""What each part of the method is worth: lite's clip network and its five ablations, short, over seeds, on dev.

python -m benchmarks.ablations --data CACHE [--data CACHE] --manifest DEV.csv --out DIR
    [--seeds 0 1 2] [--variants full without_cutout ...] [--steps 200] [--pairs 6] [--clips 4] [--table-only]

The variant `full` is the recipe lite, without an image network.

The variants take turns, seed by seed, so that an interrupted series is a whole one with fewer seeds. Finished runs are
skipped (refused, if their recipe has changed since), an interrupted one goes on from its checkpoint. The command may be
started more than once on one DIR: each run is done by one process, on one thread. DIR/ablations.md and .json hold the
table of what is finished so far. Beside each run's weights (VARIANT/seed-N/last.safetensors) lie its scores
(dev/scores.csv).
"""

from __future__ import annotations

import argparse
import dataclasses
import fcntl
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import torch
from benchmarks.variants import compare_variants, render_variants, variants_to_json

from fakestormer.detector import Detector, DetectorConfig
from fakestormer.evaluation import (
    CachingDetector,
    EvaluationConfig,
    evaluate,
    read_scores,
)
from fakestormer.files import write_file
from fakestormer.recipes import ablations
from fakestormer.recipes.lite import lite
from fakestormer.training import TrainRun, train
from fakestormer.training.checkpoint import CHECKPOINT_NAME
from fakestormer.training.metrics_log import read_rows
from fakestormer.training.run_record import refuse_another_run
from fakestormer.types import ConfigError, FakestormerError

BASELINE = "full"
VARIANTS: dict[str, Callable[[], TrainRun]] = {
    BASELINE: lite,
    "without_temporal_head": ablations.without_temporal_head,
    "without_spatial_head": ablations.without_spatial_head,
    "without_cutout": ablations.without_cutout,
    "redrawn_every_frame": ablations.redrawn_every_frame,
    "without_landmark_interpolation": ablations.without_landmark_interpolation,
}
BUDGET_FILE, RESULT_FILE, TABLE_FILE, JSON_FILE = "budget.json", "result.json", "ablations.md", "ablations.json"
LONGER_THAN_ANY_CLIP = 3600.0  # seconds: so that the number of clips a video decides, not their distance


@dataclass(frozen=True, slots=True)
class Budget:
    """What every run of a series has in common: steps, pairs a step, precision; clips of each face of a dev video."""

    steps: int = 200
    pairs: int = 6
    clips: int = 4
    precision: str = "float32"


def short_run(recipe: Callable[[], TrainRun], seed: int, budget: Budget) -> TrainRun:
    """The recipe at this budget and seed. Validation is once, at the end."""
    run = recipe()
    return replace(
        run,
        optimisation=replace(run.optimisation, num_steps=budget.steps, pairs_per_step=budget.pairs),
        validation=replace(run.validation, every=budget.steps, num_pairs=2 * budget.pairs),
        precision=budget.precision,
        seed=seed,
        num_workers=0,
        checkpoint_every=25,
        keep_every=None,
    )


def do_series(options: argparse.Namespace, budget: Budget) -> None:
    """Does what is not done yet, and writes the table after each run."""
    plan = [(variant, seed) for seed in options.seeds for variant in options.variants]
    for variant, seed in plan:
        _refuse_other_recipes(options.out / variant / f"seed-{seed}", short_run(VARIANTS[variant], seed, budget))
    for number, (variant, seed) in enumerate(plan, start=1):
        folder = options.out / variant / f"seed-{seed}"
        with _claimed(folder) as mine:
            if mine and not (folder / RESULT_FILE).exists():
                title = f"{number}/{len(plan)} {variant} seed {seed}"
                _train_and_score(title, folder, short_run(VARIANTS[variant], seed, budget), options, budget)
                write_table(options.out)


def _refuse_other_recipes(folder: Path, run: TrainRun) -> None:
    if (folder / RESULT_FILE).exists():
        try:
            refuse_another_run(run, folder, resume=True)
        except ConfigError as error:
            raise ConfigError(f"{error}, or give another --out") from None


def _train_and_score(title: str, folder: Path, run: TrainRun, options: argparse.Namespace, budget: Budget) -> None:
    def tell(step: int, kind: str, numbers: dict[str, float]) -> None:
        if kind == "train" and (step + 1) % 10 == 0:
            steps = run.optimisation.num_steps
            left = (steps - step - 1) * numbers["seconds"] / 60
            say(f"{title}: step {step + 1}/{steps}, loss {numbers['total']:.3f}, {left:.0f} minutes left")

    say(f"{title}: training")
    resume = (folder / CHECKPOINT_NAME).exists()
    weights = train(run, options.data, folder, resume=resume, observe=tell)
    say(f"{title}: scoring")
    since = time.monotonic()
    config = DetectorConfig(device="cpu", min_clips=budget.clips, clip_interval=LONGER_THAN_ANY_CLIP, evidence_frames=0)
    detector = CachingDetector(Detector.load(weights, config), options.clip_cache or options.out / "clips")
    metrics = evaluate(options.manifest, folder / "dev", detector, config=EvaluationConfig(num_replicates=0))
    steps = [row["seconds"] for row in read_rows(folder / "metrics.jsonl") if row["kind"] == "train"]
    result = {
        "budget": dataclasses.asdict(budget),
        "data_sha256": json.loads((folder / "run.json").read_text("utf-8"))["data_sha256"],
        "manifest_sha256": metrics.run.manifest_sha256,
        "minutes_of_training": round(sum(steps) / 60, 1),
        "minutes_of_scoring": round((time.monotonic() - since) / 60, 1),
    }
    write_file(folder / RESULT_FILE, json.dumps(result, indent=1) + "\n")
    for name in (CHECKPOINT_NAME, "best.safetensors"):  # nothing goes on from a finished run
        (folder / name).unlink(missing_ok=True)


def write_table(out: Path) -> str:
    """The table of all finished runs, also written into the folder."""
    finished = sorted(path.parent for path in out.glob(f"*/seed-*/{RESULT_FILE}"))
    if not finished:
        raise ConfigError(f"{out} contains no finished run: leave --table-only out")
    tables = {
        variant: {
            int(folder.name.removeprefix("seed-")): read_scores(folder / "dev" / "scores.csv")
            for folder in finished
            if folder.parent.name == variant
        }
        for variant in VARIANTS
    }
    results = [json.loads((folder / RESULT_FILE).read_text("utf-8")) for folder in finished]
    for name in ("data_sha256", "manifest_sha256"):
        if len({result[name] for result in results}) > 1:
            raise ConfigError(f"the runs in {out} have not all the same {name}: use one folder for each set of data")
    variants = compare_variants(tables, BASELINE)
    content = {
        "budget": results[0]["budget"],
        "data_sha256": results[0]["data_sha256"],
        "manifest_sha256": results[0]["manifest_sha256"],
        "minutes_of_training": round(sum(result["minutes_of_training"] for result in results), 1),
        "variants": variants_to_json(variants),
    }
    told = ", ".join(
        f"{value} {name}" if name != "precision" else str(value) for name, value in content["budget"].items()
    )
    text = f"Budget of a run: {told}.\n\n{render_variants(variants)}"
    _write(out / JSON_FILE, json.dumps(content, indent=1) + "\n")
    _write(out / TABLE_FILE, text)
    return text


def _write(path: Path, text: str) -> None:
    write_file(path, text)


def keep_budget(out: Path, budget: Budget) -> None:
    """Notes the budget in the folder; ConfigError where it holds runs of another one."""
    path = out / BUDGET_FILE
    out.mkdir(parents=True, exist_ok=True)
    if path.exists():
        earlier = json.loads(path.read_text("utf-8"))
        if earlier != dataclasses.asdict(budget):
            raise ConfigError(
                f"{out} holds runs of the budget {earlier}, not {dataclasses.asdict(budget)}: give another folder"
            )
    _write(path, json.dumps(dataclasses.asdict(budget)) + "\n")


@contextmanager
def _claimed(folder: Path) -> Iterator[bool]:
    """Whether this process alone may work in the folder; the claim ends with the process, however that ends."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "claim").open("w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def say(text: str) -> None:
    """One line, at once, with the time of day."""
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the series and prints its table."""
    parser = argparse.ArgumentParser(description="Train and score the method, its ablations and the lite run.")
    parser.add_argument("--data", type=Path, action="append", default=[], help="a track cache; may be given again")
    parser.add_argument("--manifest", type=Path, help="labelled dev videos: file,label,group and further columns")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--clip-cache", type=Path, help="folder for the cut dev clips; OUT/clips without it")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--variants", nargs="+", choices=list(VARIANTS), default=list(VARIANTS))
    for name in ("steps", "pairs", "clips"):
        parser.add_argument(f"--{name}", type=int, default=getattr(Budget(), name))
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default="float32")
    parser.add_argument("--table-only", action="store_true", help="only the table of what is finished")
    options = parser.parse_args(arguments)
    budget = Budget(options.steps, options.pairs, options.clips, options.precision)
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    try:
        if not options.table_only:
            if not options.data or options.manifest is None:
                raise ConfigError("give the track caches with --data and the dev videos with --manifest")
            keep_budget(options.out, budget)
            do_series(options, budget)
        print(write_table(options.out))
    except FakestormerError as error:
        sys.exit(f"ablations: {error}")


if __name__ == "__main__":
    main()
