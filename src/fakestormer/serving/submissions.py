"""`/v1/analyses`: files come in, their analyses are followed, listed and erased."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Path, Query, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.concurrency import run_in_threadpool

from fakestormer.serving.analyses import erase, list_analyses, read_analysis, state_of
from fakestormer.serving.keys import Caller, count_submission
from fakestormer.serving.problems import ProblemError
from fakestormer.serving.schemas import Analysis, Page, State, analysis_from_row
from fakestormer.serving.service import Service, caller_of, service_of
from fakestormer.serving.specification import ANALYSIS, BODY, ID, PROBLEM_ANSWERS, SENT_EVENTS
from fakestormer.serving.submit import PRIORITIES, Settings, Upload, check_room, submit
from fakestormer.serving.upload import Received, check_length, clean_name, receive
from fakestormer.serving.webhooks import check_address

router = APIRouter(prefix="/v1", responses=PROBLEM_ANSWERS)
ENDED = ("done", "failed", "cancelled", "expired")
LONGEST_WAIT = 60.0  # seconds of Prefer: wait
POLL_SECONDS = 0.25
PING_SECONDS = 15.0
Identity = Annotated[str, Path(pattern=ID, description="Id of the analysis.")]


@router.post(
    "/analyses",
    status_code=202,
    response_model=Analysis,
    openapi_extra=BODY,
    responses={200: {"description": "The analysis has ended already.", **ANALYSIS}, 202: ANALYSIS},
)
async def create(
    request: Request,
    thorough: Annotated[bool, Query(description="A score at least every half second.")] = False,
    overlay: Annotated[bool, Query(description="Also make the annotated video.")] = False,
    priority: Annotated[Literal["live", "batch"], Query(description="Live work goes first.")] = "live",
    name: Annotated[str | None, Query(max_length=1000, description="Name of the file, for a raw body.")] = None,
    webhook: Annotated[str | None, Query(max_length=2000, description="https address told of the end.")] = None,
    idempotency_key: Annotated[str | None, Header(max_length=255, min_length=1)] = None,
    prefer: Annotated[str | None, Header(description="wait=SECONDS answers when the analysis has ended.")] = None,
) -> Response:
    """Submits a video, raw or as multipart/form-data with the file in the field `file`.

    Equal bytes with equal settings are examined once; `cached` says so. The key is checked before the body is read.
    """
    service = service_of(request)
    caller = await run_in_threadpool(_admit, request, service, webhook)
    received = await receive(request, service.store, service.config.limits)
    upload = Upload(
        sha256=received.sha256,
        size=received.size,
        name=clean_name(name or received.name),
        settings=Settings(thorough, overlay),
        priority=PRIORITIES[priority],
        idempotency_key=idempotency_key,
        webhook=webhook,
    )
    identity = await run_in_threadpool(_keep, service, caller, upload, received)
    request.app.state.metrics.count_upload(received.size)
    analysis = await _wait(service, caller, identity, _seconds_to_wait(prefer))
    headers = {"Location": f"/v1/analyses/{identity}"}
    if analysis.state in ENDED:
        return JSONResponse(jsonable_encoder(analysis), 200, headers)
    return JSONResponse(jsonable_encoder(analysis), 202, {**headers, "Retry-After": "2"})


@router.get("/analyses", response_model=Page)
def index(
    request: Request,
    state: Annotated[State | None, Query(description="In this state only.")] = None,
    since: Annotated[str | None, Query(pattern=r"^\d{4}-\d\d-\d\d", max_length=40, description="RFC 3339.")] = None,
    search: Annotated[str | None, Query(max_length=200, description="Letters of the name.")] = None,
    cursor: Annotated[str | None, Query(max_length=100, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page:
    """Lists analyses, newest first."""
    caller, database = caller_of(request, "read"), service_of(request).database
    before = read_cursor(cursor)
    rows = list_analyses(
        database, caller, most=limit + 1, before=before, state=state, since=since, words=_plain(search)
    )
    following = write_cursor(rows[limit - 1]["seq"]) if len(rows) > limit else None
    return Page([analysis_from_row(row) for row in rows[:limit]], following)


@router.get("/analyses/{identity}", response_model=Analysis, responses={200: ANALYSIS})
def show(request: Request, identity: Identity) -> Analysis:
    """One analysis: state, progress while it runs, verdict when it is done."""
    return _read(service_of(request), caller_of(request, "read"), identity)


@router.delete("/analyses/{identity}", status_code=204)
def remove(request: Request, identity: Identity) -> Response:
    """Cancels an analysis, or erases its media and results; a tombstone without content stays."""
    caller = caller_of(request, "submit")
    if not erase(service_of(request).database, caller, identity):
        raise ProblemError("not-found", "there is no analysis with this id")
    return Response(status_code=204)


@router.get("/analyses/{identity}/events", response_class=StreamingResponse, responses={200: SENT_EVENTS})
async def events(
    request: Request, identity: Identity, last_event_id: Annotated[str | None, Header()] = None
) -> Response:
    """Server-sent events: the analysis whenever something changes. Each event holds all of it, so none is missed."""
    service = service_of(request)
    caller = await run_in_threadpool(caller_of, request, "read")
    await run_in_threadpool(_read, service, caller, identity)
    seen = int(last_event_id) if last_event_id and last_event_id.isascii() and last_event_id.isdigit() else -1
    headers = {"X-Accel-Buffering": "no"}
    return StreamingResponse(_events(service, caller, identity, seen), 200, headers, "text/event-stream")


def write_cursor(seq: int) -> str:
    """Where the next page begins, as text that promises nothing."""
    return base64.urlsafe_b64encode(f"v1:{seq}".encode("ascii")).decode("ascii").rstrip("=")


def read_cursor(cursor: str | None) -> int | None:
    """The place that a cursor stands for. Raises ProblemError "invalid"."""
    if not cursor:
        return None
    try:
        version, _, seq = base64.urlsafe_b64decode(cursor.encode("ascii") + b"==").decode("ascii").partition(":")
        place = int(seq)
    except ValueError:
        version, place = "", 0
    if version != "v1" or not 0 <= place < 2**63:
        raise ProblemError("invalid", "cursor must be the 'next' of an earlier page")
    return place


def _plain(words: str | None) -> str | None:
    return words.replace("\0", "") if words else None


def _admit(request: Request, service: Service, webhook: str | None) -> Caller:
    """Everything that can be refused before the body is read."""
    caller, limits = caller_of(request, "submit"), service.config.limits
    check_length(request, limits)
    if webhook is not None:
        if service.config.webhook_secret is None:
            raise ProblemError("webhooks-off", "leave out 'webhook', or start the server with a webhook secret")
        check_address(webhook)
    with service.database.write() as connection:
        check_room(connection, limits.queue)
        count_submission(connection, caller.owner, limits.submissions)
    return caller


def _keep(service: Service, caller: Caller, upload: Upload, received: Received) -> str:
    try:
        keep = received.incoming.keep
        return submit(service.database, caller.owner, upload, service.engine, service.config.retention, keep)
    finally:
        received.incoming.discard()


def _read(service: Service, caller: Caller, identity: str) -> Analysis:
    row = read_analysis(service.database, caller, identity)
    if row is None:
        raise ProblemError("not-found", "there is no analysis with this id")
    return analysis_from_row(row)


async def _wait(service: Service, caller: Caller, identity: str, seconds: float) -> Analysis:
    """The analysis when it has ended, or as it stands after so many seconds."""
    deadline = time.monotonic() + seconds
    while True:
        analysis = await run_in_threadpool(_read, service, caller, identity)
        if analysis.state in ENDED or time.monotonic() >= deadline:
            return analysis
        await asyncio.sleep(POLL_SECONDS)


def _seconds_to_wait(prefer: str | None) -> float:
    for part in (prefer or "").split(","):
        name, _, value = part.strip().partition("=")
        if name.strip().lower() == "wait" and value.strip().isascii() and value.strip().isdigit():
            return min(LONGEST_WAIT, float(value))
    return 0.0


async def _events(service: Service, caller: Caller, identity: str, seen: int) -> AsyncIterator[str]:
    told = time.monotonic()
    yield "retry: 2000\n\n"
    while True:
        row: Any = await run_in_threadpool(read_analysis, service.database, caller, identity)
        if row is None:
            return
        revision = row["revision"] if row["revision"] is not None else seen + 1
        ended = state_of(row) in ENDED
        if revision != seen or ended:
            seen, told = revision, time.monotonic()
            data = json.dumps(jsonable_encoder(analysis_from_row(row)))
            yield f"id: {revision}\nevent: analysis\ndata: {data}\n\n"
        if ended:
            return
        if time.monotonic() - told > PING_SECONDS:
            told = time.monotonic()
            yield ": still here\n\n"
        await asyncio.sleep(POLL_SECONDS)
