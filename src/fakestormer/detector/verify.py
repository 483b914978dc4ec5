"""Whether a recorded verdict can be had again: the same file, weights, versions and numbers, or what differs."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from fakestormer.detector.config import DetectorConfig
from fakestormer.detector.detector import Detector
from fakestormer.model import LoadedWeights
from fakestormer.types import (
    ContentCredentials,
    CredentialStatus,
    EvidenceFrame,
    FaceVerdict,
    Provenance,
    ScoredClip,
    VideoError,
    VideoVerdict,
)
from fakestormer.video import hash_file

# How far a number may move between device classes and still count as the same; measured, see docs/provenance.md.
TOLERANCE = 1e-4  # of logits, between device classes


class Outcome(enum.Enum):
    """What a verification found."""

    SAME_BITS = "same_bits"
    WITHIN_TOLERANCE = "within_tolerance"
    OTHER_RESULT = "other_result"
    OTHER_FILE = "other_file"
    OTHER_WEIGHTS = "other_weights"


@dataclass(frozen=True, slots=True)
class Verification:
    """The outcome, one sentence for each thing that differs, and by how much the numbers differ at most.

    `largest` is None where nothing was computed again or the results have different parts.
    """

    outcome: Outcome
    differences: tuple[str, ...]
    largest: float | None = None


def verify(recorded: VideoVerdict, path: str | Path, weights: LoadedWeights, device: str = "auto") -> Verification:
    """What comes of examining the file again with the settings of the recorded verdict.

    Numbers must be the same to the bit where the device class is the recorded one, else within `TOLERANCE`; decisions,
    faces, clips and the choice of evidence frames must be the same in either case. With another file or other weights
    nothing is computed.

    Raises:
        VideoError: the file cannot be read.
        ConfigError: the recorded settings cannot be used by this version.
    """
    made = recorded.provenance
    found = hash_file(path)
    if found != made.input_sha256:
        return Verification(
            Outcome.OTHER_FILE,
            (f"{path} is another file: its SHA-256 is {found}, the report is about {made.input_sha256}.",),
        )
    if weights.sha256 != made.weights_sha256:
        return Verification(
            Outcome.OTHER_WEIGHTS,
            (
                f"These are other weights: their SHA-256 is {weights.sha256}, the report was made with "
                f"{made.model_name} {made.weights_sha256}; give those with --weights.",
            ),
        )
    config = replace(DetectorConfig.from_described(made.settings, device), prior=recorded.prior)
    again = Detector(weights, config).detect(path)
    if again.provenance.input_sha256 != found:
        raise VideoError(f"{path} was changed while it was verified: wait until nothing writes to it, or verify a copy")
    return compare_verdicts(recorded, again)


def compare_verdicts(recorded: VideoVerdict, again: VideoVerdict) -> Verification:
    """What differs between two verdicts about one file with one set of weights."""
    told = (*_other_conditions(recorded.provenance, again.provenance), *_credentials_not_read(recorded, again))
    parts = _other_parts(recorded, again)
    largest = None if parts else _largest_difference(recorded, again)
    if parts or largest is None:
        return Verification(Outcome.OTHER_RESULT, (*told, *parts))
    if largest == 0:
        return Verification(Outcome.SAME_BITS, told, largest)
    alike = recorded.provenance.device_class == again.provenance.device_class
    if alike or largest > TOLERANCE:
        asked = "the same bits are due on the same device class" if alike else f"{TOLERANCE:g} is allowed"
        sentence = f"The numbers differ: by {largest:.3g} at most, and {asked}."
        return Verification(Outcome.OTHER_RESULT, (*told, sentence), largest)
    return Verification(Outcome.WITHIN_TOLERANCE, told, largest)


def _other_conditions(recorded: Provenance, again: Provenance) -> Iterator[str]:
    """One sentence for each version or device that is not as it was."""
    pairs = [("fakestormer", recorded.package_version, again.package_version)]
    pairs.append(("the face detector", recorded.face_detector, again.face_detector))
    pairs.append(("the decoder", recorded.decoder, again.decoder))
    before, now = dict(recorded.versions), dict(again.versions)
    pairs += [(name, before.get(name, "none"), now.get(name, "none")) for name in dict.fromkeys((*before, *now))]
    pairs.append(("the device class", recorded.device_class, again.device_class))
    for name, was, is_now in pairs:
        if was != is_now:
            yield f"{name[:1].upper()}{name[1:]} is another one: {is_now} here, {was} in the report."


def _other_parts(recorded: VideoVerdict, again: VideoVerdict) -> list[str]:
    """Sentences about what cannot be compared as numbers."""
    pairs: list[tuple[str, object, object]] = [
        ("The answer", recorded.decision.name, again.decision.name),
        ("The number of faces", len(recorded.faces), len(again.faces)),
        ("The number of faces set aside", len(recorded.set_aside), len(again.set_aside)),
        ("The number of frames", recorded.num_frames, again.num_frames),
        ("The damage found", recorded.damage, again.damage),
        ("The reason", recorded.reason, again.reason),
    ]
    for one, other in zip(recorded.faces, again.faces, strict=False):
        name = f"face {one.track_id}"
        pairs.append((f"The answer to {name}", one.decision.name, other.decision.name))
        pairs.append((f"The number of clips of {name}", len(one.clips), len(other.clips)))
        spans = len(one.segments), len(other.segments)
        pairs.append((f"The number of suspicious segments of {name}", *spans))
        pairs.append((f"The choice of evidence frames of {name}", _chosen(one), _chosen(other)))
    found = [f"{name} differs: {now} now, {was} in the report." for name, was, now in pairs if was != now]
    if _other_credentials(recorded, again):
        found.append("The content credentials are not as found now.")
    wholes = zip(_wholes(recorded), _wholes(again), strict=True)
    return found + [f"{name} not as found now." for (name, was), (_, now) in wholes if was != now]


def _chosen(face: FaceVerdict) -> str:
    """The numbers of the evidence frames, the most suspicious clip's first."""
    return ", ".join(f"frame {key.frame_index}" for key in face.evidence_frames) or "none"


