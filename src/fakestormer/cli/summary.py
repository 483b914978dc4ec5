"""The table at the end of `fakestormer detect` of several files: every result in a row, the most suspicious first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from fakestormer.cli.wording import COLOURS, say_percent
from fakestormer.files import printable
from fakestormer.types import Decision, VideoVerdict

MOST_ROWS = 50
NONE = "-"
COLUMNS = ("result", "probability", "log10 LR", "faces", "segments")


def show_summary(console: Console, verdicts: Sequence[VideoVerdict], failures: Sequence[tuple[str, str]]) -> None:
    """Prints the table and how many files have each result."""
    rows = [_row(verdict) for verdict in sorted(verdicts, key=_suspicion)]
    rows += [(Text("failed", "red"), *(NONE,) * 4, printable(name)) for name, _ in failures]
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for title in COLUMNS:
        table.add_column(title, justify="left" if title == "result" else "right", no_wrap=True)
    table.add_column("file", overflow="fold")
    for row in rows[:MOST_ROWS]:
        table.add_row(*row)
    console.print(table)
    if len(rows) > MOST_ROWS:
        console.print(f"and {len(rows) - MOST_ROWS} more, listed above and by --json", soft_wrap=True)
    console.print(count_results(verdicts, failures), soft_wrap=True)


def count_results(verdicts: Sequence[VideoVerdict], failures: Sequence[tuple[str, str]]) -> str:
    """One line: how many files have each result, results that no file has left out."""
    counts = Counter(verdict.decision for verdict in verdicts)
    order = (Decision.FAKE, Decision.INCONCLUSIVE, Decision.REAL, Decision.NOT_APPLICABLE)
    parts = [f"{counts[decision]} {decision.name}" for decision in order if counts[decision]]
    parts += [f"{len(failures)} failed"] if failures else []
    return f"{len(verdicts) + len(failures)} files: {', '.join(parts)}"


def _suspicion(verdict: VideoVerdict) -> tuple[bool, float, str]:
    """The order of the rows: by probability, falling; files without one last."""
    return verdict.probability is None, -(verdict.probability or 0.0), verdict.video.path


def _row(verdict: VideoVerdict) -> tuple[Text | str, ...]:
    decision = verdict.decision
    return (
        Text(decision.name, COLOURS[decision.value]),
        NONE if verdict.probability is None else say_percent(verdict.probability, verdict),
        NONE if verdict.log10_lr is None else f"{verdict.log10_lr:+.2f}",
        str(len(verdict.faces)),
        str(sum(len(face.segments) for face in verdict.faces)),
        printable(verdict.video.path),
    )
