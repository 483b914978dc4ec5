"""The answers of the API, field by field; what OpenAPI describes is made from these."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from fakestormer.serving.analyses import state_of
from fakestormer.serving.problems import problem_body
from fakestormer.serving.tables import Row

State = Literal["queued", "running", "done", "failed", "cancelled", "expired"]
DecisionName = Literal["real", "fake", "inconclusive", "not_applicable"]


@dataclass(frozen=True, slots=True)
class Problem:
    """`application/problem+json`, RFC 9457; `type` is stable and stands for one cause."""

    type: str
    title: str
    status: int
    detail: str


@dataclass(frozen=True, slots=True)
class ScoredFace:
    """Which seconds of a face were scored so far, as pairs of start and end."""

    face: int
    scored: list[list[float]]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a running analysis stands. Scores are told by the verdict only: until then they may still move."""

    stage: Literal["load", "probe", "search", "track", "score", "write"]
    percent: float
    duration: float | None
    num_faces: int | None
    faces: list[ScoredFace]


@dataclass(frozen=True, slots=True)
class FaceAnswer:
    """One person: answer, calibrated probability of forgery, first and last second."""

    face: int
    decision: DecisionName
    probability: float | None
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class FrameAnswer:
    """A picture worth looking at, and where it is fetched."""

    number: int
    face: int
    time: float
    url: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The short form of the verdict; everything else stands in `report.json`."""

    decision: DecisionName
    probability: float | None
    log10_lr: float | None
    reason: str | None
    duration: float | None
    faces: list[FaceAnswer]
    frames: list[FrameAnswer]
    notes: list[str]


@dataclass(frozen=True, slots=True)
class Analysis:
    """One submitted file. Times are RFC 3339 in UTC, lengths in seconds.

    Attributes:
        id: of the analysis.
        state: see State.
        name: the file's, as it was submitted; empty once it was erased.
        sha256: of the file.
        size: of the file in bytes.
        cached: the same bytes, settings, weights and version had been submitted before.
        thorough: a score at least every half second was asked for.
        overlay: the annotated video was asked for.
        weights_sha256: of the weights that examine it.
        version: of fakestormer.
        created: when it was submitted.
        started: when the examination began.
        finished: when it ended.
        expires: when media and results are erased.
        erased: when they were.
        attempts: how often the examination was begun.
        progress: while it is running.
        verdict: when it is done.
        problem: when it failed.
        links: where reports are fetched.
    """

    id: str
    state: State
    name: str
    sha256: str | None
    size: int | None
    cached: bool
    thorough: bool
    overlay: bool
    weights_sha256: str | None
    version: str | None
    created: str
    started: str | None
    finished: str | None
    expires: str | None
    erased: str | None
    attempts: int
    progress: Standing | None
    verdict: Verdict | None
    problem: Problem | None
    links: dict[str, str]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list, newest first; `next` is the cursor of the following page."""

    items: list[Analysis]
    next: str | None


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the service lives and can take files."""

    status: str


def analysis_from_row(row: Row) -> Analysis:
    """The answer about one analysis."""
    state, identity = state_of(row), row["id"]
    settings = json.loads(row["settings"]) if row["settings"] else {"thorough": False, "overlay": False}
    live = row["ended_as"] is None
    fields: dict[str, Any] = {name: row[name] for name in ("sha256", "size", "weights_sha256", "version")}
    times = {name: row[name] for name in ("created", "started", "finished", "expires", "erased")}
    return Analysis(
        id=identity,
        state=state,  # type: ignore[arg-type]
        name=row["name"],
        cached=row["cached"],
        attempts=row["attempts"] or 0,
        progress=_standing(row) if state == "running" else None,
        verdict=_verdict(row) if state == "done" else None,
        problem=Problem(**problem_body(row["problem"], row["detail"])) if state == "failed" else None,
        links=_links(identity, settings) if live and state == "done" else {},
        **settings,
        **fields,
        **times,
    )


def _standing(row: Row) -> Standing:
    told = json.loads(row["scored"]) if row["scored"] else {"duration": None, "num_faces": None, "faces": []}
    faces = [ScoredFace(**one) for one in told["faces"]]
    return Standing(row["stage"] or "load", row["percent"] or 0.0, told["duration"], told["num_faces"], faces)


def _verdict(row: Row) -> Verdict:
    told, base = json.loads(row["summary"]), f"/v1/analyses/{row['id']}"
    return Verdict(
        **{name: told[name] for name in ("decision", "probability", "log10_lr", "reason", "duration", "notes")},
        faces=[FaceAnswer(**one) for one in told["faces"]],
        frames=[FrameAnswer(**one, url=f"{base}/frames/{one['number']}.jpg") for one in told["frames"]],
    )


def _links(identity: str, settings: dict[str, Any]) -> dict[str, str]:
    base = f"/v1/analyses/{identity}"
    reports = {kind: f"{base}/report.{kind}" for kind in ("html", "pdf", "json")}
    return {**reports, "overlay": f"{base}/overlay.mp4"} if settings["overlay"] else reports
