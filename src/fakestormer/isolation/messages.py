"""What parent and child say to each other: one JSON object a line, never a pickle."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, get_args

from fakestormer.isolation.config import Limits

Ending = Literal[
    "done",  # there is a verdict, NOT_APPLICABLE included
    "unreadable",  # the file contains no readable video
    "too_long",
    "too_many_pixels",
    "too_many_frames",
    "too_many_faces",
    "timeout",
    "out_of_memory",
    "crashed",  # the process died or met an error of the program's own
    "unwritable",  # results could not be written, a full disk for one
    "cancelled",
]
ENDINGS: Final[tuple[Ending, ...]] = get_args(Ending)
LETHAL: Final[frozenset[Ending]] = frozenset({"timeout", "out_of_memory", "crashed"})  # of these the child died
Stage = Literal["load", "probe", "search", "track", "score", "write"]
VERDICT, PAGE, OVERLAY, FRAMES = "verdict.json", "report.html", "overlay.mp4", "frames"


@dataclass(frozen=True, slots=True)
class Request:
    """One file to examine, and the folder that results are written into.

    Attributes:
        path: the video.
        folder: an existing folder for `verdict.json` and `frames/`.
        name: what the report calls the file; None is its path.
        thorough: a score at least every half second.
        page: also write `report.html`.
        overlay: also write `overlay.mp4`.
        lossless: evidence frames as PNG instead of JPEG.
    """

    path: Path
    folder: Path
    name: str | None = None
    thorough: bool = False
    page: bool = False
    overlay: bool = False
    lossless: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """Where an examination stands; fields that the stage does not tell are None.

    `fraction` of the stage is in [0, 1]. "probe" tells `duration` in seconds, "track" the `faces` followed, "score"
    the face and the seconds of video that were scored last. The score itself is told by the verdict only: until all
    clips of a face are known, it may still move.
    """

    stage: Stage
    fraction: float | None = None
    duration: float | None = None
    faces: int | None = None
    face: int | None = None
    start: float | None = None
    end: float | None = None


@dataclass(frozen=True, slots=True)
class Readiness:
    """What a child says when its model is loaded: which one, and which confinement the system allowed."""

    package_version: str
    model_name: str
    weights_sha256: str
    confinement: tuple[str, ...]
    process_id: int


@dataclass(frozen=True, slots=True)
class Examination:
    """How one examination ended.

    `detail` is one sentence where it did not end with a verdict. `seconds` is wall time, `cpu_seconds` the child's,
    `peak_memory` the child's highest resident memory so far in bytes. `notes` are sentences about the results, such
    as sound that could not be copied.
    """

    ending: Ending
    detail: str | None
    seconds: float
    cpu_seconds: float = 0.0
    peak_memory: int = 0
    notes: tuple[str, ...] = ()

    @property
    def killed_the_child(self) -> bool:
        """Whether this file cost a child process."""
        return self.ending in LETHAL


def to_line(message: Mapping[str, Any]) -> bytes:
    """A message as one line."""
    return json.dumps(message, separators=(",", ":"), default=str).encode("ascii") + b"\n"


def request_to_fields(request: Request, limits: Limits) -> dict[str, Any]:
    """A request as what JSON can hold."""
    return {"request": dataclasses.asdict(request), "limits": dataclasses.asdict(limits)}


def request_from_fields(fields: Mapping[str, Any]) -> tuple[Request, Limits]:
    """The request and its limits that `request_to_fields` was given."""
    plain = dict(fields["request"])
    plain["path"], plain["folder"] = Path(plain["path"]), Path(plain["folder"])
    return Request(**plain), Limits(**fields["limits"])


def answer_from_fields(message: Mapping[str, Any]) -> Examination | Progress | None:
    """What the child said of its work; None where that makes no sense, or nothing was said."""
    try:
        if "ended" in message:
            fields = message["ended"]
            return Examination(**{**fields, "notes": tuple(fields["notes"])}) if fields["ending"] in ENDINGS else None
        return Progress(**message["progress"])
    except (KeyError, TypeError):
        return None
