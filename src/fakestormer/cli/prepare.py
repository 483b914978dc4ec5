"""`fakestormer prepare`: videos -> track cache; for a known data set an inventory and manifests first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from fakestormer.cli.speech import remarks, shows_progress
from fakestormer.cli.terminal import description, say, terminal

if TYPE_CHECKING:
    from fakestormer.data import LedgerRow, Shard, SourceFile


def prepare(
    place: Annotated[
        str,
        typer.Argument(
            help="CSV manifest (file[,label,identity,group]), folder, or name of a data set.",
            show_default=False,
        ),
    ],
    out: Annotated[Path, typer.Option("--out", help="Folder of the track cache; run again to continue.")],
    root: Annotated[
        Path | None, typer.Argument(help="Root folder of the data set (names: `fakestormer datasets`).")
    ] = None,
    inventory_only: Annotated[
        bool, typer.Option("--inventory-only", help="Write inventory and manifests only; do not build the cache.")
    ] = False,
    landmark_model: Annotated[
        Path | None,
        typer.Option("--landmark-model", envvar="FAKESTORMER_LANDMARK_MODEL", help="Path of face_landmark.tflite."),
    ] = None,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Number of worker processes.")] = 1,
    max_frames: Annotated[
        int, typer.Option("--max-frames", min=1, help="Maximum number of frames kept per track.")
    ] = 256,
    with_forged: Annotated[
        bool, typer.Option("--with-forged", help="Also cache the forged files of a manifest, for training on them.")
    ] = False,
    shard: Annotated[str, typer.Option("--shard", help="I/N: process part I of N, one per machine.")] = "1/1",
) -> None:
    """Track faces in videos and photographs, detect landmarks, and cache the crops for training."""
    from fakestormer.cli.benchmark import take_stock
    from fakestormer.data import list_sources, parse_shard
    from fakestormer.types import ConfigError

    part = parse_shard(shard)
    if root is not None:
        sources = take_stock(place, root, out, inventory_only=inventory_only)
        if inventory_only or not sources:
            _say_what_is_next(out, inventory_only)
            return
    elif inventory_only:
        raise ConfigError(f"--inventory-only needs a data set and its folder, got {place} alone: give NAME ROOT")
    else:
        sources = list_sources(Path(place), with_forged)
    held = tuple(source for source in sources if part.holds(source.name))
    _cache(held, out, landmark_model, workers, max_frames, part)


def _say_what_is_next(out: Path, inventory_only: bool) -> None:
    reason = "" if inventory_only else "no genuine video here is for training, so nothing was cached; "
    text = f"{reason}the inventory is {out / 'inventory.json'}"
    say(terminal(), text)


def _cache(
    sources: tuple[SourceFile, ...],
    out: Path,
    landmark_model: Path | None,
    workers: int,
    max_frames: int,
    part: Shard,
) -> None:
    from fakestormer.data import ledger_path, prepare_sources

    summary = ledger_path(out, part).with_suffix(".json")
    console = remarks()
    columns = (description(), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not shows_progress(console)) as progress:
        task = progress.add_task("prepare", total=len(sources))

        def show(row: LedgerRow) -> None:
            progress.advance(task)
            if not row.used:
                say(progress.console, f"set aside {row.name}: {row.reason}")

        rows = prepare_sources(sources, out, landmark_model, workers, max_frames, show, part)
        progress.update(task, completed=len(rows))
    used = [row for row in rows if row.used]
    say(
        terminal(),
        f"{len(used)} of {len(rows)} files used: {sum(r.num_tracks for r in used)} tracks, "
        f"{sum(r.num_frames for r in used)} frames in {out}; the others and their reasons are in {summary}",
    )
    if not used:
        raise typer.Exit(1)
