"""`fakestormer doctor`: what a bug report needs to know about an installation."""

from __future__ import annotations

import functools
import os
import platform
import re
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path

import typer

from fakestormer.version import package_version

INSTRUCTIONS = ("avx2", "fma", "avx512f", "avx512_bf16", "avx512_vnni", "amx_bf16", "amx_tile", "asimd", "bf16")
NOT_OF_USERS = ("dev", "release")  # extras
FOLDERS = re.compile(r"(?:[A-Za-z]:)?(?:[\\/][^\s\\/:'\"]+)*[\\/](?=[^\s\\/:'\"]+)")
FAILED = "does not work"


def doctor() -> None:
    """Print versions, processor, decoder, extras and weights for a bug report; no paths, no names.

    The exit code is 1 where something that `detect` needs does not work.
    """
    sections: tuple[tuple[str, Callable[[], str]], ...] = (
        ("fakestormer", package_version),
        ("Python", lambda: f"{platform.python_version()} ({platform.python_implementation()})"),
        ("system", lambda: f"{platform.system()} {platform.machine()}, {' '.join(platform.libc_ver()) or 'no glibc'}"),
        ("memory", _say_memory),
        ("processor", _say_processor),
        ("instructions", _say_instructions),
        ("accelerator", _say_accelerator),
        ("decoder", _say_decoder),
        ("face search", _say_face_search),
        ("weights", _say_weights),
    )
    works = True
    for name, ask in sections:
        works = _print(name, ask) and works
    for name, requirements in sorted(_requirements().items()):
        for requirement in requirements:
            _print(requirement, functools.partial(_say_version, requirement, name))
    if not works:
        raise typer.Exit(1)


def _print(name: str, ask: Callable[[], str]) -> bool:
    """Prints one line; False where the answer could not be had."""
    try:
        said, works = ask(), True
    except Exception as error:  # the point is to tell what is broken, and all the rest as well
        said, works = f"{FAILED}: {type(error).__name__}: {error}", False
    typer.echo(f"{name:32} {FOLDERS.sub('', ' '.join(said.split()))}")
    return works


def _requirements() -> dict[str, list[str]]:
    """Names of packages that this one asks for, by extra; the core is the empty name."""
    found: dict[str, list[str]] = {}
    for line in metadata.requires("fakestormer") or ():
        requirement, _, condition = line.partition(";")
        extra = re.search(r"extra\s*==\s*['\"]([\w-]+)['\"]", condition)
        name = re.match(r"[\w.-]+", requirement)
        where = extra[1] if extra else ""
        if name and where not in NOT_OF_USERS:
            found.setdefault(where, []).append(name[0])
    return found


def _say_version(requirement: str, extra: str) -> str:
    of_extra = f" (extra {extra})" if extra else ""
    try:
        return metadata.version(requirement) + of_extra
    except metadata.PackageNotFoundError:
        return f"not installed: pip install 'fakestormer[{extra}]'" if extra else "not installed under this name"


def _say_memory() -> str:
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return f"{pages * size / 2**30:.1f} GiB"


def _say_processor() -> str:
    import torch

    from fakestormer.detector import device_class, usable_cores

    return f"{device_class(torch.device('cpu'))}, {usable_cores()} usable cores of {os.cpu_count()}"


def _say_instructions() -> str:
    return " ".join(_instructions()) or "not told by the system"


def _instructions() -> Iterator[str]:
    try:
        told = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    line = re.search(r"^(?:flags|Features)\s*:(.*)$", told, re.MULTILINE)
    flags = set(line[1].split()) if line else set()
    yield from (name for name in INSTRUCTIONS if name in flags)


def _say_accelerator() -> str:
    import torch

    from fakestormer.detector import device_class

    built = f"torch built for {f'CUDA {torch.version.cuda}' if torch.version.cuda else 'the processor only'}"
    if not torch.cuda.is_available():
        return f"none; {built}"
    return "; ".join(
        [*(device_class(torch.device("cuda", index)) for index in range(torch.cuda.device_count())), built]
    )


def _say_decoder() -> str:
    from fakestormer.video import library_versions, writes_h264

    versions = dict(library_versions())
    said = ", ".join(
        f"{name} {versions[name]}" for name in ("PyAV", "FFmpeg", "libavcodec", "libavformat", "libswscale")
    )
    return f"{said}; {'writes' if writes_h264() else 'cannot write'} H.264"


def _say_face_search() -> str:
    from fakestormer.faces.backends.libface import LibfaceDetector

    return LibfaceDetector().name


def _say_weights() -> str:
    from fakestormer.detector import default_weights_path
    from fakestormer.model import load_weights

    weights = load_weights(default_weights_path())
    fitted = f"calibrated on {weights.calibration.fitted_on}" if weights.calibration else "not calibrated"
    return f"{weights.name}, sha256 {weights.sha256}, {fitted}"
