"""What Prometheus may ask: requests as this process answered them, and the queue as the database has it."""

from __future__ import annotations

import time
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from sqlalchemy import func, select

from fakestormer.serving.database import Database
from fakestormer.serving.tables import examinations

STATES = ("queued", "running", "done", "failed")


class Metrics:
    """Counters of one process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self._requests = Counter("fakestormer_requests", "Answered requests", labels, registry=self._registry)
        self._seconds = Histogram("fakestormer_request_seconds", "Time to answer", ("route",), registry=self._registry)
        self._bytes = Counter("fakestormer_upload_bytes", "Bytes of accepted files", registry=self._registry)
        self._states = Gauge(
            "fakestormer_examinations", "Examinations in the database", ("state",), registry=self._registry
        )
        self._oldest = Gauge(
            "fakestormer_oldest_waiting_seconds", "Age of the oldest waiting examination", registry=self._registry
        )

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Counts one answered request; routes and methods are those of the application, so labels stay few."""
        known = method if method in ("GET", "HEAD", "POST", "PUT", "DELETE") else "other"
        self._requests.labels(known, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def count_upload(self, size: int) -> None:
        """Counts an accepted file."""
        self._bytes.inc(size)

    def render(self, database: Database) -> bytes:
        """All metrics in Prometheus' text format."""
        with database.read() as connection:
            counted = select(examinations.c.state, func.count()).group_by(examinations.c.state)
            found = {str(state): int(number) for state, number in connection.execute(counted)}
            waiting = select(func.min(examinations.c.created)).where(examinations.c.state == "queued")
            oldest = connection.execute(waiting).scalar()
        for state in STATES:
            self._states.labels(state).set(found.get(state, 0))
        age = 0.0
        if oldest is not None:
            age = max(0.0, time.time() - datetime.fromisoformat(oldest.replace("Z", "+00:00")).timestamp())
        self._oldest.set(age)
        return bytes(generate_latest(self._registry))
