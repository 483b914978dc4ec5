"""Megabytes on disk of an installation, package by package: of the core, and of what each extra adds.

python benchmarks/install_size.py [EXTRA ...]

Read off the environment that runs this: every package that the requirements lead to, with the files that its
installation listed and their compiled copies. Requirements that are not installed here are named and count nothing.
"""

from __future__ import annotations

import re
import sys
from importlib import metadata
from pathlib import Path

MIB = 2**20


def size_of(name: str) -> int:
    """Bytes of the files that a package's installation listed."""
    places = {Path(str(file.locate())) for file in metadata.files(name) or ()}
    return sum(place.stat().st_size for place in places if place.is_file())


def required(name: str, extras: set[str]) -> list[tuple[str, set[str]]]:
    """(package, its extras) for each requirement that holds on this machine with those extras."""
    found = []
    for line in metadata.requires(name) or ():
        wanted, _, condition = line.partition(";")
        if condition and not holds(condition, extras):
            continue
        parts = re.match(r"\s*([\w.-]+)\s*(?:\[([^\]]*)\])?", wanted)
        if parts:
            found.append((parts[1], {one.strip() for one in (parts[2] or "").split(",") if one.strip()}))
    return found


def holds(condition: str, extras: set[str]) -> bool:
    """Whether a marker holds here with one of the extras, or without any."""
    try:
        from packaging.markers import Marker
    except ModuleNotFoundError:  # nothing that the core needs brings it; pip has its own
        from pip._vendor.packaging.markers import Marker

    return any(Marker(condition).evaluate({"extra": extra}) for extra in (extras or {""}))


def closure(extras: set[str]) -> dict[str, int]:
    """Bytes by package of everything that fakestormer with those extras leads to; itself among them."""
    sizes: dict[str, int] = {}
    waiting = [("fakestormer", extras)]
    while waiting:
        name, wanted = waiting.pop()
        key = re.sub(r"[-_.]+", "-", name).lower()
        if key in sizes:
            continue
        try:
            sizes[key] = size_of(name)
            waiting += required(name, wanted)
        except metadata.PackageNotFoundError:
            print(f"not installed here: {name}")
            sizes[key] = 0
    return sizes


def main() -> None:
    """Prints the core and the extras that were named."""
    core = closure(set())
    print_table("core", core)
    for extra in sys.argv[1:]:
        print_table(f"extra {extra}, beside the core", {k: v for k, v in closure({extra}).items() if k not in core})


def print_table(title: str, sizes: dict[str, int]) -> None:
    """Prints the sum, and each package of half a mebibyte or more."""
    print(f"\n{title}: {sum(sizes.values()) / MIB:.0f} MiB in {len(sizes)} packages")
    for name, size in sorted(sizes.items(), key=lambda pair: -pair[1]):
        if size >= MIB / 2:
            print(f"{size / MIB:8.1f}  {name}")


if __name__ == "__main__":
    main()