def _credentials_not_read(recorded: VideoVerdict, again: VideoVerdict) -> Iterator[str]:
    """A sentence where the content credentials cannot be compared because one of the two did not read them."""
    if not (_was_read(recorded.credentials) and _was_read(again.credentials)):
        place = "in the report" if _was_read(again.credentials) else "here"
        yield f"The content credentials were not compared: they were not read {place}."


def _was_read(credentials: ContentCredentials | None) -> bool:
    return credentials is not None and credentials.status is not CredentialStatus.NOT_READ


def _other_credentials(recorded: VideoVerdict, again: VideoVerdict) -> bool:
    """Whether both read the content credentials and found different ones; the reader's version may differ."""
    one, other = recorded.credentials, again.credentials
    if one is None or other is None or not (_was_read(one) and _was_read(other)):
        return False
    return replace(one, reader="") != replace(other, reader="")


def _wholes(verdict: VideoVerdict) -> Iterator[tuple[str, object]]:
    """What a report may hold changed although every number about clips is right."""
    made = verdict.provenance
    yield "The name of the model is", made.model_name
    yield "What the report says about the file is", replace(verdict.video, path="")
    yield "The scoring rule is", made.rule
    yield "The calibration and its error rates are", made.calibration
    yield "The settings of the crops are", made.clip_spec
    yield "The faces that were set aside, or the reasons for it, are", verdict.set_aside
    notes = (verdict.notes, *(face.notes for face in verdict.faces))
    yield "The cautions are", [[note.code for note in some] for some in notes]
    keys = [key for face in verdict.faces for key in face.evidence_frames]
    yield (
        "The sizes of the maps are",
        (
            [clip.evidence.temporal_vulnerability.shape for face in verdict.faces for clip in face.clips],
            [(key.temporal_vulnerability.shape, key.attribution.shape, key.crop_size) for key in keys],
        ),
    )


def _largest_difference(recorded: VideoVerdict, again: VideoVerdict) -> float:
    """The largest distance between two numbers of the same place; lengths in pixels and times count as they are."""
    pairs = list(zip(_numbers(recorded), _numbers(again), strict=True))
    return float(max((np.abs(one - other).max(initial=0.0) for one, other in pairs), default=0.0))


def _numbers(verdict: VideoVerdict) -> Iterator[np.ndarray]:
    yield _row(value for value in (verdict.score, verdict.probability, verdict.log10_lr))
    for face in verdict.faces:
        yield _row((face.score, face.probability, face.log10_lr, face.span.start, face.span.end))
        for one in face.segments:
            numbers = (one.span.start, one.span.end, one.peak_time, one.peak_logit, one.peak_probability)
            yield _row((*numbers, one.logit, one.probability, one.contrast))
        for clip in face.clips:
            yield from _numbers_of_clip(clip)
        for key in face.evidence_frames:
            yield from _numbers_of_evidence_frame(key)


def _numbers_of_clip(clip: ScoredClip) -> Iterator[np.ndarray]:
    evidence = clip.evidence
    yield _row((clip.logit, evidence.clip_logit, evidence.blur, clip.span.start, clip.span.end))
    for values in (evidence.frame_logits, evidence.spatial_vulnerability, evidence.temporal_vulnerability):
        yield _as_kept(values)
    yield evidence.to_frame


def _numbers_of_evidence_frame(key: EvidenceFrame) -> Iterator[np.ndarray]:
    yield _row((key.time, key.logit, key.scale))
    for values in (np.array(key.spatial_vulnerability), key.temporal_vulnerability, key.attribution):
        yield _as_kept(values)
    yield key.to_frame


def _as_kept(values: np.ndarray) -> np.ndarray:
    """As the report keeps maps: single precision."""
    return values.astype(np.float32).astype(float)


def _row(values: Iterable[float | None]) -> np.ndarray:
    """Numbers in a row; one that is missing stands far from every other."""
    return np.array([-1e9 if value is None else value for value in values], float)
