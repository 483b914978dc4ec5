"""What the workers of a run tell and ask each other: how far they are, and who has which content."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

MINE, BUSY = "", "?"


@dataclass(frozen=True, slots=True)
class Told:
    """What the workers of a run have done so far; `quiet` is seconds since anybody said anything."""

    counts: dict[str, int] = field(default_factory=dict)
    video_seconds: float = 0.0
    worker_seconds: float = 0.0
    cpu_seconds: float = 0.0
    quiet: float = 0.0


@runtime_checkable
class BoardLike(Protocol):
    """What a worker asks of a board, wherever it is."""

    def claim(self, sha256: str, entry: str) -> str:
        """MINE where the caller is to score the content, BUSY where another one does, else the id that has it."""

    def settle(self, sha256: str, entry: str, scored: bool) -> None:
        """The caller is through with the content, which others may copy where it was scored."""

    def tell(self, status: str, video: float, seconds: float, cpu: float) -> None:
        """One more file has this status."""


class Board:
    """The board itself; `known` are ids by the SHA-256 of contents that earlier runs scored."""

    def __init__(self, known: dict[str, str] | None = None) -> None:
        self._scored = dict(known or {})
        self._claims: dict[str, str] = {}
        self._counts: Counter[str] = Counter()
        self._video = self._seconds = self._cpu = 0.0
        self._heard = time.monotonic()

    def claim(self, sha256: str, entry: str) -> str:
        """See `BoardLike`; who claims again, as after the death of his process, has it again."""
        self._heard = time.monotonic()
        scored = self._scored.get(sha256)
        if scored is not None:
            return MINE if scored == entry else scored
        return MINE if self._claims.setdefault(sha256, entry) == entry else BUSY

    def settle(self, sha256: str, entry: str, scored: bool) -> None:
        """See `BoardLike`."""
        self._claims.pop(sha256, None)
        if scored:
            self._scored[sha256] = entry

    def tell(self, status: str, video: float, seconds: float, cpu: float) -> None:
        """See `BoardLike`."""
        self._heard = time.monotonic()
        self._counts[status] += 1
        self._video += video
        self._seconds += seconds
        self._cpu += cpu

    def look(self) -> Told:
        """What was told so far."""
        return Told(dict(self._counts), self._video, self._seconds, self._cpu, time.monotonic() - self._heard)
