"""What the weights say of files whose source no calibration saw: leave-one-source-out results of several evaluations.

python -m benchmarks.held_out_sources WEIGHTS --scores EVALUATION ... --out DIR

WEIGHTS are calibrated weights, EVALUATION the folders of `fakestormer evaluate` that `fakestormer calibrate` was
given. Every file is judged by a scoring rule and a curve fitted to the files of all other sources, at the thresholds
and bounds of WEIGHTS. DIR gets scores.csv, metrics.json and table.md, as an evaluation has them. Cross-AUC, genuine
files of one source against forged files of the others, is printed.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from fakestormer.evaluation import EvaluationConfig, Metrics, RunRecord, read_scores, write_metrics
from fakestormer.evaluation.calibrate import leave_one_source_out
from fakestormer.evaluation.scores import ScoreRow, write_scores
from fakestormer.evaluation.summary import summarise
from fakestormer.evaluation.tables import render_table
from fakestormer.model import LoadedWeights, load_weights
from fakestormer.types import DataError, FakestormerError, logistic

FEWEST = 4  # genuine files of a source that takes part in the Cross-AUC


def judge_held_out(rows: Sequence[ScoreRow], weights: LoadedWeights) -> list[ScoreRow]:
    """The rows with logit, probability and decision of a fit that did not see their source.

    Their logits are natural log likelihood ratios.
    """
    calibration = weights.calibration
    if calibration is None or calibration.measured is None:
        raise DataError(f"{weights.name} carries no calibration: run fakestormer calibrate first")
    ratios = replace(calibration, slope=1.0, intercept=0.0)
    is_fake = np.array([row.is_fake for row in rows], dtype=bool)
    judged = []
    for row, ratio in zip(rows, leave_one_source_out(rows, is_fake, weights.rule, "held-out sources"), strict=True):
        decision = ratios.decide(float(ratio)).value
        score = logistic(float(ratio))
        judged.append(
            replace(
                row, logit=float(ratio), score=score, probability=ratios.probability(float(ratio)), decision=decision
            )
        )
    return judged


def cross_auc(rows: Sequence[ScoreRow]) -> float:
    """Mean over sources with genuine files of the AUC of those against the forged files of all other sources."""
    areas = []
    for source in sorted({row.group for row in rows}):
        genuine = [row.logit for row in rows if row.group == source and not row.is_fake]
        forged = [row.logit for row in rows if row.group != source and row.is_fake]
        if len(genuine) >= FEWEST and forged:
            labels = [0] * len(genuine) + [1] * len(forged)
            areas.append(float(roc_auc_score(labels, [*genuine, *forged])))
    return float(np.mean(areas))


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes the folder; 1 and one sentence where an input cannot be used."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights", type=Path)
    parser.add_argument("--scores", type=Path, action="append", required=True, help="folder of an evaluation; repeat")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args(arguments)
    try:
        weights = load_weights(given.weights)
        rows = [row for folder in given.scores for row in read_scores(folder / "scores.csv") if row.is_scored]
        judged = judge_held_out(rows, weights)
        run = json.loads((given.scores[0] / "metrics.json").read_text("utf-8"))["run"]
    except (FakestormerError, OSError, ValueError) as error:
        print(f"held_out_sources: {error}", file=sys.stderr)
        return 1
    detector = run["detector"] | {"weights_sha256": weights.sha256}
    detector["calibration"] = detector["calibration"] | {"fitted_on": weights.calibration.fitted_on}  # type: ignore[union-attr]
    given.out.mkdir(parents=True, exist_ok=True)
    carried = tuple(name for name, _ in judged[0].carried)
    write_scores(given.out / "scores.csv", judged, carried)
    names = ", ".join(str(folder) for folder in given.scores)
    record = RunRecord(names, run["manifest_sha256"], 0, detector)
    config = EvaluationConfig()
    metrics = Metrics(record, config, summarise(judged, config))
    write_metrics(given.out / "metrics.json", metrics)
    (given.out / "table.md").write_text(render_table(metrics), "utf-8")
    print(f"Cross-AUC (mean over sources with {FEWEST} genuine files or more): {cross_auc(judged):.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
