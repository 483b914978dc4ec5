"""Faces over time, and the crops that a network sees."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from jaxtyping import Float, Int, UInt8
from numpy import ndarray

from fakestormer.types.geometry import Affine, Box, Landmarks
from fakestormer.types.time import TimeSpan

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


@dataclass(frozen=True, slots=True)
class FaceObservation:
    """One face in one frame: box in frame pixels, detector's confidence in [0, 1], landmarks where there are any."""

    frame_index: int
    time: float
    box: Box
    confidence: float
    landmarks: Landmarks | None = None


@dataclass(frozen=True, slots=True)
class FaceTrack:
    """One person's face through consecutive frames; observations are in frame order, not on every frame."""

    track_id: int
    observations: tuple[FaceObservation, ...]

    def __post_init__(self) -> None:
        indices = [seen.frame_index for seen in self.observations]
        if not indices or any(later <= earlier for earlier, later in itertools.pairwise(indices)):
            raise ValueError(f"track {self.track_id} needs observations in frame order, got frames {indices}")

    @property
    def span(self) -> TimeSpan:
        """From the first to the last observation, in seconds."""
        return TimeSpan(self.observations[0].time, self.observations[-1].time)


@dataclass(frozen=True, slots=True)
class SetAsideTrack:
    """A track that was not scored, and why, in words for the reader of the report."""

    track_id: int
    span: TimeSpan
    reason: str


@dataclass(frozen=True, slots=True)
class WindowSpec:
    """The crops around a clip in which the motion of a face's landmarks is read.

    Attributes:
        num_frames: pictures of a window, about 1/25 to 1/30 of a second apart whatever the frame rate.
        image_size: width and height of its crops in pixels.
        box_enlargement: of the square face box, on every side, as a fraction of its side.
    """

    num_frames: int = 16
    image_size: int = 112
    box_enlargement: float = 0.1

    def __post_init__(self) -> None:
        if self.num_frames < 3 or self.image_size < 16 or self.box_enlargement < 0:
            raise ValueError(
                "a window needs num_frames >= 3, image_size >= 16 and box_enlargement >= 0, got "
                f"{self.num_frames}, {self.image_size} and {self.box_enlargement}"
            )


@dataclass(frozen=True, slots=True)
class ClipSpec:
    """How crops are cut for one set of weights; it travels inside the weights file.

    The face box is made square on its longer side, enlarged by `box_enlargement` of that side on each side, and
    `crop_margin` (a fraction of the enlarged square) is cut from each side again; the rest is resized to `image_size`
    pixels (method, sections 6 and 7: 25 % and 15 px of 256). `window` says how the crops around a clip are cut, for
    weights that read the motion of landmarks.
    """

    num_frames: int = 4
    frame_stride: int = 1
    image_size: int = 224
    box_enlargement: float = 0.25
    crop_margin: float = 15 / 256
    mean: tuple[float, float, float] = IMAGENET_MEAN
    std: tuple[float, float, float] = IMAGENET_STD
    window: WindowSpec | None = None

    def __post_init__(self) -> None:
        if self.num_frames < 1 or self.frame_stride < 1 or self.image_size < 16:
            raise ValueError(
                "a clip needs num_frames >= 1, frame_stride >= 1 and image_size >= 16, got "
                f"{self.num_frames}, {self.frame_stride} and {self.image_size}"
            )
        if not 0 <= self.crop_margin < 0.5 or self.box_enlargement < 0:
            raise ValueError(
                "a crop needs 0 <= crop_margin < 0.5 and box_enlargement >= 0, got "
                f"{self.crop_margin} and {self.box_enlargement}"
            )

    @property
    def num_source_frames(self) -> int:
        """How many consecutive frames of the video one clip spans."""
        return (self.num_frames - 1) * self.frame_stride + 1


@dataclass(frozen=True, slots=True)
class FaceClip:
    """What the network sees at once: T square crops of one face, and for each the way back to its frame.

    `window` holds smaller crops of the frames around it, in order; empty where none were asked for, or the face is not
    seen for so long. Neighbouring clips share them: `window_frames` says which frame of the video each is from.
    """

    track_id: int
    span: TimeSpan
    frame_indices: Int[ndarray, " frames"]
    images: UInt8[ndarray, "frames size size 3"]
    to_frame: Float[ndarray, "frames 2 3"]
    window: tuple[UInt8[ndarray, "side side 3"], ...] = ()
    window_frames: tuple[int, ...] = ()

    def affine(self, frame: int) -> Affine:
        """The way from crop pixels of the clip's `frame`-th frame back to that frame of the video."""
        return Affine(self.to_frame[frame])
