"""Drawings as SVG text: the probability over time, and the spatial vulnerability of every examined frame."""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import cv2
import numpy as np
from jaxtyping import Float, UInt8
from numpy import ndarray

from fakestormer.report.texts import ENGLISH, Texts
from fakestormer.report.wording import say_prior, say_probability, say_span, say_threshold, say_time
from fakestormer.types import FaceVerdict, ProbabilityScale, ScoredClip, TimeSpan

FORGED, GENUINE, UNDECIDED, INK, FAINT, PAPER = "#b3261e", "#1f5f99", "#8a5a00", "#1d2126", "#d5d9de", "#ffffff"
NAMESPACE = "http://www.w3.org/2000/svg"  # a name, not an address: nothing is fetched
MOST_DOTS = 240  # with more clips the line alone is readable
MOST_COLUMNS = 240
DARKEST = 0.85  # of the way from the pale to the dark end of magma
LEFT, RIGHT = 66.0, 14.0  # beside the time axis of both drawings
TIMELINE_EDGES, STRIP_EDGES = (20.0, 40.0), (6.0, 6.0)  # above and below what is drawn
TICK_ROOM = 12.0  # a label nearer to the right end than this would be cut off
TICK_STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 18000, 36000)


@dataclass(frozen=True, slots=True)
class ChartFrame:
    """Where on the drawing the time axis runs: a drawing `width` wide that shows [0, duration] seconds."""

    width: int
    duration: float
    left: float = LEFT
    right: float = RIGHT

    def x(self, time: float) -> float:
        """The horizontal place of a moment."""
        share = min(max(time / self.duration, 0.0), 1.0) if self.duration > 0 else 0.0
        return round(self.left + share * (self.width - self.left - self.right), 2)


def draw_timeline(
    face: FaceVerdict,
    scale: ProbabilityScale,
    duration: float,
    *,
    width: int = 760,
    height: int = 250,
    identity: str = "timeline",
    texts: Texts = ENGLISH,
) -> str:
    """A stand-alone SVG: probability of every clip over [0, duration] seconds.

    Both thresholds are drawn, the zones beyond them tinted and the suspicious spans shaded. `identity` must be unique
    on the page that takes the drawing in; the drawing carries a title and a description for screen readers.
    """
    frame = ChartFrame(width, duration)
    top, bottom = TIMELINE_EDGES[0], height - TIMELINE_EDGES[1]
    clips = sorted(face.clips, key=lambda clip: clip.span)
    chances = [scale.probability(clip.logit) for clip in clips]

    def y(probability: float) -> float:
        return round(bottom - probability * (bottom - top), 2)

    segments = [one.span for one in face.segments]
    spans = ", ".join(map(say_span, segments)) or texts.no_spans
    title = texts.chart_title.format(clips=len(clips), duration=say_time(duration), prior=say_prior(scale.prior, texts))
    described = texts.chart_description.format(
        lowest=say_probability(min(chances, default=0.5), scale),
        highest=say_probability(max(chances, default=0.5), scale),
        fake_from=say_threshold(scale.fake_from),
        real_to=say_threshold(scale.real_to),
        spans=spans,
    )
    places = [(frame.x(clip.span.middle), y(chance)) for clip, chance in zip(clips, chances, strict=True)]
    parts = [
        *_zones(frame, (top, y(scale.fake_from), y(scale.real_to), bottom), segments),
        *(_rule(frame, y(level), FAINT) for level in (0.0, 0.25, 0.5, 0.75, 1.0)),
        *(_label(frame.left - 8, y(level) + 4.0, f"{level * 100:.0f} %", "end") for level in (0.25, 0.5, 0.75)),
        _label(frame.left - 8, y(1.0) + 4, texts.axis_forged, "end", FORGED),
        _label(frame.left - 8, y(0.0) + 4, texts.axis_genuine, "end", GENUINE),
        *_time_axis(frame, bottom),
        *_thresholds(frame, y(scale.fake_from), y(scale.real_to), scale, texts),
        *_curve(clips, places, chances, scale),
    ]
    return _document(parts, width, height, identity, title, described)


