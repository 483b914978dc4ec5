"""What OpenAPI says beside the types: bodies, examples, and the problem that any answer may be."""

from __future__ import annotations

from typing import Any, Final

from fakestormer.serving.problems import PROBLEMS, problem_body

ID: Final = "^[0-9a-f]{32}$"
_VIDEO = {"type": "string", "format": "binary"}
BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {"type": "object", "properties": {"file": _VIDEO}, "required": ["file"]},
            },
            "application/octet-stream": {"schema": _VIDEO},
            "video/mp4": {"schema": _VIDEO},
        },
    }
}
_EXAMPLE = {
    "id": "3f0c6f0e9a3b4d7d8c1d2e3f40516273",
    "state": "done",
    "name": "interview.mp4",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "size": 1048576,
    "cached": False,
    "thorough": False,
    "overlay": False,
    "weights_sha256": "084ba7bd48d76f630001c8f367d0e34f52deac61e33384d24561f00bcf887eab",
    "version": "0.1.0",
    "created": "2026-11-30T12:00:00.000Z",
    "started": "2026-11-30T12:00:00.300Z",
    "finished": "2026-11-30T12:00:04.100Z",
    "expires": "2026-12-30T12:00:00.000Z",
    "erased": None,
    "attempts": 1,
    "progress": None,
    "verdict": {
        "decision": "inconclusive",
        "probability": 0.41,
        "log10_lr": -0.1,
        "reason": None,
        "duration": 10.0,
        "faces": [{"face": 0, "decision": "inconclusive", "probability": 0.41, "start": 0.0, "end": 9.9}],
        "frames": [],
        "notes": [],
    },
    "problem": None,
    "links": {"html": "/v1/analyses/3f0c6f0e9a3b4d7d8c1d2e3f40516273/report.html"},
}
ANALYSIS: Final[dict[str, Any]] = {
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Analysis"}, "example": _EXAMPLE}}
}
SENT_EVENTS: Final[dict[str, Any]] = {
    "description": "Events named `analysis` with the analysis as data.",
    "content": {"text/event-stream": {"schema": {"type": "string"}}},
}
_PROBLEM_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
}


def _answers() -> dict[int | str, dict[str, Any]]:
    """One answer for every status, with its problems as examples."""
    found: dict[int | str, dict[str, Any]] = {}
    for slug, (status, title) in PROBLEMS.items():
        content = {"application/problem+json": {"schema": _PROBLEM_SCHEMA, "examples": {}}}
        answer = found.setdefault(status, {"description": title, "content": content})
        answer["content"]["application/problem+json"]["examples"][slug] = {"value": problem_body(slug, None)}
    return found


PROBLEM_ANSWERS: Final = _answers()
