"""The first half of `fakestormer prepare NAME ROOT`: inventory, manifests, and what there is to train on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import Progress, TaskID

from fakestormer.cli.speech import remarks, shows_progress
from fakestormer.cli.terminal import say

if TYPE_CHECKING:
    from fakestormer.data import SourceFile
    from fakestormer.datasets import Dataset, Inventory


def take_stock(name: str, root: Path, out: Path, *, inventory_only: bool) -> tuple[SourceFile, ...]:
    """The genuine videos for training, once inventory and manifests stand in `out` and were described.

    Raises:
        FakestormerError: no such data set, a root that does not hold it, or an output folder within the root.
    """
    from fakestormer.datasets import describe_inventory, find_dataset, take_inventory, write_inventory
    from fakestormer.types import DataError

    dataset = find_dataset(name)
    if out.resolve().is_relative_to(root.resolve()):
        raise DataError(f"the output {out} lies within the data set {root}: choose a folder outside it")
    console = remarks()
    with Progress(console=console, disable=not shows_progress(console)) as progress:
        follow = _Follow(progress)
        inventory = take_inventory(dataset, root, follow)
        out.mkdir(parents=True, exist_ok=True)
        write_inventory(out / "inventory.json", dataset, inventory)
        for line in describe_inventory(dataset, inventory):
            say(progress.console, line)
        if inventory_only and dataset.has_frames:
            return ()
        sources = _write_manifests(dataset, inventory, out, follow, progress.console)
    return () if inventory_only else sources


def _write_manifests(
    dataset: Dataset, inventory: Inventory, out: Path, follow: _Follow, console: Console
) -> tuple[SourceFile, ...]:
    from fakestormer.data import SourceFile
    from fakestormer.datasets import Item, film_path, trainable, write_films, write_manifests

    root, films = Path(inventory.root), out / "films"

    def locate(item: Item) -> Path:
        return film_path(films, item) if item.part.frames else root / item.path

    if dataset.has_frames:
        pictures = tuple(item for item in inventory.items if item.part.frames)
        for name, reason in write_films(root, films, pictures, follow):
            say(console, f"no video of {name}: {reason}")
    written = write_manifests(dataset, inventory, out, locate)
    for path, num_rows in written.files:
        say(console, f"{path}: {num_rows} videos")
    if written.unlabelled:
        text = f"{len(written.unlabelled)} videos are in no manifest, since nothing says whether they are real"
        say(console, text)
    return tuple(
        SourceFile(locate(item), item.path, item.entry.identity or item.path, dataset.name)
        for item in trainable(inventory)
    )


class _Follow:
    """Shows how far the reading of files is, one bar for each kind of work."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, what: str, done: int, total: int) -> None:
        task = self._tasks.get(what)
        if task is None:
            task = self._tasks[what] = self._progress.add_task(what, total=total)
        self._progress.update(task, completed=done)
