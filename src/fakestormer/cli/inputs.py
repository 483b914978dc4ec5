"""What `fakestormer detect` is asked to examine: files, folders, patterns and standard input, as a list of files."""

from __future__ import annotations

import glob
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from fakestormer.types import DataError

DASH = Path("-")
STANDARD_INPUT = "standard input"  # what it is called in results
MOST_NAMES = 5


@dataclass(frozen=True, slots=True)
class Input:
    """One file to examine, and the name that results know it by."""

    path: Path
    name: str


@dataclass(slots=True)
class Inputs:
    """The files to examine, in order, and what of the arguments could not be made a file, with its reason."""

    files: list[Input] = field(default_factory=list)
    failures: list[tuple[str, str]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def add(self, path: Path) -> None:
        """Adds a file to examine, once."""
        if all(path != known.path for known in self.files):
            self.files.append(Input(path, str(path)))


@contextmanager
def open_inputs(arguments: Sequence[Path], recursive: bool) -> Iterator[Inputs]:
    """The files that the arguments stand for; standard input is kept in a file of its own until the block is left.

    A folder stands for the videos in it (`recursive`: and below), by the endings of their names; a pattern for what it
    matches, where no file has that very name. A folder or a pattern without a video is a failure of its own.

    Raises:
        DataError: standard input is asked for and cannot be had.
    """
    inputs = Inputs()
    with tempfile.TemporaryDirectory(prefix="fakestormer-") as folder:
        for argument in arguments:
            if argument == DASH:
                inputs.files.append(Input(_keep_standard_input(Path(folder), inputs), STANDARD_INPUT))
                continue
            for path in _matches(argument, inputs):
                if os.path.isdir(path):  # noqa: PTH112 - false, too, of names that no file system takes
                    _add_folder(path, recursive, inputs)
                else:
                    inputs.add(path)
        yield inputs


def _matches(argument: Path, inputs: Inputs) -> list[Path]:
    """The argument itself, or what it matches where it is a pattern that no shell has resolved."""
    if not glob.has_magic(str(argument)) or os.path.lexists(argument):
        return [argument]
    found = sorted(map(Path, glob.glob(str(argument), recursive=True)))  # noqa: PTH207 - takes absolute patterns, too
    if not found:
        inputs.failures.append((str(argument), f"no file matches {argument}: check the pattern"))
    return found


def _add_folder(folder: Path, recursive: bool, inputs: Inputs) -> None:
    """Adds the videos of a folder; says what was passed over, and what could not be looked into."""
    from fakestormer.video import VIDEO_SUFFIXES

    found: list[Path] = []
    others: list[str] = []
    has_folders = False

    def refuse(error: OSError) -> None:
        place = str(error.filename)
        inputs.failures.append((place, f"{place} cannot be looked into ({error.strerror}): check its permissions"))

    for place, folders, names in os.walk(folder, onerror=refuse):
        has_folders = has_folders or bool(folders)
        folders[:] = sorted(name for name in folders if recursive and not name.startswith("."))
        for name in sorted(name for name in names if not name.startswith(".")):
            path = Path(place) / name
            if path.suffix.lower() in VIDEO_SUFFIXES:
                found.append(path)
            else:
                others.append(str(path.relative_to(folder)))
    for path in found:
        inputs.add(path)
    if not found and not any(Path(name).is_relative_to(folder) for name, _ in inputs.failures):
        advice = "add --recursive to look into its folders" if has_folders and not recursive else "name the files in it"
        inputs.failures.append((str(folder), f"no file in {folder} has the name of a video: {advice}"))
    elif others:
        inputs.remarks.append(_say_passed_over(folder, others))


def _say_passed_over(folder: Path, names: list[str]) -> str:
    listed = ", ".join(names[:MOST_NAMES]) + (", ..." if len(names) > MOST_NAMES else "")
    count = "1 file is" if len(names) == 1 else f"{len(names)} files are"
    return f"{folder}: {count} left out, having no name of a video ({listed}); name what you want examined"


def _keep_standard_input(folder: Path, inputs: Inputs) -> Path:
    """A file with all that standard input gives: a video is read more than once, a pipe only once."""
    path = folder / "standard_input"
    if any(known.path == path for known in inputs.files):
        raise DataError("- stands for standard input, which can be read only once: name it once")
    if sys.stdin is None or sys.stdin.isatty():
        raise DataError("- stands for standard input, which is the keyboard here: pipe a video into the command")
    try:
        with path.open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
    except OSError as error:
        raise DataError(
            f"standard input cannot be kept in {folder} ({error.strerror}): set TMPDIR to a folder with more room"
        ) from error
    return path
