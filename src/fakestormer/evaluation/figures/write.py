"""All pictures that a score table can give."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from fakestormer.evaluation.config import EvaluationConfig
from fakestormer.evaluation.figures.calibration import draw_reliability, draw_tippett
from fakestormer.evaluation.figures.curves import draw_det, draw_roc
from fakestormer.evaluation.figures.distributions import draw_distributions
from fakestormer.evaluation.figures.selection import largest_kinds
from fakestormer.evaluation.figures.style import print_settings, require_matplotlib, save
from fakestormer.evaluation.rates import missing_labels
from fakestormer.evaluation.scores import ScoredSet, ScoreRow
from fakestormer.types import DataError

FIGURES_FOLDER: Final = "figures"


def write_figures(rows: Sequence[ScoreRow], folder: Path) -> tuple[Path, ...]:
    """The files, each as PDF and PNG: `roc`, `det`, `distributions`, `reliability`, `tippett`.

    They are as wide as a column of print and need no colour.

    Raises:
        ConfigError: matplotlib is not installed.
        DataError: no real or no fake was scored, or `folder` cannot be made.
    """
    require_matplotlib()
    scored = ScoredSet.of(rows, EvaluationConfig())
    if missing := missing_labels(scored.is_fake):
        raise DataError(f"no {missing} file was scored, so there is nothing to plot: evaluate reals and fakes together")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"the folder {folder} cannot be made ({error.strerror}): choose another for pictures") from None
    kinds = largest_kinds(scored)
    with print_settings():
        figures = {
            "roc": draw_roc(kinds),
            "det": draw_det(kinds),
            "distributions": draw_distributions(scored),
            "reliability": draw_reliability(scored),
            "tippett": draw_tippett(scored),
        }
        return tuple(path for name, figure in figures.items() for path in save(figure, folder, name))
