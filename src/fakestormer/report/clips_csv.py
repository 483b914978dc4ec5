"""Every scored clip as a row of a table, for spreadsheets and statistics."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from fakestormer.files import printable, to_cell, write_file
from fakestormer.types import ClipEvidence, FaceVerdict, ScoredClip, VideoVerdict

COLUMNS = (
    *("file", "person", "start", "end", "logit", "probability", "prior", "blur", "strongest_change"),
    *("left", "top", "right", "bottom"),
)


def write_clips(verdicts: Sequence[VideoVerdict], path: str | Path) -> None:
    """Write one row a clip, in the order of files, persons and time; missing folders are made.

    `person` is the track's number in the JSON. `left` to `bottom` is the square that the network saw, in frame pixels,
    mean over the clip's frames. `spatial_1` and on: spatial vulnerability of each frame, empty beyond a clip's length.

    Raises:
        DataError: the file cannot be written.
    """
    clips = [(verdict, face, clip) for verdict in verdicts for face in verdict.faces for clip in face.clips]
    longest = max((len(clip.evidence.spatial_vulnerability) for _, _, clip in clips), default=0)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((*COLUMNS, *(f"spatial_{number}" for number in range(1, longest + 1))))
    writer.writerows(tuple(_row(*one, longest)) for one in clips)
    write_file(path, text.getvalue())


def _row(verdict: VideoVerdict, face: FaceVerdict, clip: ScoredClip, longest: int) -> Iterator[str]:
    evidence = clip.evidence
    yield _say_file(verdict.video.path)
    yield str(face.track_id)
    yield f"{clip.span.start:.6g}"
    yield f"{clip.span.end:.6g}"
    yield repr(clip.logit)
    yield repr(verdict.scale.probability(clip.logit))
    yield f"{verdict.prior:.6g}"
    yield "" if evidence.blur is None else f"{evidence.blur:.6g}"
    yield f"{float(evidence.temporal_vulnerability.max()):.6g}"
    yield from (f"{edge:.2f}" for edge in _square(evidence))
    values = [f"{value:.6g}" for value in evidence.spatial_vulnerability]
    yield from values + [""] * (longest - len(values))


def _say_file(path: str) -> str:
    """The path, such that no spreadsheet takes it for a formula and it still leads to the file."""
    shown = printable(path)
    return shown if to_cell(shown) == shown else f"./{shown}"


def _square(clip: ClipEvidence) -> tuple[float, ...]:
    """Left, top, right, bottom of the upright box around what the network saw."""
    size = float(clip.crop_size)
    corners = np.array([[0.0, 0.0, 1.0], [size, 0.0, 1.0], [size, size, 1.0], [0.0, size, 1.0]])
    places = corners @ clip.to_frame.mean(axis=0).T
    return (*places.min(axis=0).tolist(), *places.max(axis=0).tolist())
