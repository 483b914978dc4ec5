"""How well a detector does when videos are worse than they were: one evaluation for each distortion and level."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from fakestormer.evaluation.clip_cache import CachingDetector
from fakestormer.evaluation.config import EvaluationConfig
from fakestormer.evaluation.evaluate import EvaluationProgress, VideoDetector, evaluate
from fakestormer.evaluation.record import Metrics
from fakestormer.types import ConfigError, VideoVerdict
from fakestormer.video import ALL_DISTORTIONS, LEVELS, Distortion, hash_file, write_distorted

FOLDER, COPY_FILE = "robustness", "copy.mp4"


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
            raise ConfigError(f"the level {level!r} of {kind} is no number: write for instance {kind}:1")
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
) -> Robustness:
    """The metrics of a detector on the files of a manifest, as they are and under each distortion.

    The clean evaluation is that of `evaluate`, in `out` itself, and goes on from one that is there; each other one has
    its folder `out/robustness/NAME` and goes on after an interruption just so. The detector gets a distorted copy of
    each video, one at a time, deleted when it was judged: it is the detector's own code that scores. One
    that keeps clips makes each copy once. A video that cannot be copied is a row with the decision "error".

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

    clean = evaluate(manifest, out, detector, follow(0, "clean"), evaluation)
    distorted: list[DistortedMetrics] = []
    for place, distortion in enumerate(config.distortions, start=1):
        folder = out / FOLDER / distortion.name
        judge = DistortingDetector(detector, distortion, config.seed, folder)
        metrics = evaluate(manifest, folder, judge, follow(place, distortion.name), evaluation)
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
        """The verdict of the distorted copy; VideoError where the file holds no readable video."""
        sha256 = hash_file(path)
        try:
            verdict = self._judge(path, sha256)
        finally:
            self._copy.unlink(missing_ok=True)
        done = (("distortion", self._distortion.name), ("distortion_seed", str(self._seed)))
        provenance = replace(verdict.provenance, input_sha256=sha256, settings=(*verdict.provenance.settings, *done))
        return replace(verdict, provenance=provenance)

    def _judge(self, path: Path, sha256: str) -> VideoVerdict:
        def write() -> Path:
            kind = list(LEVELS).index(self._distortion.kind)
            rng = np.random.default_rng([self._seed, kind, int(sha256, 16)])
            write_distorted(path, self._copy, self._distortion, rng)
            return self._copy

        if isinstance(self._detector, CachingDetector):
            one = self._distortion
            return self._detector.detect_copy(f"{sha256[:24]}-{one.kind}-{one.parameter:g}-{self._seed}", write)
        return self._detector.detect(write())
