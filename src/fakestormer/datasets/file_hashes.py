"""What the bytes of files say: the same video under two names, and checksums that lie with a data set.

Checksums are `SHA256SUMS` or `MD5SUMS` in the root, as the tools of that name write them. For none of the data sets in
our tables were checksums found that its authors publish; a file made after a first download serves as well, and tells
a damaged copy from a whole one.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from fakestormer.datasets.lists import read_lines
from fakestormer.types import DataError

BLOCK = 1 << 20
KINDS = (("SHA256SUMS", "sha256", 64), ("MD5SUMS", "md5", 32))


def hash_files(paths: Iterable[Path], algorithm: str = "sha256") -> str:
    """The hash, in hexadecimal, of the files' bytes one after the other."""
    digest = hashlib.new(algorithm, usedforsecurity=False)
    for path in paths:
        with path.open("rb") as stream:
            while block := stream.read(BLOCK):
                digest.update(block)
    return digest.hexdigest()


def find_duplicates(
    root: Path,
    videos: dict[str, tuple[str, ...]],
    sizes: dict[str, int],
    observe: Callable[[str, int, int], None] | None = None,
) -> tuple[tuple[str, ...], ...]:
    """Groups of videos with the same bytes, each in order of the names.

    Only videos that have the same sizes are read. Empty files are not compared.

    Args:
        root: below which all paths lie.
        videos: the files of each video by its name; more than one where a video comes as pictures.
        sizes: the size of each file in bytes.
        observe: hears what is done, how many videos were read, and of how many.
    """
    alike: dict[tuple[int, ...], list[str]] = defaultdict(list)
    for path, files in videos.items():
        shape = tuple(sizes[name] for name in files)
        if any(shape):
            alike[shape].append(path)
    waiting = [paths for paths in alike.values() if len(paths) > 1]
    total = sum(map(len, waiting))
    same: dict[str, list[str]] = defaultdict(list)
    done = 0
    for paths in waiting:
        for path in paths:
            same[hash_files(root / name for name in videos[path])].append(path)
            done += 1
            if observe is not None:
                observe("files of the same size compared", done, total)
    return tuple(sorted(tuple(sorted(paths)) for paths in same.values() if len(paths) > 1))


@dataclass(frozen=True)
class ChecksumResult:
    """Which file of checksums was there (None: neither), how many files it named and that agree, and which do not."""

    source: str | None
    num_right: int
    wrong: tuple[str, ...]


def check_sums(root: Path, observe: Callable[[str, int, int], None] | None = None) -> ChecksumResult:
    """Every file that the root's checksums name, read and compared; one that is not there is wrong.

    Raises:
        DataError: the file of checksums has a line of another form.
    """
    for name, algorithm, length in KINDS:
        if (root / name).is_file():
            sums = _read_sums(root / name, length)
            wrong = []
            for number, (file, wanted) in enumerate(sums, start=1):
                if not (root / file).is_file() or hash_files([root / file], algorithm) != wanted:
                    wrong.append(file)
                if observe is not None:
                    observe("checksums compared", number, len(sums))
            return ChecksumResult(name, len(sums) - len(wrong), tuple(wrong))
    return ChecksumResult(None, 0, ())


def _read_sums(path: Path, length: int) -> tuple[tuple[str, str], ...]:
    line_form = re.compile(rf"([0-9a-fA-F]{{{length}}})[ \t][ *]?(.+)")
    sums = []
    for line in read_lines(path):
        match = line_form.fullmatch(line)
        if match is None:
            raise DataError(
                f"{path} has the line {line!r}, which is not a checksum and a file name: make it with sha256sum"
            )
        sums.append((match[2].removeprefix("./"), match[1].lower()))
    return tuple(sums)
