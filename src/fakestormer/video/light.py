"""Light that is not SDR's becomes SDR's, as a phone's gallery shows it: HDR tone-mapped, wide colours as BT.709.

FFmpeg's zscale is not in PyAV's wheels, and swscale's own conversion takes seconds of preparation for every size. So it
is done here: signal to linear light (1 is the white of SDR, 203 cd/m2, ITU-R BT.2408), primaries to BT.709, what is
brighter than most of SDR's white rolled off, and light to sRGB's signal. HLG is read as the camera's light (BT.2408,
scene-referred), as it was made to be seen on SDR screens.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final, Literal

import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorPrimaries, ColorTrc
from jaxtyping import Float, UInt8, UInt16
from numpy import ndarray

from fakestormer.types import QualityCode, QualityNote

Light = Literal["pq", "hlg", "bt2020", "p3"]
LIGHT_NAMES: Final[dict[Light, str]] = {"pq": "PQ", "hlg": "HLG", "bt2020": "BT.2020", "p3": "P3"}

_WHITE: Final = 203.0  # cd/m2
_PEAK: Final = 1000 / _WHITE  # the brightest light that stays distinct; nearly all HDR is graded for it
_KNEE: Final = 0.85  # of white: what is darker stays as it is
_STEPS: Final = 4096  # of the table from light to signal
_TO_BT709: Final = {
    "bt2020": ((1.6605, -0.5876, -0.0728), (-0.1246, 1.1329, -0.0083), (-0.0182, -0.1006, 1.1187)),
    "p3": ((1.2249, -0.2247, 0.0), (-0.0420, 1.0419, 0.0), (-0.0197, -0.0786, 1.0979)),
}


def light_of(picture: VideoFrame) -> Light | None:
    """What kind of light the picture's file names; None for SDR, named or not."""
    if picture.color_trc == ColorTrc.SMPTE2084:
        return "pq"
    if picture.color_trc == ColorTrc.ARIB_STD_B67:
        return "hlg"
    if picture.color_primaries == ColorPrimaries.BT2020:
        return "bt2020"
    return "p3" if picture.color_primaries in (ColorPrimaries.SMPTE431, ColorPrimaries.SMPTE432) else None


def light_notes(lights: Iterable[Light]) -> tuple[QualityNote, ...]:
    """What the reader of a result must know about the kinds of light that were met; one note of each kind."""
    named: dict[QualityCode, list[str]] = {}
    for light in lights:
        code = QualityCode.HIGH_DYNAMIC_RANGE if light in ("pq", "hlg") else QualityCode.WIDE_GAMUT
        named.setdefault(code, []).append(LIGHT_NAMES[light])
    return tuple(QualityNote(code, 1.0, high=0.0, detail=", ".join(names)) for code, names in named.items())


def to_sdr(image: UInt16[ndarray, "height width 3"], light: Light) -> UInt8[ndarray, "height width 3"]:
    """The picture (RGB of 16 bits, its full range) as 8-bit sRGB."""
    linear: Float[ndarray, "height width 3"] = _linear_table(light)[image]
    matrix = np.array(_TO_BT709["p3" if light == "p3" else "bt2020"], np.float32)
    linear = cv2.transform(linear, matrix)
    if light in ("pq", "hlg"):
        brightest = linear.max(axis=2)
        with np.errstate(divide="ignore", invalid="ignore"):
            factor = np.where(brightest > _KNEE, _roll_off(brightest) / brightest, np.float32(1))
        linear *= factor[..., None]
    places = np.clip(np.sqrt(np.clip(linear, 0, 1)) * (_STEPS - 1) + 0.5, 0, _STEPS - 1).astype(np.uint16)
    signal: UInt8[ndarray, "height width 3"] = _signal_table()[places]
    return signal


def _roll_off(light: Float[ndarray, "height width"]) -> Float[ndarray, "height width"]:
    """Light above the knee bent so that `_PEAK` becomes 1; smooth at the knee, and never brighter than 1."""
    room, over = 1 - _KNEE, np.minimum(light, np.float32(_PEAK)) - _KNEE
    # over / (1 + a * over) with slope 1 at the knee and the value `room` at the peak
    bend = np.float32(1 / room - 1 / (_PEAK - _KNEE))
    bent: Float[ndarray, "height width"] = np.float32(_KNEE) + over / (1 + bend * over)
    return bent


@lru_cache(maxsize=4)
def _linear_table(light: Light) -> Float[ndarray, 65536]:
    """Linear light of every signal of 16 bits; 1 is SDR's white."""
    signal = np.arange(65536) / 65535
    if light == "pq":  # SMPTE ST 2084
        power = signal ** (1 / 78.84375)
        base = np.maximum(power - 0.8359375, 0) / (18.8515625 - 18.6875 * power)
        linear = 10000 / _WHITE * base ** (1 / 0.1593017578125)
    elif light == "hlg":  # ITU-R BT.2100; 75 % of the signal is white
        a, b, c = 0.17883277, 0.28466892, 0.55991073
        linear = np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12) / _hlg_white()
    else:  # sRGB's curve, in and out
        linear = np.where(signal <= 0.04045, signal / 12.92, ((signal + 0.055) / 1.055) ** 2.4)
    return linear.astype(np.float32)


def _hlg_white() -> float:
    return float((np.exp((0.75 - 0.55991073) / 0.17883277) + 0.28466892) / 12)


@lru_cache(maxsize=1)
def _signal_table() -> UInt8[ndarray, " steps"]:
    """sRGB's signal for light whose square root is the place in the table."""
    linear = np.linspace(0, 1, _STEPS) ** 2
    signal = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.round(255 * signal).astype(np.uint8)
