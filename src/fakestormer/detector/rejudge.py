"""A recorded verdict judged again by another scoring rule or calibration: the evidence stays, nothing is decoded."""

from __future__ import annotations

import importlib.metadata
from dataclasses import replace

from fakestormer.detector.config import UNCALIBRATED
from fakestormer.model import LoadedWeights
from fakestormer.types import EvidenceFrame, FaceVerdict, ScoredClip, VideoVerdict, WeightsError
from fakestormer.verdict import judge_face, judge_video


def rejudge(recorded: VideoVerdict, weights: LoadedWeights, prior: float | None = None) -> VideoVerdict:
    """The verdict that weights with the same networks give of the recorded evidence.

    Rule and calibration come from `weights`; the record of how the evidence was made stays as it is.

    Args:
        recorded: a verdict as `read_json` gives it.
        weights: weights with the same networks, whatever their rule and calibration.
        prior: the probability of forgery before the examination; None keeps the recorded one.

    Raises:
        WeightsError: the networks are others than those that the evidence came from.
    """
    made = recorded.provenance
    if weights.networks_sha256 != made.networks_sha256:
        raise WeightsError(
            f"the evidence comes from networks {made.networks_sha256[:12]} ({made.model_name}), those of the weights "
            f"{weights.name} are {weights.networks_sha256[:12]}: give weights with the same networks, or examine the "
            "video anew with detect"
        )
    calibration = weights.calibration or UNCALIBRATED
    rule = weights.rule if made.rule.segments is not None else made.rule  # a published protocol keeps its plain mean
    chosen = recorded.prior if prior is None else prior
    faces = tuple(
        _with_evidence_frames(
            judge_face(face.track_id, [clip.evidence for clip in face.clips], rule, calibration, chosen), face
        )
        for face in recorded.faces
    )
    verdict = judge_video(
        video=recorded.video,
        faces=faces,
        set_aside=recorded.set_aside,
        damage=recorded.damage,
        num_frames=recorded.num_frames,
        provenance=replace(
            made,
            weights_sha256=weights.sha256,
            rule=rule,
            calibration=calibration,
            package_version=importlib.metadata.version("fakestormer"),
        ),
        prior=chosen,
    )
    return replace(verdict, credentials=recorded.credentials)


def _with_evidence_frames(judged: FaceVerdict, recorded: FaceVerdict) -> FaceVerdict:
    """The face with its recorded frames, each with the new logit of the clip it is from."""
    frames = tuple(replace(frame, logit=_clip_at(judged, frame).logit) for frame in recorded.evidence_frames)
    return replace(judged, evidence_frames=frames)


def _clip_at(face: FaceVerdict, frame: EvidenceFrame) -> ScoredClip:
    return min(face.clips, key=lambda clip: max(clip.span.start - frame.time, frame.time - clip.span.end))
