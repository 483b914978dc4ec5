"""Face box and ClipSpec -> the crop: where it lies in the frame, and its pixels."""

from __future__ import annotations

import bisect

import numpy as np
from jaxtyping import Float, UInt8
from numpy import ndarray
from scipy.sparse import csr_array

from fakestormer.types import Affine, Box, ClipSpec, FaceTrack

# Keys' cubic with a = -0.5, as in the usual bicubic resizing with anti-aliasing; it is zero from here on.
_KERNEL_RADIUS = 2.0


def box_at(track: FaceTrack, frame_index: int) -> Box:
    """The face's box in one frame: linear between observations, held before the first and after the last."""
    observations = track.observations
    after = bisect.bisect_left(observations, frame_index, key=lambda seen: seen.frame_index)
    if after == 0:
        return observations[0].box
    if after == len(observations):
        return observations[-1].box
    one, other = observations[after - 1], observations[after]
    part = (frame_index - one.frame_index) / (other.frame_index - one.frame_index)
    ends = ((one.box, 1 - part), (other.box, part))
    return Box(
        sum(box.left * share for box, share in ends),
        sum(box.top * share for box, share in ends),
        sum(box.right * share for box, share in ends),
        sum(box.bottom * share for box, share in ends),
    )


def crop_affine(box: Box, spec: ClipSpec) -> Affine:
    """The affine that takes crop pixels (`spec.image_size` wide and high) to frame pixels.

    The box is made square on its longer side, enlarged by `box_enlargement` of that side on each side, and
    `crop_margin` of the enlarged square is cut from each side again (method, sections 6 and 7).
    """
    enlarged = max(box.width, box.height) * (1 + 2 * spec.box_enlargement)
    size = enlarged * (1 - 2 * spec.crop_margin)
    if size <= 0:
        raise ValueError(f"a crop needs a face box with an area, got {box}")
    x, y = box.center
    scale = size / spec.image_size
    return Affine(np.array([[scale, 0, x - size / 2], [0, scale, y - size / 2]]))


def cut_crop(image: UInt8[ndarray, "height width 3"], affine: Affine, size: int) -> UInt8[ndarray, "size size 3"]:
    """The upright crop of `size` pixels whose pixels `affine` takes to `image`; its border pixels are repeated outside.

    Bicubic with anti-aliasing: where the crop shrinks the frame, the kernel grows with it. Every output pixel is a
    continuous function of the affine, so that a box that moves by a hundredth of a pixel moves the picture by just
    that: the crop adds no jitter of its own. Raises ValueError for an affine that rotates, shears or mirrors.
    """
    matrix = affine.matrix
    if matrix[0, 1] != 0 or matrix[1, 0] != 0 or matrix[0, 0] <= 0 or matrix[1, 1] <= 0:
        raise ValueError(f"a crop is upright: its affine only scales and shifts, got {matrix.tolist()}")
    top, rows = _resampling(float(matrix[1, 1]), float(matrix[1, 2]), size, image.shape[0])
    left, columns = _resampling(float(matrix[0, 0]), float(matrix[0, 2]), size, image.shape[1])
    height, width = rows.shape[1], columns.shape[1]
    region = image[top : top + height, left : left + width].astype(np.float32)
    squeezed = (rows @ region.reshape(height, width * 3)).reshape(size, width, 3)
    turned = np.ascontiguousarray(squeezed.transpose(1, 0, 2)).reshape(width, size * 3)
    crop = (columns @ turned).reshape(size, size, 3).transpose(1, 0, 2)
    return np.ascontiguousarray(np.clip(np.rint(crop), 0, 255).astype(np.uint8))


def _resampling(scale: float, offset: float, size: int, length: int) -> tuple[int, csr_array]:
    """First pixel used along one axis, and the weights (size x pixels used) of the pixels from there on."""
    spread = max(scale, 1.0)
    centers = (np.arange(size) + 0.5) * scale + offset
    first = np.floor(centers - _KERNEL_RADIUS * spread - 0.5).astype(np.int64)
    taps = first[:, None] + np.arange(int(np.ceil(2 * _KERNEL_RADIUS * spread)) + 2)
    weights = _cubic((taps + 0.5 - centers[:, None]) / spread)
    weights /= weights.sum(axis=1, keepdims=True)
    taps = np.clip(taps, 0, length - 1)
    start = int(taps.min())
    width = int(taps.max()) - start + 1
    rows = np.repeat(np.arange(size), taps.shape[1])
    entries = (weights.ravel().astype(np.float32), (rows, (taps - start).ravel()))
    return start, csr_array(entries, shape=(size, width))


def _cubic(distance: Float[ndarray, "size taps"]) -> Float[ndarray, "size taps"]:
    x = np.abs(distance)
    near = (1.5 * x - 2.5) * x * x + 1
    far = ((-0.5 * x + 2.5) * x - 4) * x + 2
    weights: Float[ndarray, "size taps"] = np.where(x < 1, near, np.where(x < _KERNEL_RADIUS, far, 0.0))
    return weights
