"""From what a child tells of its work to percent of the whole, and the seconds of each face that were scored."""

from __future__ import annotations

from fakestormer.isolation import Progress

# Where each stage begins and ends, in percent of the whole, as measured on short films.
SHARES = {
    "load": (0.0, 1.0),
    "probe": (1.0, 2.0),
    "search": (2.0, 40.0),
    "track": (40.0, 42.0),
    "score": (42.0, 85.0),
    "write": (85.0, 99.0),
}
JOINED = 2.0  # seconds; scored clips nearer than this are shown as one span


class ProgressTable:
    """What is known so far of one examination; never goes back."""

    def __init__(self) -> None:
        self.stage = "load"
        self.percent = 0.0
        self._duration: float | None = None
        self._faces: int | None = None
        self._scored: dict[int, list[list[float]]] = {}

    def hear(self, told: Progress) -> None:
        """Takes in what the child told."""
        self.stage = told.stage
        self._duration = told.duration if told.duration is not None else self._duration
        self._faces = told.faces if told.faces is not None else self._faces
        low, high = SHARES[told.stage]
        self.percent = max(self.percent, low + (told.fraction or 0.0) * (high - low))
        if told.face is not None and told.start is not None and told.end is not None:
            spans = self._scored.setdefault(told.face, [])
            if spans and told.start - spans[-1][1] < JOINED:
                spans[-1][1] = max(spans[-1][1], round(told.end, 2))
            else:
                spans.append([round(told.start, 2), round(told.end, 2)])

    def scored(self) -> dict[str, object]:
        """Duration, faces followed, and which seconds of each were scored."""
        faces = [{"face": face, "scored": spans} for face, spans in sorted(self._scored.items())]
        return {"duration": self._duration, "num_faces": self._faces, "faces": faces}
