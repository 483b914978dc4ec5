"""How well a detector does when videos are worse than they were: one evaluation for each distortion and level."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from fakestormer.evaluation.clip_cache import CachingDetector
from fakestormer.evaluation.config import EvaluationConfig
from fakestormer.evaluation.evaluate import EvaluationProgress, VideoDetector, evaluate
from fakestormer.evaluation.record import Metrics, hash_detector, rates_to_json
from fakestormer.evaluation.tables import align
from fakestormer.files import write_file
from fakestormer.types import ConfigError, VideoVerdict
from fakestormer.video import ALL_DISTORTIONS, LEVELS, Custody, Distortion, in_custody, write_distorted

FOLDER, COPY_FILE = "robustness", "copy.mp4"
ROBUSTNESS_VERSION = 2
JSON_FILE, TABLE_FILE = "robustness.json", "robustness.md"
_NOTE = (
    "Each cell: AUC over the files that were scored, [its interval], files scored/files listed. Where fewer were "
    "scored than clean, the AUC is that of the files that were left, perhaps the easier ones. Brackets: {interval}; "
    "none where all reals or all fakes stand in one cluster. Mean drop: the clean AUC less that under each distortion "
    "of the level, averaged over the number in brackets; platforms do not count. Kernels, blocks and cells are in "
    "pixels of the whole frame, milder on larger ones. Blocks and noise: seed {seed}."
)


@dataclass(frozen=True, slots=True)
class RobustnessConfig:
    """Which distortions at which levels, and the seed of blocks and noise."""

    distortions: tuple[Distortion, ...] = ALL_DISTORTIONS
    seed: int = 0

    def __post_init__(self) -> None:
        if not self.distortions or len(set(self.distortions)) != len(self.distortions) or self.seed < 0:
            names = ", ".join(one.name for one in self.distortions) or "nothing"
            raise ConfigError(
                f"robustness needs distortions, each once, and seed >= 0, got {names} and {self.seed}: name some"
            )


@dataclass(frozen=True, slots=True)
class DistortedMetrics:
    """The metrics of one evaluation and the distortion under which it was made."""

    distortion: Distortion
    metrics: Metrics


@dataclass(frozen=True, slots=True)
class Robustness:
    """The metrics of the videos as they are and under each distortion of the configuration, in its order."""

    config: RobustnessConfig
    clean: Metrics
    distorted: tuple[DistortedMetrics, ...]


@dataclass(frozen=True, slots=True)
class RobustnessProgress:
    """How far the evaluations are: `num_done` of `num_scores` in all, and what is under way ("clean", "blur-3")."""

    name: str
    num_done: int
    num_scores: int
    step: EvaluationProgress


def parse_distortions(text: str) -> tuple[Distortion, ...]:
    """The distortions that a text names, in the protocol's order: "all", or "blur:3,noise,480p".

    A name without a level stands for all its levels. Raises ConfigError for other names and levels.
    """
    if text.strip() == "all":
        return ALL_DISTORTIONS
    chosen: set[Distortion] = set()
    for part in text.split(","):
        kind, _, level = part.strip().partition(":")
        if kind not in LEVELS:
            raise ConfigError(f"there is no distortion {kind!r}: choose all, or from {', '.join(LEVELS)}")
        if level and not (level.isascii() and level.isdigit()):
            raise ConfigError(f"the level {level!r} of {kind} is not a number: write for instance {kind}:1")
        levels = [int(level)] if level else range(1, len(LEVELS[kind]) + 1)
        chosen.update(Distortion(kind, number) for number in levels)
    return tuple(one for one in ALL_DISTORTIONS if one in chosen)


def evaluate_robustness(
    manifest: Path,
    out: Path,
    detector: VideoDetector,
    observe: Callable[[RobustnessProgress], None] | None = None,
    config: RobustnessConfig | None = None,
    evaluation: EvaluationConfig | None = None,
    told: Callable[[str], None] | None = None,
) -> Robustness:
    """The metrics of a detector on the files of a manifest, as they are and under each distortion.

    The clean evaluation is that of `evaluate`, in `out` itself, and goes on from one that is there; each other one has
    its folder `out/robustness/NAME` and goes on after an interruption just so. The detector gets a distorted copy of
    each video, one at a time, deleted when it was judged: it is the detector's own code that scores. One
    that keeps clips makes each copy once. A video that cannot be copied is a row with the decision "error".

    Args:
        manifest: as for `evaluate`.
        out: folder for the results of all evaluations.
        detector: gives the verdict of one file.
        observe: hears of every score.
        config: which distortions, and the seed of blocks and noise; all where it is not given.
        evaluation: of intervals and breakdowns.
        told: hears of earlier scores that are set aside, as in `evaluate`.

    Raises:
        DataError: the manifest cannot be used, or a folder cannot be made (see `evaluate`).
    """
    config = config or RobustnessConfig()
    num_sets = len(config.distortions) + 1

    def follow(place: int, name: str) -> Callable[[EvaluationProgress], None]:
        def tell(step: EvaluationProgress) -> None:
            if observe is not None:
                num_done = place * step.num_files + step.num_done
                observe(RobustnessProgress(name, num_done, num_sets * step.num_files, step))

        return tell

    clean = evaluate(manifest, out, detector, follow(0, "clean"), evaluation, told)
    distorted: list[DistortedMetrics] = []
    for place, distortion in enumerate(config.distortions, start=1):
        folder = out / FOLDER / distortion.name
        judge = DistortingDetector(detector, distortion, config.seed, folder)
        metrics = evaluate(manifest, folder, judge, follow(place, distortion.name), evaluation, told)
        distorted.append(DistortedMetrics(distortion, metrics))
    return Robustness(config, clean, tuple(distorted))


class DistortingDetector:
    """Judges the distorted copy of each video in its place; what was done stands among the verdict's settings.

    Blocks and noise depend on the seed, the bytes of the video and the kind of distortion, and on nothing else: not on
    the file's name or the order, and not on the level, so that levels differ in strength alone. A detector that keeps
    clips (`CachingDetector`) keeps those of the copies too.
    """

    def __init__(self, detector: VideoDetector, distortion: Distortion, seed: int, folder: Path) -> None:
        self._detector = detector
        self._distortion = distortion
        self._seed = seed
        self._copy = folder / COPY_FILE

    def detect(self, path: Path, /) -> VideoVerdict:
        """The verdict of the distorted copy; VideoError where the file contains no readable video."""
        with in_custody(path) as custody:
            sha256 = custody.sha256()
            try:
                verdict = self._judge(path, sha256, custody)
            finally:
                self._copy.unlink(missing_ok=True)
        done = (("distortion", self._distortion.name), ("distortion_seed", str(self._seed)))
        provenance = replace(verdict.provenance, input_sha256=sha256, settings=(*verdict.provenance.settings, *done))
        return replace(verdict, provenance=provenance)

    def _judge(self, path: Path, sha256: str, custody: Custody) -> VideoVerdict:
        def write() -> Path:
            kind = list(LEVELS).index(self._distortion.kind)
            rng = np.random.default_rng([self._seed, kind, int(sha256, 16)])
            write_distorted(path, self._copy, self._distortion, rng)
            custody.check()  # before anything is kept under this hash
            return self._copy

        if isinstance(self._detector, CachingDetector):
            one = self._distortion
            return self._detector.detect_copy(f"{sha256[:24]}-{one.kind}-{one.parameter:g}-{self._seed}", write)
        return self._detector.detect(write())


@dataclass(frozen=True, slots=True)
class LevelDrop:
    """How much lower than clean the AUC is on average at one level, over the `num_kinds` distortions that have one."""

    level: int
    num_kinds: int
    drop: float


def mean_drops(result: Robustness) -> tuple[LevelDrop, ...]:
    """The average drop at each level over the distortions of the protocol, platforms left out; none without AUCs."""
    clean = result.clean.summary.overall.rates.auc
    found: dict[int, list[float]] = {}
    for one in result.distorted:
        auc = one.metrics.summary.overall.rates.auc
        if not one.distortion.is_platform and auc is not None and clean is not None:
            found.setdefault(one.distortion.level, []).append(clean.value - auc.value)
    return tuple(LevelDrop(level, len(drops), math.fsum(drops) / len(drops)) for level, drops in sorted(found.items()))


def write_robustness(out: Path, result: Robustness) -> str:
    """The table as text; it is written into `out` as well, and beside it all numbers as JSON."""
    text = render_robustness(result)
    write_file(out / TABLE_FILE, text)
    run = result.clean.run
    detector_hash = None if run.detector is None else hash_detector(run.detector)
    content = {
        "robustness_version": ROBUSTNESS_VERSION,
        "run": dataclasses.asdict(run) | {"detector_sha256": detector_hash},
        "seed": result.config.seed,
        "evaluation": dataclasses.asdict(result.clean.config),
        "clean": _rates_to_json(result.clean),
        "distorted": [
            {"name": one.distortion.name, "kind": one.distortion.kind, "level": one.distortion.level}
            | {"parameter": one.distortion.parameter, "is_platform": one.distortion.is_platform}
            | _rates_to_json(one.metrics)
            for one in result.distorted
        ],
        "mean_drops": [dataclasses.asdict(one) for one in mean_drops(result)],
    }
    write_file(out / JSON_FILE, json.dumps(content, indent=2, allow_nan=False) + "\n")
    return text


def render_robustness(result: Robustness) -> str:
    """The whole result as Markdown that ends with a newline, readable in a terminal as well."""
    config = result.clean.config
    interval = (
        f"{config.confidence:.0%} percentile intervals from {config.num_replicates} bootstrap replicates over clusters "
        f"(column {config.cluster_column}, else single files), seed {config.seed}"
    )
    platforms = [one for one in result.distorted if one.distortion.is_platform]
    parts = [
        "# Robustness",
        f"Manifest {result.clean.run.manifest} (sha256 {result.clean.run.manifest_sha256[:12]}).",
        f"Clean: AUC {_cell(result.clean)}",
        *_protocol_parts(result),
    ]
    if platforms:
        rows = [(one.distortion.kind, one.distortion.meaning, _cell(one.metrics)) for one in platforms]
        parts.append(align([("platform", "what is done", "AUC"), *rows]))
    parts.append(_NOTE.format(interval=interval, seed=result.config.seed))
    return "\n\n".join(parts) + "\n"


def _protocol_parts(result: Robustness) -> tuple[str, ...]:
    """The table with a line for each distortion, and what its levels mean; nothing where only platforms were asked."""
    cells = {one.distortion: _cell(one.metrics) for one in result.distorted if not one.distortion.is_platform}
    if not cells:
        return ()
    levels = sorted({distortion.level for distortion in cells})
    kinds = list(dict.fromkeys(distortion.kind for distortion in cells))
    drops = {one.level: f"{one.drop:+.3f} (of {one.num_kinds})" for one in mean_drops(result)}
    table = [
        ("distortion", *(f"level {level}" for level in levels)),
        *((kind, *(cells.get(Distortion(kind, level), "") for level in levels)) for kind in kinds),
        ("**mean drop**", *(drops.get(level, "-") for level in levels)),
    ]
    meanings = [
        ("distortion", *(f"level {level}" for level in levels)),
        *((kind, *(Distortion(kind, level).meaning for level in levels)) for kind in kinds),
    ]
    return align(table), align(meanings)


def _cell(metrics: Metrics) -> str:
    """ "0.912 [0.88, 0.94] 198/200": the AUC, its interval where there is one, and the coverage."""
    auc, coverage = metrics.summary.overall.rates.auc, metrics.summary.coverage
    value = "-" if auc is None else f"{auc.value:.3f}"
    interval = "" if auc is None or auc.low is None or auc.high is None else f" [{auc.low:.2f}, {auc.high:.2f}]"
    return f"{value}{interval} {coverage.num_scored}/{coverage.num_files}"


def _rates_to_json(metrics: Metrics) -> dict[str, Any]:
    summary = metrics.summary
    return {"coverage": dataclasses.asdict(summary.coverage), "overall": rates_to_json(summary.overall)}