def draw_spatial_strip(
    face: FaceVerdict,
    duration: float,
    *,
    width: int = 760,
    identity: str = "strip",
    texts: Texts = ENGLISH,
) -> str:
    """A stand-alone SVG under the timeline, on the same time axis: one column a clip, one cell a frame.

    A cell's shade is the frame's spatial vulnerability from 0 (pale) to 1 (dark). A column reaches half-way to its
    neighbours; where there are more clips than columns, a column shows the highest values.
    """
    frame = ChartFrame(width, duration)
    top, bottom = STRIP_EDGES[0], 54.0
    clips = sorted(face.clips, key=lambda clip: clip.span)
    groups = np.array_split(np.arange(len(clips)), min(len(clips), MOST_COLUMNS)) if clips else []
    times = [float(np.mean([clips[index].span.middle for index in group])) for group in groups]
    edges = [min((clip.span.start for clip in clips), default=0.0)]
    edges += [(before + after) / 2 for before, after in itertools.pairwise(times)]
    edges += [max((clip.span.end for clip in clips), default=0.0)]
    parts = [
        _tint(frame.left, top, width - frame.left - frame.right, bottom - top, FAINT, 0.4),
    ]
    for group, (start, end) in zip(groups, itertools.pairwise(edges), strict=False):
        values = _highest([clips[index].evidence.spatial_vulnerability for index in group])
        tall = (bottom - top) / len(values)
        left, right = frame.x(start), frame.x(end)
        parts += [
            f'<rect x="{left}" y="{top + row * tall:.2f}" width="{max(1.0, right - left):.2f}" height="{tall:.2f}" '
            f'fill="{_shade(value)}"/>'
            for row, value in enumerate(values)
        ]
    parts += [
        _label(frame.left - 8, top + 12, texts.strip_first, "end"),
        _label(frame.left - 8, bottom - 2, texts.strip_last, "end"),
    ]
    every = np.concatenate([clip.evidence.spatial_vulnerability for clip in clips]) if clips else np.zeros(1)
    described = texts.strip_description.format(lowest=f"{every.min():.2f}", highest=f"{every.max():.2f}")
    return _document(parts, width, round(bottom + STRIP_EDGES[1]), identity, texts.strip_title, described)


def shades(steps: int) -> tuple[str, ...]:
    """The colours of the spatial strip from value 0 to value 1, as CSS colours."""
    return tuple(_shade(value) for value in np.linspace(0, 1, steps))


def _highest(values: list[Float[ndarray, " frames"]]) -> list[float]:
    shortest = min(len(value) for value in values)
    return [float(max(value[row] for value in values)) for row in range(shortest)] or [0.0]


def _shade(value: float) -> str:
    kept = min(max(value, 0.0), 1.0) if math.isfinite(value) else 0.0
    level = np.full((1, 1), 255 - round(DARKEST * 255 * kept), np.uint8)
    colour: UInt8[ndarray, "1 1 3"] = cv2.applyColorMap(level, cv2.COLORMAP_MAGMA)
    blue, green, red = colour[0, 0].tolist()
    return f"#{red:02x}{green:02x}{blue:02x}"


def _curve(
    clips: list[ScoredClip], places: list[tuple[float, float]], chances: list[float], scale: ProbabilityScale
) -> list[str]:
    line = " ".join(f"{x},{y}" for x, y in places)
    parts = [f'<polyline points="{line}" fill="none" stroke="{INK}" stroke-width="1.6" stroke-linejoin="round"/>']
    if len(clips) > MOST_DOTS:
        return parts
    radius = 4 if len(clips) <= 60 else 2.5
    for clip, (x, y), chance in zip(clips, places, chances, strict=True):
        colour = FORGED if chance >= scale.fake_from else GENUINE if chance <= scale.real_to else UNDECIDED
        said = f"{say_time(clip.span.middle)}: {say_probability(chance, scale)}"
        parts.append(
            f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{colour}" stroke="{PAPER}">'
            f"<title>{escape(said)}</title></circle>"
        )
    return parts


