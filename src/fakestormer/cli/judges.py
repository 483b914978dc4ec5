"""Who judges the files of `fakestormer detect`: a detector in this process, or one in a child that can be killed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fakestormer.types import ConfigError, FaceTrack, VideoVerdict

if TYPE_CHECKING:
    from fakestormer.cli.outputs import Outputs
    from fakestormer.isolation import Progress

Say = Callable[[str], None]
# A file and what hears of the work, to the verdict and notes about what was written; raises FakestormerError.
Judge = Callable[[Path, Say], tuple[VideoVerdict, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Job:
    """What the options of `detect` say about how files are judged."""

    device: str
    weights: Path | None
    precision: str
    thorough: bool
    prior: float
    isolate: bool
    memory_limit: float | None  # GiB
    time_limit: float | None  # seconds
    threads: int | None
    runtime: str

    def __post_init__(self) -> None:
        if not self.isolate and (self.memory_limit is not None or self.time_limit is not None):
            raise ConfigError("--memory-limit and --time-limit apply to a child process: add --isolate")
        if self.isolate and self.runtime != "torch":
            raise ConfigError(f"--isolate runs the network with torch: leave out --runtime {self.runtime}")


@contextmanager
def open_judge(job: Job, outputs: Outputs) -> Iterator[Judge]:
    """The judge that the options ask for, with its model loaded; a child process is ended when the block is left."""
    if not job.isolate:
        yield _own_judge(job, outputs)
        return
    from fakestormer.isolation import IsolatedDetector, IsolationConfig, Limits

    memory = None if job.memory_limit is None else round(job.memory_limit * 2**30)
    limits = Limits(memory=memory, seconds=job.time_limit)
    config = IsolationConfig(
        weights=job.weights,
        device=job.device,
        precision=job.precision,
        prior=job.prior,
        threads=job.threads or 1,
        limits=limits,
    )
    with IsolatedDetector(config) as detector:
        detector.start()

        def judge(file: Path, say: Say) -> tuple[VideoVerdict, tuple[str, ...]]:
            hear = _Hearing(say)
            verdict = detector.detect(file, hear.of_child, thorough=job.thorough, overlay=outputs.overlay)
            return verdict, detector.notes

        yield judge


def graph_folder() -> Path:
    """Where converted graphs are kept, by the XDG rules for files that can be made again."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fakestormer"


def _own_judge(job: Job, outputs: Outputs) -> Judge:
    from fakestormer.detector import Detector, DetectorConfig, return_large_blocks, thorough, use_threads

    return_large_blocks()
    config = DetectorConfig(
        device=job.device,
        precision=job.precision,
        runtime=job.runtime,
        kept_graphs=graph_folder(),
        prior=job.prior,
        threads=use_threads(job.threads),
    )
    detector = Detector.load(job.weights, thorough(config) if job.thorough else config)

    def judge(file: Path, say: Say) -> tuple[VideoVerdict, tuple[str, ...]]:
        hear = _Hearing(say)
        verdict = detector.detect(file, observe=hear.of_detector)
        if outputs.write_overlay(verdict, hear.tracks, lambda time: say(f"writing the overlay, at {time:.1f} s")):
            return verdict, ()
        return verdict, (f"{outputs.overlay}: written without sound: MP4 does not support its codec",)

    return judge


class _Hearing:
    """Puts what a detector tells of its work into words."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._num_clips = 0
        self.tracks: tuple[FaceTrack, ...] = ()

    def of_detector(self, stage: str, value: Any) -> None:
        """The observer of a detector in this process."""
        if stage == "probe":
            self._say("looking for faces")
        elif stage == "track":
            self.tracks = value.tracks
            self._say(f"{len(value.tracks)} face(s) tracked")
        elif stage == "clip":
            self._scored(value.span.end)

    def of_child(self, progress: Progress) -> None:
        """The observer of a detector in a child process."""
        if progress.stage == "search" and progress.fraction is not None:
            self._say(f"looking for faces, {progress.fraction:.0%}")
        elif progress.stage == "track":
            self._say(f"{progress.faces} face(s) tracked")
        elif progress.stage == "score" and progress.end is not None:
            self._scored(progress.end)
        elif progress.stage == "write":
            self._say("writing the results")

    def _scored(self, end: float) -> None:
        self._num_clips += 1
        self._say(f"{self._num_clips} clips scored, at {end:.1f} s")
