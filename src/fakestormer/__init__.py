"""Detects face forgeries in videos, with a calibrated likelihood ratio, and shows when and where."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fakestormer.detector import Detector, DetectorConfig
    from fakestormer.report import write_html, write_json, write_pdf, write_pictures
    from fakestormer.types import Decision, FakestormerError, VideoVerdict

    __version__: str

__all__ = [
    "Decision",
    "Detector",
    "DetectorConfig",
    "FakestormerError",
    "VideoVerdict",
    "write_html",
    "write_json",
    "write_pdf",
    "write_pictures",
]

# Names are fetched when first used: the command line answers `--help` without waiting for torch.
_ROOMS = {
    "Decision": "types",
    "Detector": "detector",
    "DetectorConfig": "detector",
    "FakestormerError": "types",
    "VideoVerdict": "types",
    "write_html": "report",
    "write_json": "report",
    "write_pdf": "report",
    "write_pictures": "report",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return importlib.import_module("fakestormer.version").package_version()
    if name not in _ROOMS:
        raise AttributeError(f"module 'fakestormer' has no attribute {name!r}")
    return getattr(importlib.import_module(f"fakestormer.{_ROOMS[name]}"), name)
