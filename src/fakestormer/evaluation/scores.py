"""The score table: one row for each row of the manifest, whatever became of the file; and its scored rows as arrays."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from fakestormer.data import Label, read_label
from fakestormer.evaluation.config import EvaluationConfig
from fakestormer.evaluation.manifest import EVIDENCE_COLUMNS, MANIFEST_COLUMNS, QUALITY_COLUMNS, RESULT_COLUMNS
from fakestormer.files import append_to_file, from_cell, to_cell, write_file
from fakestormer.types import DataError

Outcome = Literal["real", "fake", "inconclusive", "not_applicable", "error"]
OUTCOMES: tuple[Outcome, ...] = ("real", "fake", "inconclusive", "not_applicable", "error")


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """What became of one file. `score`, `logit` and `probability` are None where nothing was scored; see `reason`.

    `crop_scale` is how many frame pixels a crop pixel of the deciding face covers, in the geometric mean over clips.
    `logit` is that of the most suspicious face (unbounded; see `FaceVerdict`), `score` its logistic in [0, 1], not
    calibrated, `probability` the calibrated one. `frame_rate` and `bits_per_pixel` are the file's, `blur` that of the
    deciding face's crops. `clip_mean` and `clip_median` are those of what the clip network said of that face's clips,
    `frame_mean` the mean of the image network's frame logits, `motion_mean` that of the logits of the motion of
    landmarks (over the clips for which there is one): what `calibrate` fits the scoring rule to. Metrics are
    computed on the logit: it orders like the score and does not saturate.
    """

    file: str
    label: Label
    group: str
    decision: Outcome
    score: float | None
    logit: float | None
    probability: float | None
    reason: str
    carried: tuple[tuple[str, str], ...] = ()
    crop_scale: float | None = None
    frame_rate: float | None = None
    bits_per_pixel: float | None = None
    blur: float | None = None
    clip_mean: float | None = None
    clip_median: float | None = None
    frame_mean: float | None = None
    motion_mean: float | None = None

    @property
    def is_fake(self) -> bool:
        """Whether the manifest calls the file a fake."""
        return self.label == "fake"

    @property
    def is_scored(self) -> bool:
        """Whether there is a score to measure."""
        return self.logit is not None

    def column(self, name: str) -> str:
        """The value of `group` or of a carried column; empty where the row has no such column."""
        return self.group if name == "group" else dict(self.carried).get(name, "")


def write_scores(path: Path, rows: Iterable[ScoreRow], carried_columns: tuple[str, ...]) -> None:
    """A CSV file with a header and one line for each row; an earlier file is replaced at once or not at all."""
    header = (*MANIFEST_COLUMNS, *RESULT_COLUMNS, *QUALITY_COLUMNS, *EVIDENCE_COLUMNS, *carried_columns)
    write_file(path, _to_lines([header, *map(_to_record, rows)]))


def append_score(path: Path, row: ScoreRow) -> None:
    """The row added to an existing table, on the disk when this returns."""
    append_to_file(path, _to_lines([_to_record(row)]))


def _to_lines(records: Iterable[Sequence[str]]) -> str:
    text = io.StringIO(newline="")
    plain, quoted = csv.writer(text, lineterminator="\n"), csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    for record in records:  # Python leaves a carriage return unquoted, and then takes it for the end of the record
        (quoted if any("\r" in value for value in record) else plain).writerow(record)
    return text.getvalue()


def read_scores(path: Path) -> tuple[ScoreRow, ...]:
    """The rows of a score table; a last line that was torn by an interruption is left out.

    What `to_cell` did to keep spreadsheets from running a cell is undone.

    Raises:
        DataError: missing, or not a table that `evaluate` wrote.
    """
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            text = stream.read()
    except FileNotFoundError:
        raise DataError(f"there is no score table {path}: make one with fakestormer evaluate") from None
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(
            f"the score table {path} cannot be read ({error}): make one with fakestormer evaluate"
        ) from None
    records = list(csv.reader(io.StringIO(text, newline="")))
    header = records[0] if records else []
    if missing := [column for column in (*MANIFEST_COLUMNS, *RESULT_COLUMNS) if column not in header]:
        raise DataError(
            f"the score table {path} lacks the column {', '.join(missing)}: make one with fakestormer evaluate"
        )
    if not text.endswith("\n"):
        records.pop()
    return tuple(_from_record(path, header, number, record) for number, record in enumerate(records[1:], start=2))


def _to_record(row: ScoreRow) -> tuple[str, ...]:
    numbers = [_to_text(value) for value in (row.score, row.logit, row.probability)]
    seen = [_to_text(getattr(row, name)) for name in ("crop_scale", *QUALITY_COLUMNS, *EVIDENCE_COLUMNS)]
    carried = (to_cell(value) for _, value in row.carried)
    named = (to_cell(row.file), row.label, to_cell(row.group), row.decision)
    return (*named, *numbers, to_cell(row.reason), *seen, *carried)


def _to_text(value: float | None) -> str:
    return "" if value is None else repr(value)


def _from_record(path: Path, header: list[str], number: int, record: list[str]) -> ScoreRow:
    named = dict(zip(header, record, strict=False))
    own = (*MANIFEST_COLUMNS, *RESULT_COLUMNS, *QUALITY_COLUMNS, *EVIDENCE_COLUMNS)
    known = len(record) == len(header) and named["decision"] in OUTCOMES
    if not known:
        raise DataError(f"{path}, record {number}: not a row of a score table: make the table anew")
    return ScoreRow(
        file=from_cell(named["file"]),
        label=read_label(path, number, named["label"]),
        group=from_cell(named["group"]),
        decision=cast("Outcome", named["decision"]),
        score=_to_number(path, number, named["score"]),
        logit=_to_number(path, number, named["logit"]),
        probability=_to_number(path, number, named["probability"]),
        reason=from_cell(named["reason"]),
        crop_scale=_to_number(path, number, named["crop_scale"]),
        carried=tuple((name, from_cell(named[name])) for name in header if name not in own),
        **{name: _to_number(path, number, named.get(name, "")) for name in (*QUALITY_COLUMNS, *EVIDENCE_COLUMNS)},
    )


def _to_number(path: Path, number: int, text: str) -> float | None:
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise DataError(f"{path}, record {number}: {text!r} is not a finite number: make the table anew")
    return value


@dataclass(frozen=True, slots=True)
class ScoredSet:
    """Rows with a score. `answers` is 1 for FAKE, -1 for REAL, 0 for INCONCLUSIVE.

    `clusters` numbers the units that are drawn together in a bootstrap replicate.
    """

    rows: tuple[ScoreRow, ...]
    is_fake: Bool[ndarray, " items"]
    logits: Float[ndarray, " items"]
    probabilities: Float[ndarray, " items"]
    answers: Int[ndarray, " items"]
    clusters: Int[ndarray, " items"]

    @classmethod
    def of(cls, rows: Sequence[ScoreRow], config: EvaluationConfig) -> ScoredSet:
        """The scored ones among the rows; DataError where one of them has no probability."""
        scored = tuple(row for row in rows if row.is_scored)
        if bare := next((row for row in scored if row.probability is None), None):
            raise DataError(f"the file {bare.file!r} has a logit but no probability: make the score table anew")
        numbers: dict[tuple[str, str], int] = {}
        keys = [(row.column(config.cluster_column), row.file) for row in scored]
        clusters = [numbers.setdefault((key, "") if key else ("", file), len(numbers)) for key, file in keys]
        answers = {"fake": 1, "real": -1}
        return cls(
            scored,
            np.array([row.is_fake for row in scored], dtype=bool),
            np.array([row.logit for row in scored], dtype=float),
            np.array([row.probability for row in scored], dtype=float),
            np.array([answers.get(row.decision, 0) for row in scored], dtype=np.int64),
            np.array(clusters, dtype=np.int64),
        )
