"""The score table while it grows, and what it takes to go on with one that an interruption left behind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fakestormer.evaluation.manifest import Manifest
from fakestormer.evaluation.record import hash_detector, read_run, write_run
from fakestormer.evaluation.scores import ScoreRow, append_score, read_scores, write_scores
from fakestormer.types import DataError

SCORES_FILE, EARLIER_SCORES_FILE, RUN_FILE = "scores.csv", "scores.earlier.csv", "run.json"


class ScoreJournal:
    """Rows by file, on the disk as soon as they are added; `detector` describes who scored them, once known.

    A note beside the table (`run.json`) holds the manifest's hash and the detector's description. Only rows made from
    the same manifest by the same detector may stand in one table.
    """

    def __init__(self, out: Path, manifest: Manifest) -> None:
        try:
            out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DataError(f"the folder {out} cannot be made ({error.strerror}): choose another for results") from None
        self._scores, self._run = out / SCORES_FILE, out / RUN_FILE
        self._manifest = manifest
        self.rows: dict[str, ScoreRow] = {}
        self.detector: dict[str, Any] | None = None

    def earlier_rows(self) -> tuple[dict[str, ScoreRow], str | None]:
        """Rows of an interrupted run of the same manifest that need no second try, and the hash of their detector."""
        note = read_run(self._run)
        if note is None or note[0] != self._manifest.sha256:
            return {}, None
        try:
            rows = read_scores(self._scores)
        except DataError:
            return {}, None
        listed = {row.file for row in self._manifest.rows}
        kept = {row.file: row for row in rows if row.decision != "error" and row.file in listed}
        return kept, hash_detector(note[1])

    def restart(self, kept: dict[str, ScoreRow]) -> None:
        """A table of the kept rows alone; without any, the table of another run is set aside first."""
        self.rows = dict(kept)
        if not kept:
            self._run.unlink(missing_ok=True)
            if self._scores.exists():
                self._scores.replace(self._scores.with_name(EARLIER_SCORES_FILE))
        write_scores(self._scores, kept.values(), self._manifest.carried_columns)

    def add(self, row: ScoreRow, detector: dict[str, Any] | None) -> None:
        """The row is in the table when this returns; the first description of a detector is noted before it."""
        if self.detector is None and detector is not None:
            self.detector = detector
            write_run(self._run, self._manifest.sha256, detector)
        self.rows[row.file] = row
        append_score(self._scores, row)

    def finish(self) -> tuple[ScoreRow, ...]:
        """All rows in the manifest's order; the table is put into that order as well."""
        rows = tuple(self.rows[row.file] for row in self._manifest.rows)
        write_scores(self._scores, rows, self._manifest.carried_columns)
        return rows
