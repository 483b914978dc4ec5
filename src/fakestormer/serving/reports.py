"""Reports of an analysis: pages, JSON, PDF, pictures and overlay video, under the name that was submitted."""

from __future__ import annotations

import dataclasses
import html
import json
import re
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path as FilePath
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import FileResponse, StreamingResponse

from fakestormer.isolation import read_recorded
from fakestormer.report import write_pdf
from fakestormer.serving.analyses import read_analysis, state_of
from fakestormer.serving.problems import ProblemError
from fakestormer.serving.service import Service, caller_of, service_of
from fakestormer.serving.specification import ID, PROBLEM_ANSWERS
from fakestormer.serving.summary import NAME_IN_RESULTS
from fakestormer.serving.tables import Row

router = APIRouter(prefix="/v1/analyses/{identity}", responses=PROBLEM_ANSWERS)
Identity = Annotated[str, Path(pattern=ID, description="Id of the analysis.")]
SCRIPT_HASH = re.compile(rb"script-src '(sha256-[A-Za-z0-9+/=]+)'")
_one_pdf = threading.Semaphore(1)  # setting a PDF takes a second of a processor


def _described(kind: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {kind: {"schema": {"type": "string", "format": "binary"}}}}}


@router.get("/report.html", response_class=Response, responses=_described("text/html"))
def page(request: Request, identity: Identity) -> Response:
    """The report page: self-contained, confined to itself by its content security policy."""
    service, row = _finished(request, identity)
    content = b"".join(_file(service, row, "report.html"))
    named = content.replace(NAME_IN_RESULTS.encode("ascii"), html.escape(row["name"]).encode("utf-8", "replace"))
    script = SCRIPT_HASH.search(content)
    allowed = script.group(1).decode("ascii") if script else "none"
    policy = (
        f"sandbox allow-scripts allow-popups; default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
        f"script-src '{allowed}'; media-src blob:; frame-ancestors 'self'"
    )
    return Response(named, media_type="text/html; charset=utf-8", headers={"Content-Security-Policy": policy})


@router.get("/report.json", response_class=Response, responses=_described("application/json"))
def content(request: Request, identity: Identity) -> Response:
    """The whole verdict as versioned JSON."""
    service, row = _finished(request, identity)
    text = b"".join(_file(service, row, "verdict.json"))
    named = text.replace(NAME_IN_RESULTS.encode("ascii"), json.dumps(row["name"])[1:-1].encode("ascii"))
    return Response(named, media_type="application/json")


@router.get("/report.pdf", response_class=Response, responses=_described("application/pdf"))
def print_out(request: Request, identity: Identity) -> Response:
    """The report as PDF."""
    service, row = _finished(request, identity)
    with tempfile.TemporaryDirectory(prefix="fakestormer-") as place:
        folder = FilePath(place)
        (folder / "frames").mkdir()
        names = ["verdict.json", *(f"frames/{one['number']}.jpg" for one in json.loads(row["summary"])["frames"])]
        for name in names:
            (folder / name).write_bytes(b"".join(_file(service, row, name)))
        verdict = read_recorded(folder)
        named = dataclasses.replace(verdict, video=dataclasses.replace(verdict.video, path=row["name"]))
        with _one_pdf:
            write_pdf(named, folder / "report.pdf")
        return Response((folder / "report.pdf").read_bytes(), media_type="application/pdf")


@router.get("/overlay.mp4", response_class=Response, responses=_described("video/mp4"))
def film(request: Request, identity: Identity) -> Response:
    """The video with faces, scores and maps drawn on it, where it was asked for."""
    service, row = _finished(request, identity)
    if not json.loads(row["settings"])["overlay"]:
        raise ProblemError("not-found", "submit the file with overlay=true to have the annotated video")
    path = service.store.path_of(f"{row['results']}/overlay.mp4")
    if path is not None:
        return FileResponse(path, media_type="video/mp4")
    return StreamingResponse(_file(service, row, "overlay.mp4"), media_type="video/mp4")


@router.get("/frames/{number}.jpg", response_class=Response, responses=_described("image/jpeg"))
def frame(request: Request, identity: Identity, number: Annotated[int, Path(ge=0, le=10**6)]) -> Response:
    """One of the pictures that `verdict.frames` lists."""
    service, row = _finished(request, identity)
    return Response(b"".join(_file(service, row, f"frames/{number}.jpg")), media_type="image/jpeg")


def _finished(request: Request, identity: str) -> tuple[Service, Row]:
    """An analysis that has results; ProblemError says why there are none."""
    service = service_of(request)
    row = read_analysis(service.database, caller_of(request, "read"), identity)
    if row is None:
        raise ProblemError("not-found", "there is no analysis with this id")
    state = state_of(row)
    if row["erased"] is not None:
        raise ProblemError("gone", f"media and results were erased at {row['erased']}")
    if state == "failed":
        raise ProblemError(row["problem"], row["detail"])
    if state != "done":
        raise ProblemError("not-ready", f"the analysis is {state}: its report comes when it is done")
    return service, row


def _file(service: Service, row: Row, name: str) -> Iterator[bytes]:
    try:
        return service.store.read(f"{row['results']}/{name}")
    except FileNotFoundError:
        raise ProblemError("not-found", f"this analysis has no {name}") from None
