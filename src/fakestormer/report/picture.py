"""Pictures of evidence frames: inside the page as data, and as files beside it."""

from __future__ import annotations

import base64
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import UInt8
from numpy import ndarray

from fakestormer.files import write_file
from fakestormer.report.chart import draw_timeline
from fakestormer.report.heatmap import HEAT_RANGES, colour_scale, has_picture, overlay_heatmap
from fakestormer.report.texts import ENGLISH, Texts
from fakestormer.report.wording import say_time
from fakestormer.types import MAP_NAMES, DataError, EvidenceFrame, FaceVerdict, MapName, VideoVerdict

JPEG_QUALITY = 82
LEAST_RATE = 0.001  # frames a second; what a damaged header states below that is no length in time
PAPER, INK = (255, 255, 255), (30, 33, 38)


def write_pictures(verdict: VideoVerdict, folder: str | Path, texts: Texts = ENGLISH) -> tuple[Path, ...]:
    """The files written into `folder`: a PNG for every evidence frame and map, a timeline SVG for every face.

    Evidence frames without a picture (read from JSON) are passed over. The folder is made where it is missing.

    Raises:
        DataError: the folder or a file in it cannot be written.
    """
    folder = Path(folder)
    made: list[tuple[Path, bytes]] = []
    for face in verdict.faces:
        drawing = draw_timeline(face, verdict.scale, video_duration(verdict), texts=texts)
        made.append((folder / f"face{face.track_id}_timeline.svg", drawing.encode()))
        made += [
            (folder / f"face{face.track_id}_frame{key.frame_index:06d}_{name}.png", encode(picture, ".png"))
            for key in face.evidence_frames
            if has_picture(key)
            for name in MAP_NAMES
            for picture in [annotate(key, face, name, texts)]
        ]
    for path, content in made:
        write_file(path, content)
    return tuple(path for path, _ in made)


def annotate(
    key: EvidenceFrame, face: FaceVerdict, name: MapName, texts: Texts = ENGLISH
) -> UInt8[ndarray, "height width 3"]:
    """The evidence frame with the map of that name, over a strip that says when it was and what the colours mean."""
    picture = overlay_heatmap(key.image, key.map(name), key.to_frame, key.crop_size, key.scale, name=name)
    size = min(max(picture.shape[1] / 1000, 0.35), 1.6)
    width, line = picture.shape[1], round(34 * size)
    strip = np.full((round(2.3 * line), width, 3), PAPER, np.uint8)
    when = texts.picture_caption.format(time=say_time(key.time), index=key.frame_index, track=face.track_id)
    _write(strip, when, round(12 * size), line - round(8 * size), size)
    low, high = HEAT_RANGES[name]
    bar_left, bar_width = round(12 * size) + round(30 * size), max(8, round(260 * size))
    bar_top, bar_bottom = line + round(8 * size), line + round(28 * size)
    right = min(bar_left + bar_width, width)
    if right > bar_left:
        strip[bar_top:bar_bottom, bar_left:right] = colour_scale(bar_width)[: right - bar_left]
    _write(strip, f"{low:g}", round(12 * size), bar_bottom - round(3 * size), size)
    _write(
        strip,
        f"{high:g}+   {texts.maps[name].title} ({texts.maps[name].unit})",
        right + round(10 * size),
        bar_bottom - round(3 * size),
        size,
    )
    return np.vstack([picture, strip])


def data_uri(image: UInt8[ndarray, "height width 3"], most_width: int = 1280, quality: int = JPEG_QUALITY) -> str:
    """An RGB picture as a JPEG inside an address, reduced to `most_width` pixels where it is wider."""
    if image.shape[1] > most_width:
        height = max(1, round(image.shape[0] * most_width / image.shape[1]))
        image = cv2.resize(image, (most_width, height), interpolation=cv2.INTER_AREA)
    return "data:image/jpeg;base64," + base64.b64encode(encode(image, ".jpg", quality)).decode("ascii")


def encode(image: UInt8[ndarray, "height width 3"], suffix: str, quality: int = JPEG_QUALITY) -> bytes:
    """An RGB picture as the content of a file with that suffix (.png, .jpg)."""
    options = [cv2.IMWRITE_JPEG_QUALITY, quality] if suffix == ".jpg" else []
    done, content = cv2.imencode(suffix, np.ascontiguousarray(image[..., ::-1]), options)
    if not done:
        raise DataError(f"a picture of {image.shape} pixels could not be written as {suffix}: report this as a bug")
    return content.tobytes()


def video_duration(verdict: VideoVerdict) -> float:
    """How long the time axis must be, in seconds: until the last picture is over, and every face in it."""
    rate = verdict.video.frame_rate
    counted = verdict.num_frames / rate if rate >= LEAST_RATE else 0.0
    ends = [face.span.end for face in verdict.faces] + [track.span.end for track in verdict.set_aside]
    return max([verdict.video.duration or counted, *ends])


def plain_letters(words: str) -> str:
    """The words in ASCII, the only letters that OpenCV can draw."""
    spaced = words.replace("\N{NO-BREAK SPACE}", " ").replace("\N{EN DASH}", "-")
    return spaced.encode("ascii", "replace").decode("ascii")


def _write(picture: UInt8[ndarray, "height width 3"], words: str, x: int, y: int, size: float) -> None:
    cv2.putText(
        picture,
        plain_letters(words),
        (x, y),
        cv2.FONT_HERSHEY_SIMPLEX,
        0.62 * size,
        INK,
        max(1, round(1.3 * size)),
        cv2.LINE_AA,
    )
