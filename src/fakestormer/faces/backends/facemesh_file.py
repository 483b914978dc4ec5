"""Where the face mesh model lies: a given path, the cache, or fetched once from MediaPipe's own address."""

from __future__ import annotations

import hashlib
import os
import urllib.request
from pathlib import Path

from fakestormer.files import write_file
from fakestormer.types import DataError, LandmarkModelError

# Address and checksum as in MediaPipe's own build (third_party/external_files.bzl); Apache-2.0.
MODEL_URL = "https://storage.googleapis.com/mediapipe-assets/face_landmark.tflite?generation=1676316347980492"
MODEL_SHA256 = "1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814"
_FILE_NAME = "face_landmark.tflite"
_TIMEOUT = 30.0


def find_landmark_model(path: Path | None = None) -> Path:
    """The path of a face mesh model whose content is the expected one.

    Looks at `path` if given, else in the user's cache, else fetches the file there once. Raises LandmarkModelError
    where the given file is missing or another one, or where the file cannot be fetched.
    """
    if path is not None:
        if not path.is_file():
            raise LandmarkModelError(f"there is no landmark model at {path}: give the path of {_FILE_NAME}")
        if _sha256(path.read_bytes()) != MODEL_SHA256:
            raise LandmarkModelError(
                f"{path} is not the expected landmark model (SHA-256 {MODEL_SHA256[:12]}...): "
                "give face_landmark.tflite of MediaPipe with 468 points"
            )
        return path
    cached = _cache_folder() / _FILE_NAME
    if not (cached.is_file() and _sha256(cached.read_bytes()) == MODEL_SHA256):
        _keep(_fetch(MODEL_URL), cached)
    return cached


def _cache_folder() -> Path:
    # XDG's place for caches; where files lie on this machine, not a setting of ours.
    given = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(given) if given else Path.home() / ".cache") / "fakestormer"


def _fetch(url: str) -> bytes:
    try:
        with urllib.request.urlopen(url, timeout=_TIMEOUT) as answer:
            content: bytes = answer.read()
    except OSError as error:
        raise LandmarkModelError(
            f"the landmark model could not be fetched from {url.split('?')[0]} ({error}): give the file with "
            "--landmark-model or the environment variable FAKESTORMER_LANDMARK_MODEL"
        ) from error
    if _sha256(content) != MODEL_SHA256:
        raise LandmarkModelError(
            f"{url.split('?')[0]} returned a file that is not the expected landmark model: give the file with "
            "--landmark-model or the environment variable FAKESTORMER_LANDMARK_MODEL"
        )
    return content


def _keep(content: bytes, path: Path) -> None:
    try:
        write_file(path, content)
    except DataError as error:
        raise LandmarkModelError(
            f"the landmark model cannot be kept ({error}): give the file with --landmark-model or the "
            "environment variable FAKESTORMER_LANDMARK_MODEL"
        ) from error


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
