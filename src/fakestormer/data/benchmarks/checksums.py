"""Checksums that lie with a data set: `SHA256SUMS` or `MD5SUMS` in its root, as the tools of that name write them.

For none of the data sets in our tables were checksums found that its authors publish; a file made after a first
download serves as well, and tells a damaged copy from a whole one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fakestormer.data.benchmarks.digest import hash_files
from fakestormer.data.benchmarks.lists import read_lines
from fakestormer.types import DataError

KINDS = (("SHA256SUMS", "sha256", 64), ("MD5SUMS", "md5", 32))


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
            raise DataError(f"{path} has the line {line!r}, which is no checksum and file name: make it with sha256sum")
        sums.append((match[2].removeprefix("./"), match[1].lower()))
    return tuple(sums)
