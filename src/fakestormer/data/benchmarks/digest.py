"""One hash for the bytes of one or several files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

BLOCK = 1 << 20


def hash_files(paths: Iterable[Path], algorithm: str = "sha256") -> str:
    """The hash, in hexadecimal, of the files' bytes one after the other."""
    digest = hashlib.new(algorithm, usedforsecurity=False)
    for path in paths:
        with path.open("rb") as stream:
            while block := stream.read(BLOCK):
                digest.update(block)
    return digest.hexdigest()
