"""The short form of a verdict that lists and answers show, read from the files of its examination."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fakestormer.isolation import Examination, read_recorded

# The name in an examination's files, which several may share. Each sees the name that he gave; it needs no escaping.
NAME_IN_RESULTS = "fakestormer-name-of-the-file"


def summarise(folder: Path, ended: Examination) -> dict[str, Any]:
    """Decision, probability, faces, pictures and cost; DataError where the folder contains no verdict."""
    verdict = read_recorded(folder)
    faces: list[dict[str, Any]] = []
    frames: list[dict[str, Any]] = []
    for face in verdict.faces:
        told = {"face": face.track_id, "decision": face.decision.value, "probability": face.probability}
        faces.append({**told, "start": face.span.start, "end": face.span.end})
        for key in face.evidence_frames:
            frames.append({"number": len(frames), "face": face.track_id, "time": key.time})
    return {
        "decision": verdict.decision.value,
        "probability": verdict.probability,
        "log10_lr": verdict.log10_lr,
        "reason": verdict.reason,
        "duration": verdict.video.duration,
        "width": verdict.video.width,
        "height": verdict.video.height,
        "faces": faces,
        "frames": [one for one in frames if (folder / "frames" / f"{one['number']}.jpg").exists()],
        "notes": list(ended.notes),
        "seconds": round(ended.seconds, 2),
        "peak_memory": ended.peak_memory,
    }
