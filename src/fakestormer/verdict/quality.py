"""Reasons for caution: what was seen of the face, and what lies outside the calibration's range."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

from fakestormer.types import Calibration, ClipEvidence, QualityCode, QualityNote, VideoInfo

FEWEST_CLIPS = 3  # below, one odd clip moves the mean by half or more
SMALLEST_SHARE = 0.5  # of the crop's side: a smaller square was enlarged more than twice
MOST_BLUR = 0.6
FEWEST_BITS = 0.02  # a pixel
LEAST_MOTION = 0.3  # grey levels from picture to picture; see `faces.measure_motion`


def face_notes(clips: Sequence[ClipEvidence], calibration: Calibration) -> tuple[QualityNote, ...]:
    """Reasons for caution about one face, from its clips; docs/what-a-score-means.md explains the limits."""
    notes = []
    if len(clips) < FEWEST_CLIPS:
        notes.append(QualityNote(QualityCode.FEW_CLIPS, float(len(clips)), low=float(FEWEST_CLIPS)))
    scales = [clip.crop_scale for clip in clips if clip.crop_scale > 0]
    if scales:
        side = float(clips[0].crop_size)
        scale = statistics.geometric_mean(scales)
        if scale < SMALLEST_SHARE:
            notes.append(QualityNote(QualityCode.TINY_FACE, scale * side, low=SMALLEST_SHARE * side))
        notes += _outside(QualityCode.OUTSIDE_FACE_SIZE, "crop_scale", scale, calibration, float(side))
    blurs = [clip.blur for clip in clips if clip.blur is not None]
    if blurs:
        blur = math.fsum(blurs) / len(blurs)
        if blur > MOST_BLUR:
            notes.append(QualityNote(QualityCode.BLURRED, blur, high=MOST_BLUR))
        notes += _outside(QualityCode.OUTSIDE_BLUR, "blur", blur, calibration)
    motions = [clip.motion for clip in clips if clip.motion is not None]
    if motions and math.fsum(motions) / len(motions) < LEAST_MOTION:
        notes.append(QualityNote(QualityCode.NOTHING_MOVES, math.fsum(motions) / len(motions), low=LEAST_MOTION))
    return tuple(note for note in notes if note.is_outside)


def video_notes(video: VideoInfo, calibration: Calibration) -> tuple[QualityNote, ...]:
    """Reasons for caution about every face of one file: what reading it showed, and what it says about itself."""
    notes = []
    bits = video.bits_per_pixel
    if bits is not None:
        if bits < FEWEST_BITS:
            notes.append(QualityNote(QualityCode.HEAVY_COMPRESSION, bits, low=FEWEST_BITS))
        notes += _outside(QualityCode.OUTSIDE_BITS_PER_PIXEL, "bits_per_pixel", bits, calibration)
    if video.frame_rate > 0:
        notes += _outside(QualityCode.OUTSIDE_FRAME_RATE, "frame_rate", video.frame_rate, calibration)
    return (*video.notes, *(note for note in notes if note.is_outside))


def _outside(
    code: QualityCode, quantity: str, value: float, calibration: Calibration, unit: float = 1.0
) -> list[QualityNote]:
    """A note that holds the calibration's range beside the value; numbers are shown times `unit`."""
    known = calibration.measured.known(quantity) if calibration.measured else None
    if known is None:
        return []
    return [QualityNote(code, value * unit, known.low * unit, known.high * unit)]
