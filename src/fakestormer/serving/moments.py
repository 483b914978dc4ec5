"""Moments as the service writes them: RFC 3339 in UTC, which sort as text."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone


def now(later: float = 0.0) -> str:
    """This moment, or one `later` seconds after it."""
    moment = datetime.now(timezone.utc) + timedelta(seconds=later)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
