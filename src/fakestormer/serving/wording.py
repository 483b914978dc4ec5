"""How the page says states, stages, moments and numbers; answers are worded as on the report."""

from __future__ import annotations

from datetime import datetime
from typing import Final

DECISIONS: Final = {
    "fake": "Signs of forgery",
    "real": "No signs of forgery found",
    "inconclusive": "Inconclusive",
    "not_applicable": "Not examined",
}
STATES: Final = {
    "queued": "Waiting",
    "running": "Running",
    "done": "Done",
    "failed": "Failed",
    "cancelled": "Cancelled",
    "expired": "Erased",
}
STAGES: Final = {
    "load": "Loading",
    "probe": "Reading the file",
    "search": "Looking for faces",
    "track": "Following faces",
    "score": "Scoring clips",
    "write": "Writing the report",
}


def say_moment(moment: str | None) -> str:
    """A moment in UTC, to the minute."""
    return f"{datetime.fromisoformat(moment.replace('Z', '+00:00')):%Y-%m-%d %H:%M} UTC" if moment else ""


def say_percent(probability: float | None) -> str:
    """A probability in whole percent, never 0 or 100."""
    if probability is None:
        return "\N{EN DASH}"
    if probability < 0.01:
        return "under 1\N{NO-BREAK SPACE}%"
    if probability > 0.99:
        return "over 99\N{NO-BREAK SPACE}%"
    return f"{100 * probability:.0f}\N{NO-BREAK SPACE}%"


def say_size(size: int | None) -> str:
    """A size in the unit that gives it few digits."""
    if size is None:
        return ""
    value, unit = float(size), 0
    while value >= 1000 and unit < 3:
        value, unit = value / 1000, unit + 1
    return f"{value:.0f} bytes" if unit == 0 else f"{value:.1f} {('kB', 'MB', 'GB')[unit - 1]}"
