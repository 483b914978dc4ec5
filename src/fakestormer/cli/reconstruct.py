"""`fakestormer reconstruct`: track caches -> a cache of reconstructions by an autoencoder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from fakestormer.cli.terminal import say, terminal


def reconstruct(
    caches: Annotated[list[Path], typer.Argument(help="Track caches made by `prepare`.")],
    out: Annotated[Path, typer.Option("--out", help="Folder of the new cache; run again to continue.")],
    autoencoder: Annotated[
        Path, typer.Option("--autoencoder", help="Folder with taef2_encoder.pth and taef2_decoder.pth.")
    ],
    frames: Annotated[int, typer.Option("--frames", min=1, help="Number of frames per video.")] = 2,
) -> None:
    """Pass genuine crops through an autoencoder: decoder-made fakes for stage 1 of the training."""
    from fakestormer.data import read_cache
    from fakestormer.data import reconstruct as reconstruct_tracks
    from fakestormer.model.taef2 import load_taef2

    model = load_taef2(autoencoder)
    tracks = [track for cache in caches for track in read_cache(cache) if track.forgery is None]
    console = terminal(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("reconstruct", total=len(tracks))
        count = reconstruct_tracks(
            tracks, model, out, frames, seed=0, observe=lambda done: progress.update(task, completed=done)
        )
    say(terminal(), f"{count} reconstructions of {len(tracks)} tracks in {out}")
