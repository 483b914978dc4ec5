"""From a verdict, or from the reason why there is none, to the columns of a result row."""

from __future__ import annotations

import dataclasses
from typing import Any

from fakestormer.bulk.config import hash_of
from fakestormer.bulk.schema import Status
from fakestormer.isolation import Ending
from fakestormer.types import Decision, FaceVerdict, VideoVerdict

STATUS_OF_ENDING: dict[Ending, Status] = {
    "unreadable": "unreadable",
    "too_long": "too_long",
    "too_many_pixels": "too_large",
    "too_many_frames": "too_large",
    "too_many_faces": "too_large",
    "timeout": "timeout",
    "out_of_memory": "out_of_memory",
    "crashed": "crashed",
    "unwritable": "unavailable",
    "cancelled": "unavailable",
}


def status_of(verdict: VideoVerdict) -> Status:
    """not_applicable where nothing could be judged, partial where some of the file could not be decoded, else ok."""
    if verdict.decision is Decision.NOT_APPLICABLE:
        return "not_applicable"
    damage = verdict.damage
    spoiled = damage.num_corrupt_packets or damage.num_encrypted_packets or damage.truncated
    return "partial" if spoiled else "ok"


def columns_of(verdict: VideoVerdict) -> dict[str, Any]:
    """The columns that a verdict fills."""
    video, damage, made = verdict.video, verdict.damage, verdict.provenance
    return {
        "status": status_of(verdict),
        "decision": verdict.decision.value,
        "probability": verdict.probability,
        "prior": verdict.prior,
        "log10_lr": verdict.log10_lr,
        "score": verdict.score,
        "reason": verdict.reason,
        "notes": [note.code.value for note in verdict.notes],
        "duration": video.duration,
        "width": video.width,
        "height": video.height,
        "frame_rate": video.frame_rate,
        "codec": video.codec,
        "num_frames": verdict.num_frames,
        "num_faces": len(verdict.faces),
        "faces": [_face(face) for face in verdict.faces],
        "damage": {
            "corrupt_packets": damage.num_corrupt_packets,
            "encrypted_packets": damage.num_encrypted_packets,
            "truncated": damage.truncated,
        },
        "sha256": made.input_sha256,
        "rule_sha256": hash_of({"rule": dataclasses.asdict(made.rule), "calibration": _curve(verdict)}),
    }


def _face(face: FaceVerdict) -> dict[str, Any]:
    return {
        "face": face.track_id,
        "decision": face.decision.value,
        "probability": face.probability,
        "log10_lr": face.log10_lr,
        "score": face.score,
        "start": face.span.start,
        "end": face.span.end,
        "num_clips": len(face.clips),
        "notes": [note.code.value for note in face.notes],
        "segments": [
            {
                "start": one.span.start,
                "end": one.span.end,
                "peak_time": one.peak_time,
                "peak_probability": one.peak_probability,
                "probability": one.probability,
            }
            for one in face.segments
        ],
    }


def _curve(verdict: VideoVerdict) -> dict[str, Any]:
    return dataclasses.asdict(verdict.provenance.calibration)
