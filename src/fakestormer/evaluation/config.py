"""The settings of an evaluation; they are written into metrics.json."""

from __future__ import annotations

from dataclasses import dataclass

from fakestormer.types import ConfigError


@dataclass(frozen=True, slots=True)
class EvaluationConfig:
    """How intervals are drawn and which columns divide the set.

    `num_replicates`: bootstrap replicates (0: no intervals). `confidence`: the share of replicates inside an interval.
    `cluster_column`: rows that share its value are drawn together; rows with an empty value, and all rows where the
    manifest has no such column, stand for themselves. `breakdown_columns`: besides `group`, the columns by which
    results are broken down where the manifest has them. `min_same_source_reals`: a group with fewer scored reals does
    not stand for a source, and its fakes are compared with all reals only: one real would rank them by chance.
    """

    num_replicates: int = 1000
    confidence: float = 0.95
    seed: int = 0
    cluster_column: str = "identity"
    breakdown_columns: tuple[str, ...] = ("family", "method")
    min_same_source_reals: int = 4

    def __post_init__(self) -> None:
        if self.num_replicates < 0 or self.seed < 0 or self.min_same_source_reals < 1:
            raise ConfigError(
                "an evaluation needs num_replicates >= 0, seed >= 0 and min_same_source_reals >= 1, got "
                f"{self.num_replicates}, {self.seed} and {self.min_same_source_reals}"
            )
        if not 0 < self.confidence < 1:
            raise ConfigError(f"an evaluation needs 0 < confidence < 1, got {self.confidence}: 0.95 is usual")
