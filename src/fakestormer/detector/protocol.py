"""How a video becomes a score, written down so that two results can be seen to be comparable.

A protocol is a frozen description with a name and a version. Its canonical JSON (keys sorted, no space, ASCII) has a
SHA-256 that stands in every result. A protocol that has been published does not change: what would change it is a new
version, and a test holds the hashes fast.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass, field
from typing import Literal

from fakestormer.detector.config import DetectorConfig
from fakestormer.faces import TrackingConfig
from fakestormer.model import ClipProtocol, LoadedWeights, PublishedFakeSTormer
from fakestormer.types import ConfigError, ScoringRule

CUSTOM = "custom"


@dataclass(frozen=True, slots=True)
class Protocol:
    """Which frames of a face are seen, how they are cut, and by which rule evidence becomes a score.

    Device and precision are no part of it.

    Attributes:
        name: "ours", "published" or, where a setting differs, "custom".
        version: of the named protocol; 0 for a custom one.
        frames: "consecutive" clips every `clip_interval` seconds, or frames "spread" evenly over the face's track and
            cut in clips in order.
        num_frames: how many frames are spread.
        clip_length: frames of a clip; None: as the weights were trained.
        clip_interval: seconds between the starts of consecutive clips.
        min_clip_interval: seconds below which a short video's clips do not come closer.
        min_clips: about so many clips a short video has.
        box_enlargement: of the face box on every side; None: as the weights were trained.
        crop_margin: share of the enlarged box cut off; None: as the weights were trained.
        flip: whether mirrored clips are scored as well.
        detection_size: the longer side of the frames in which faces are searched.
        tracking: how faces become tracks.
        rule: how raw evidence becomes logits; None in the named protocols: it comes with the weights.
    """

    name: str
    version: int
    frames: Literal["consecutive", "spread"]
    num_frames: int | None = None
    clip_length: int | None = None
    clip_interval: float | None = None
    min_clip_interval: float | None = None
    min_clips: int | None = None
    box_enlargement: float | None = None
    crop_margin: float | None = None
    flip: bool = False
    detection_size: int = 640
    tracking: TrackingConfig = field(default_factory=TrackingConfig)
    rule: ScoringRule | None = None

    def canonical(self) -> str:
        """The description as JSON that is the same on every machine."""
        return json.dumps(dataclasses.asdict(self), sort_keys=True, separators=(",", ":"), allow_nan=False)

    @property
    def sha256(self) -> str:
        """The hash of the canonical JSON, in hexadecimal."""
        return hashlib.sha256(self.canonical().encode("ascii")).hexdigest()

    def described(self) -> tuple[tuple[str, str], ...]:
        """Name, version and hash, as text for provenance."""
        return ("protocol", self.name), ("protocol_version", str(self.version)), ("protocol_sha256", self.sha256)


# What `detect` does; and the paper's test (method, section 7): 32 frames, 8 clips of 4, one margin, the mean logit.
OURS = Protocol("ours", 3, "consecutive", clip_interval=1.0, min_clip_interval=0.2, min_clips=10)
PUBLISHED = Protocol("published", 3, "spread", num_frames=32, clip_length=4, box_enlargement=0.25, crop_margin=15 / 256)
PROTOCOLS = {one.name: one for one in (OURS, PUBLISHED)}


def choose_protocol(weights: LoadedWeights, config: DetectorConfig) -> Protocol:
    """The protocol that a detector follows: the one asked for, else the one the weights were made for.

    Where the detector's settings are others than the protocol's, the description says so and is called "custom".

    Raises:
        ConfigError: the weights cannot be run as the protocol wants, or there is no such protocol.
    """
    if config.protocol not in (None, *PROTOCOLS):
        raise ConfigError(f"there is no protocol {config.protocol!r}: choose from {', '.join(PROTOCOLS)}")
    if config.protocol == PUBLISHED.name:
        _check_clips(weights)
        base = PUBLISHED
    elif config.protocol is None and weights.protocol.kind == "spread":
        base = dataclasses.replace(
            PUBLISHED,
            num_frames=weights.protocol.num_frames,
            clip_length=weights.clip_spec.num_frames,
            box_enlargement=weights.clip_spec.box_enlargement,
            crop_margin=weights.clip_spec.crop_margin,
        )
    else:
        base = dataclasses.replace(
            OURS,
            clip_interval=config.clip_interval,
            min_clip_interval=config.min_clip_interval,
            min_clips=config.min_clips,
        )
    found = dataclasses.replace(
        base,
        flip=config.flip and not isinstance(weights.model, PublishedFakeSTormer),
        detection_size=config.detection_size,
        tracking=config.tracking,
    )
    if found != PROTOCOLS[found.name]:
        found = dataclasses.replace(found, name=CUSTOM, version=0)
    return dataclasses.replace(found, rule=weights.rule if base.frames == "consecutive" else _plain_mean(weights.rule))


def _plain_mean(rule: ScoringRule) -> ScoringRule:
    """The published rule: the plain mean of the clips' logits, nothing taken off, no segment in place of the mean."""
    return dataclasses.replace(rule, share_between_faces=1.0, face_size=None, segments=None, motion_weight=0.0)


def clip_protocol(protocol: Protocol) -> ClipProtocol:
    """Which frames of a track to take, in the words of the clip planner."""
    return ClipProtocol(protocol.frames, protocol.num_frames)


def _check_clips(weights: LoadedWeights) -> None:
    spec = weights.clip_spec
    has = (spec.num_frames, spec.box_enlargement, spec.crop_margin)
    wants = (PUBLISHED.clip_length, PUBLISHED.box_enlargement, PUBLISHED.crop_margin)
    if has != wants:
        raise ConfigError(
            "the published protocol cuts clips of 4 frames from a box enlarged by 0.25 with a margin of 15/256, the "
            f"weights {weights.name} were trained on {has[0]} frames, {has[1]:g} and {has[2]:g}: use --protocol ours"
        )
