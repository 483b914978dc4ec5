"""What operators and programs ask about the service itself."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy import text

from fakestormer.serving.schemas import Health
from fakestormer.serving.service import caller_of, service_of
from fakestormer.serving.specification import PROBLEM_ANSWERS

router = APIRouter(responses=PROBLEM_ANSWERS)


@router.get("/healthz", response_model=Health)
def healthz() -> Health:
    """The process answers."""
    return Health("ok")


@router.get("/readyz", response_model=Health)
def readyz(request: Request) -> Health:
    """Database and store can be written; a 503 names what cannot."""
    service = service_of(request)
    with service.database.read() as connection:
        connection.execute(text("SELECT 1"))
    service.store.check()
    return Health("ready")


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def metrics(request: Request) -> Response:
    """Counters and gauges in Prometheus' text format; needs the role read."""
    caller_of(request, "read")
    rendered: bytes = request.app.state.metrics.render(service_of(request).database)
    return Response(rendered, media_type=CONTENT_TYPE_LATEST)


@router.get("/v1/model")
def model(request: Request) -> dict[str, Any]:
    """The weights that examine: card, calibration and error rates; and the limits of this service."""
    caller_of(request, "read")
    service = service_of(request)
    return {**service.card, "limits": service.config.limits.described()}