def _zones(frame: ChartFrame, levels: tuple[float, float, float, float], spans: Sequence[TimeSpan]) -> list[str]:
    top, fake, real, bottom = levels
    inner = frame.width - frame.left - frame.right
    tints = [
        _tint(frame.left, top, inner, fake - top, FORGED, 0.08),
        _tint(frame.left, real, inner, bottom - real, GENUINE, 0.08),
    ]
    edges = [(frame.x(span.start), frame.x(span.end)) for span in spans]
    return tints + [_tint(start, top, max(2.0, end - start), bottom - top, FORGED, 0.2) for start, end in edges]


def _thresholds(frame: ChartFrame, fake: float, real: float, scale: ProbabilityScale, texts: Texts) -> list[str]:
    right = frame.width - frame.right - 4
    # Outside the band between them, where most curves of weak evidence run.
    labels = (
        (fake, FORGED, texts.threshold_fake.format(at=say_threshold(scale.fake_from)), fake - 5),
        (real, GENUINE, texts.threshold_real.format(at=say_threshold(scale.real_to)), real + 13),
    )
    return [
        part
        for level, colour, words, at in labels
        for part in (_rule(frame, level, colour, dashed=True), _label(right, at, words, "end", colour, halo=True))
    ]


def _time_axis(frame: ChartFrame, bottom: float) -> list[str]:
    room = (frame.width - frame.left - frame.right) / 62
    place = bisect.bisect_left(TICK_STEPS, frame.duration / room)
    step = TICK_STEPS[place] if place < len(TICK_STEPS) else frame.duration / room
    parts = []
    for index in range(int(frame.duration / step + 1e-9) + 1 if frame.duration > 0 else 1):
        x = frame.x(float(index * step))
        parts.append(f'<line x1="{x}" y1="{bottom}" x2="{x}" y2="{bottom + 5}" stroke="{INK}"/>')
        anchor = "middle" if x < frame.width - frame.right - TICK_ROOM else "end"
        label_x = x if anchor == "middle" else frame.width - 2.0
        parts.append(_label(label_x, bottom + 19, say_time(float(index * step), tenths=step < 1), anchor))
    return parts


def _rule(frame: ChartFrame, y: float, colour: str, dashed: bool = False) -> str:
    dash = ' stroke-dasharray="6 4" stroke-width="1.4"' if dashed else ""
    return f'<line x1="{frame.left}" y1="{y}" x2="{frame.width - frame.right}" y2="{y}" stroke="{colour}"{dash}/>'


def _tint(x: float, y: float, width: float, height: float, colour: str, opacity: float) -> str:
    size = f'width="{width:.2f}" height="{max(0.0, height):.2f}"'
    return f'<rect x="{x}" y="{y}" {size} fill="{colour}" opacity="{opacity}"/>'


def _label(x: float, y: float, words: str, anchor: str, colour: str = "#4a5058", halo: bool = False) -> str:
    """Words at a place; with a halo where the curve may run behind them (drawn first, for PDF knows no paint order)."""
    place = f'x="{x}" y="{y:.2f}" text-anchor="{anchor}"'
    plain = f'<text {place} fill="{colour}">{escape(words)}</text>'
    if not halo:
        return plain
    ring = f'fill="{PAPER}" stroke="{PAPER}" stroke-width="3" stroke-linejoin="round"'
    return f'<text {place} {ring} aria-hidden="true">{escape(words)}</text>{plain}'


def _document(parts: list[str], width: int, height: int, identity: str, title: str, described: str) -> str:
    head = (
        f'<svg xmlns="{NAMESPACE}" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'aria-labelledby="{identity}-title {identity}-description" font-family="system-ui, sans-serif" font-size="12">'
    )
    words = [
        f'<title id="{identity}-title">{escape(title)}</title>',
        f'<desc id="{identity}-description">{escape(described)}</desc>',
    ]
    return "\n".join([head, *words, *parts, "</svg>"])
