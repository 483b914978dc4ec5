"""The page of a job: how many have which answer, how probabilities spread, the most suspicious files, what failed."""

from __future__ import annotations

import heapq
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import jinja2
import numpy as np

from fakestormer.bulk.place import Place
from fakestormer.bulk.record import Record
from fakestormer.bulk.schema import JUDGED
from fakestormer.bulk.table import Account, read_table
from fakestormer.files import printable

TEMPLATES = Path(__file__).parent / "templates"
SUMMARY_FILE = "summary.html"
NUM_SUSPECTS = 50
NUM_FAULTS = 5  # examples of each kind
BARS = 20  # of the spread of probabilities
HEIGHT, WIDTH = 160, 640  # pixels of the drawing
SAID = {
    "thorough": "a score every half second",
    "duration": "duration limit",
    "pixels": "limit of pixels",
    "reports": "JSON reports kept",
    "pages": "report pages kept",
}
READ = (
    "uri", "status", "detail", "decision", "probability", "log10_lr", "prior", "duration", "bytes", "report", "page",
    "duplicate_of", "num_faces", "id",
)  # fmt: skip


@dataclass
class _Seen:
    """What one pass over the table gathers."""

    decisions: Counter[str] = field(default_factory=Counter)
    bars: np.ndarray = field(default_factory=lambda: np.zeros(BARS, np.int64))
    suspects: list[tuple[float, str, dict[str, Any]]] = field(default_factory=list)
    faults: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    seconds: float = 0.0
    num_bytes: int = 0
    prior: float | None = None

    def take(self, table: Any) -> None:
        """Adds the rows of one file."""
        self.seconds += float(np.nansum(table["duration"].fill_null(0.0).to_numpy()))
        self.num_bytes += int(np.nansum(table["bytes"].fill_null(0).to_numpy()))
        self.decisions.update(one for one in table["decision"].to_pylist() if one is not None)
        found = table["probability"].drop_null().to_numpy()
        self.bars += np.histogram(found, BARS, (0.0, 1.0))[0]
        for row in table.to_pylist():
            if row["status"] not in JUDGED:
                some = self.faults.setdefault(row["status"], [])
                if len(some) < NUM_FAULTS:
                    some.append(row)
            elif row["log10_lr"] is not None or row["probability"] is not None:
                self._suspect(row)

    def _suspect(self, row: dict[str, Any]) -> None:
        if row["duplicate_of"] is not None:
            return
        self.prior = row["prior"]
        key = (row["probability"] or 0.0, row["id"], row)
        push = heapq.heappush if len(self.suspects) < NUM_SUSPECTS else heapq.heappushpop
        push(self.suspects, key)


def write_summary(place: Place, record: Record, account: Account) -> None:
    """Writes `summary.html` beside the table; it contains no address of anything but the reports of the job."""
    seen = _Seen()
    for table in read_table(place, READ):
        seen.take(table)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters.update(
        printable=printable, count="{:,}".format, percent="{:.1%}".format, ratio="{:+.2f}".format
    )
    page = environment.get_template("summary.html").render(
        record=record,
        account=account,
        decisions=[(name, seen.decisions[name]) for name in ("fake", "inconclusive", "real", "not_applicable")],
        bars=_drawn(seen.bars),
        height=HEIGHT,
        width=WIDTH,
        prior=seen.prior,
        suspects=[row for _, _, row in sorted(seen.suspects, key=lambda one: (-one[0], one[1]))],
        faults=[(name, account.counts[name], seen.faults[name]) for name in account.counts if name in seen.faults],
        video=_say_seconds(seen.seconds),
        volume=_say_bytes(float(seen.num_bytes)),
        highest=int(seen.bars.max()),
        most=NUM_SUSPECTS,
        settings=[(SAID.get(name, name), _say(value)) for name, value in record.settings.items()],
        made=datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
    )
    place.write(SUMMARY_FILE, page.encode("utf-8", "backslashreplace"))


def _say(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "none", True: "yes", False: "no"}[value]
    return f"{value:g}" if isinstance(value, float) else str(value)


def _say_seconds(seconds: float) -> str:
    """A length of time in its usual unit."""
    for unit, size in (("h", 3600.0), ("min", 60.0)):
        if seconds >= 2 * size:
            return f"{seconds / size:,.0f} {unit}"
    return f"{seconds:.0f} s"


def _say_bytes(size: float) -> str:
    """A volume in its usual unit."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:,.1f} TB"


def _drawn(bars: np.ndarray) -> list[dict[str, Any]]:
    """Every bar of the spread: where it stands, how high it is, and what it counts."""
    most, step = max(1, int(bars.max())), WIDTH / BARS
    return [
        {
            "x": round(number * step + 1, 1),
            "width": round(step - 2, 1),
            "height": round(HEIGHT * int(count) / most, 1),
            "low": number / BARS,
            "high": (number + 1) / BARS,
            "count": int(count),
        }
        for number, count in enumerate(bars.tolist())
    ]
