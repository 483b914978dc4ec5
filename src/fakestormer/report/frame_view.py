"""What the page's template is given of a face's evidence frames, with and without maps, and of its clips."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np

from fakestormer.report.heatmap import HEAT_RANGES, cut_face, overlay_heatmap, strength
from fakestormer.report.picture import data_uri
from fakestormer.report.texts import Texts
from fakestormer.report.wording import say_prior, say_probability, say_time
from fakestormer.types import MAP_NAMES, EvidenceFrame, FaceVerdict, MapName, ProbabilityScale

FAINT = 0.3  # of the colour scale; below it the eye hardly sees a colour on the picture
FACE_SIZE = 320  # pixels; shown at two thirds of that size, sharp in print
FRAME_WIDTH, FRAME_QUALITY = 560, 76  # whole frames only say where the face is


@dataclass(frozen=True, slots=True)
class MapView:
    """How one kind of map is introduced: its name, what it shows and does not show, and the ends of its scale."""

    title: str
    means: str
    means_not: str
    unit: str
    ends: tuple[str, str]


@dataclass(frozen=True, slots=True)
class PictureView:
    """One picture as a data address, its caption and the words for those who cannot see it."""

    source: str
    caption: str
    alt: str


@dataclass(frozen=True, slots=True)
class EvidenceFrameView:
    """One evidence frame: whole frames with each map, the face without and with each map, and what is said about it."""

    frames: tuple[PictureView, ...]
    faces: tuple[PictureView, ...]
    said: tuple[str, ...]
    when: str
    seconds: float


def view_maps(texts: Texts) -> tuple[MapView, ...]:
    """The introductions of all maps, in the order of their pictures."""
    return tuple(
        MapView(
            title=texts.maps[name].title,
            means=texts.maps[name].means,
            means_not=texts.maps[name].means_not,
            unit=texts.maps[name].unit,
            ends=(
                texts.heat_ends[0].format(low=HEAT_RANGES[name][0]),
                texts.heat_ends[1].format(high=HEAT_RANGES[name][1]),
            ),
        )
        for name in MAP_NAMES
    )


def view_evidence_frame(key: EvidenceFrame, place: int, scale: ProbabilityScale, texts: Texts) -> EvidenceFrameView:
    """The pictures and words of one evidence frame of the face with that number."""
    time = say_time(key.time)
    chance = say_probability(scale.probability(key.logit), scale)
    plain = PictureView(draw_face(key), texts.plain_caption, texts.plain_alt.format(time=time, number=place))
    frames, faces = [], [plain]
    for name in MAP_NAMES:
        title, peak = texts.maps[name].title, say_peak(key, name, texts)
        laid = overlay_heatmap(key.image, key.map(name), key.to_frame, key.crop_size, key.scale, name=name)
        alt = texts.frame_alt.format(time=time, number=place, map=title, peak=peak)
        frames.append(PictureView(data_uri(laid, FRAME_WIDTH, FRAME_QUALITY), title, alt))
        alt = texts.heat_alt.format(time=time, number=place, map=title)
        faces.append(PictureView(draw_face(key, name), title, alt))
    said = (
        texts.evidence_frame_clip.format(probability=chance, prior=say_prior(scale.prior, texts)),
        texts.evidence_frame_spatial.format(value=key.spatial_vulnerability),
        *(
            texts.evidence_frame_map.format(map=texts.maps[name].title, peak=say_peak(key, name, texts))
            for name in MAP_NAMES
        ),
    )
    when = texts.evidence_frame.format(time=time, index=key.frame_index)
    return EvidenceFrameView(tuple(frames), tuple(faces), said, when, round(key.time, 3))


def draw_face(key: EvidenceFrame, name: MapName | None = None) -> str:
    """The face as the model saw it, with the map of that name where one is named, as a data address."""
    image = key.image
    if name is not None:
        image = overlay_heatmap(image, key.map(name), key.to_frame, key.crop_size, key.scale, outline=False, name=name)
    return data_uri(cut_face(image, key.to_frame, key.crop_size, key.scale, FACE_SIZE))


def say_peak(key: EvidenceFrame, name: MapName, texts: Texts) -> str:
    """Where a map is strongest, in words."""
    low = HEAT_RANGES[name][0]
    heat = np.nan_to_num(key.map(name), nan=low)
    if heat.max() <= low:
        return texts.evidence_frame_calm
    row, column = np.unravel_index(int(heat.argmax()), heat.shape)
    place = texts.places[3 * int(row) // heat.shape[0]][3 * int(column) // heat.shape[1]]
    faint = strength(heat, name).max() < FAINT
    return (texts.evidence_frame_faint if faint else texts.evidence_frame_peak).format(
        peak=float(heat.max()), place=place
    )


@dataclass(frozen=True, slots=True)
class PlayView:
    """As the page's attributes hold it.

    `clips` and `words` are JSON: [middle in seconds, probability in words, level] of every clip, and the words of the
    levels 0 (no signs), 1 (inconclusive) and 2 (signs of forgery).
    """

    clips: str
    words: str


def view_play(face: FaceVerdict, scale: ProbabilityScale, texts: Texts) -> PlayView:
    """The clips of a face in order of time, as the script reads them."""
    rows = []
    for clip in sorted(face.clips, key=lambda one: one.span):
        chance = scale.probability(clip.logit)
        level = 2 if chance >= scale.fake_from else 0 if chance <= scale.real_to else 1
        rows.append([round(clip.span.middle, 2), say_probability(chance, scale), level])
    words = [texts.gauge_real, texts.gauge_between, texts.gauge_fake]
    return PlayView(
        clips=json.dumps(rows, separators=(",", ":"), ensure_ascii=False),
        words=json.dumps(words, ensure_ascii=False),
    )
