"""The scored rows of a table as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from fakestormer.evaluation.config import EvaluationConfig
from fakestormer.evaluation.scores import ScoreRow
from fakestormer.types import DataError


@dataclass(frozen=True, slots=True)
class ScoredSet:
    """Rows with a score. `answers` is 1 for FAKE, -1 for REAL, 0 for INCONCLUSIVE.

    `clusters` numbers the units that are drawn together in a bootstrap round.
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
