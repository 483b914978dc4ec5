"""`run.json`: what ran, on which data, with which versions; enough to run it again."""

from __future__ import annotations

import dataclasses
import json
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from fakestormer.data import CachedTrack, cache_fingerprint
from fakestormer.files import from_plain, write_file
from fakestormer.model import WarmStartReport
from fakestormer.training.checkpoint import CHECKPOINT_NAME
from fakestormer.training.config import TrainRun
from fakestormer.types import ConfigError, DataError

RECORD_NAME = "run.json"


@dataclass(frozen=True, slots=True)
class RunRecord:
    """The whole configuration, the data it sees (`data_sha256`: names and sizes of the cache files), and versions."""

    run: TrainRun
    caches: tuple[str, ...]
    data_sha256: str
    num_training_tracks: int
    num_held_out_tracks: int
    held_out_identities: tuple[str, ...]
    environment: dict[str, str]
    warm_start: WarmStartReport | None = None
    num_processes: int = 1


def make_record(
    run: TrainRun, caches: Sequence[Path], training: Sequence[CachedTrack], held_out: Sequence[CachedTrack]
) -> RunRecord:
    """The record of a run on these caches, in this environment."""
    return RunRecord(
        run=run,
        caches=tuple(str(cache) for cache in caches),
        data_sha256=cache_fingerprint(caches),
        num_training_tracks=len(training),
        num_held_out_tracks=len(held_out),
        held_out_identities=tuple(sorted({track.identity for track in held_out})),
        environment=environment(),
    )


def write_record(record: RunRecord, folder: Path) -> None:
    """Writes `run.json`, at once or not at all."""
    plain = {
        field.name: getattr(record, field.name) for field in dataclasses.fields(record) if field.name != "warm_start"
    }
    plain["run"] = record.run.to_json()
    plain["warm_start"] = dataclasses.asdict(record.warm_start) if record.warm_start else None
    write_file(folder / RECORD_NAME, json.dumps(plain, indent=1))


@dataclass(frozen=True, slots=True)
class RecordedRun:
    """What it takes to run it again: the run, where its caches were, and their fingerprint."""

    run: TrainRun
    caches: tuple[Path, ...]
    data_sha256: str | None


def read_record(path: Path) -> RecordedRun:
    """The run that a `run.json` describes. Fields it does not know are as the defaults are now."""
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        run = run_from_json(plain["run"])
        caches = tuple(Path(cache) for cache in plain["caches"])
        return RecordedRun(run, caches, plain.get("data_sha256"))
    except (DataError, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(
            f"{path} is not a record of a run that this version knows ({error}): give the run.json of a run's "
            "folder, or go on with the version that recorded it"
        ) from error


def refuse_another_run(run: TrainRun, folder: Path, resume: bool) -> None:
    """ConfigError where the folder holds a run and none is to be resumed, or another one than this.

    A run that was killed before its first checkpoint left nothing to go on with: it may be started again.
    """
    path = folder / RECORD_NAME
    if not path.exists() or not (resume or (folder / CHECKPOINT_NAME).exists()):
        return
    if not resume:
        raise ConfigError(f"{folder} already holds a run: give another folder, or --resume to continue it")
    recorded = read_record(path).run.to_json()
    for name, value in run.to_json().items():
        # Workers load the same pairs however many they are; how often to save does not change a weight either.
        if value != recorded[name] and name not in ("num_workers", "checkpoint_every", "keep_every", "tensorboard"):
            raise ConfigError(
                f"{folder} holds a run with a different {name}: resume it with the recipe it was started with"
            )


def environment() -> dict[str, str]:
    """Versions that decide whether a run can be repeated bit for bit."""
    packages = ("fakestormer", "torch", "numpy", "opencv-python-headless", "av")
    found = {"python": platform.python_version()} | {name: metadata.version(name) for name in packages}
    revision = source_revision()
    return found | ({"git": revision} if revision else {})


def source_revision() -> str | None:
    """The git hash of this package's own source, "-dirty" where it was changed since; None outside a checkout."""
    room = Path(__file__).parents[1]

    def ask(*arguments: str) -> str:
        told = subprocess.run(
            ["git", "--no-optional-locks", "-C", str(room), *arguments], capture_output=True, text=True, check=True
        )
        return told.stdout.strip()

    try:
        if Path(ask("rev-parse", "--show-toplevel")).resolve() != room.parents[1].resolve():
            return None  # installed inside somebody else's repository
        return ask("describe", "--always", "--abbrev=40", "--exclude=*", "--dirty")
    except (OSError, subprocess.CalledProcessError):
        return None


def run_from_json(plain: dict[str, Any]) -> TrainRun:
    """The run that `TrainRun.to_json` gave as plain values; a setting that is missing has its default."""
    return from_plain(TrainRun, plain, "run")
