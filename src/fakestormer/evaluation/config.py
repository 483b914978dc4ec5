"""The settings of an evaluation; they are written into metrics.json."""

from __future__ import annotations

from dataclasses import dataclass

from fakestormer.types import ConfigError


@dataclass(frozen=True, slots=True)
class EvaluationConfig:
    """How intervals are drawn and which columns divide the set.

    `num_rounds`: bootstrap rounds (0: no intervals). `confidence`: the share of rounds inside an interval.
    `cluster_column`: rows that share its value are drawn together; rows with an empty value, and all rows where the
    manifest has no such column, stand for themselves. `breakdown_columns`: besides `group`, the columns by which
    results are broken down where the manifest has them. `min_own_reals`: with fewer scored reals of its own group a
    slice is compared with all reals.
    """

    num_rounds: int = 1000
    confidence: float = 0.95
    seed: int = 0
    cluster_column: str = "identity"
    breakdown_columns: tuple[str, ...] = ("family", "method")
    min_own_reals: int = 1

    def __post_init__(self) -> None:
        if self.num_rounds < 0 or self.seed < 0 or self.min_own_reals < 1:
            raise ConfigError(
                "an evaluation needs num_rounds >= 0, seed >= 0 and min_own_reals >= 1, got "
                f"{self.num_rounds}, {self.seed} and {self.min_own_reals}"
            )
        if not 0 < self.confidence < 1:
            raise ConfigError(f"an evaluation needs 0 < confidence < 1, got {self.confidence}: 0.95 is usual")
