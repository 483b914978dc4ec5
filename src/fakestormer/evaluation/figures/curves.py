"""How well the scores order the files: ROC and DET curves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy.stats import norm
from sklearn.metrics import det_curve, roc_auc_score, roc_curve

from fakestormer.evaluation.figures.selection import Selection
from fakestormer.evaluation.figures.style import LINES, new_figure
from fakestormer.evaluation.metrics import equal_error_rate

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DET_TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.95, 0.99)
_DET_LIMITS = (0.008, 0.992)
_MARKS = 5  # markers along a curve


def draw_roc(kinds: Sequence[Selection]) -> Figure:
    """TPR over FPR, one line for each kind, each against all reals."""
    figure, ax = new_figure(3.95)
    ax.plot([0, 1], [0, 1], color="0.75", linewidth=0.8)
    for number, (kind, line) in enumerate(zip(kinds, LINES, strict=False)):
        fpr, tpr, _ = roc_curve(kind.is_fake, kind.logits)
        area = roc_auc_score(kind.is_fake, kind.logits)
        ax.plot(fpr, tpr, label=f"{kind.label}: {area:.2f}", markevery=_marks(fpr, number), **line)
    ax.set(xlabel="false positive rate", ylabel="true positive rate", xlim=(0, 1), ylim=(0, 1.01), aspect="equal")
    _name_lines(figure, "fakes (files): AUC")
    return figure


def draw_det(kinds: Sequence[Selection]) -> Figure:
    """FNR over FPR on normal-deviate axes; equal error on the diagonal."""
    figure, ax = new_figure(3.95)
    low, high = norm.ppf(np.array(_DET_LIMITS)).tolist()
    ax.plot([low, high], [low, high], color="0.75", linewidth=0.8)
    for number, (kind, line) in enumerate(zip(kinds, LINES, strict=False)):
        fpr, fnr, _ = det_curve(kind.is_fake, kind.logits)
        error = equal_error_rate(kind.is_fake, kind.logits)
        x, y = (norm.ppf(np.clip(rates, *_DET_LIMITS)) for rates in (fpr, fnr))
        ax.plot(x, y, label=f"{kind.label}: {error:.0%}", markevery=_marks(x, number), **line)
    ticks, names = norm.ppf(_DET_TICKS), [f"{100 * tick:g}" for tick in _DET_TICKS]
    ax.set_xticks(ticks, names)
    ax.set_yticks(ticks, names)
    ax.set(xlabel="false positive rate, %", ylabel="false negative rate, %", aspect="equal")
    ax.set(xlim=(low, high), ylim=(low, high))
    ax.grid(color="0.92", linewidth=0.5)
    _name_lines(figure, "fakes (files): equal error")
    return figure


def _name_lines(figure: Figure, title: str) -> None:
    """The names above the axes, where they hide no curve."""
    figure.legend(title=title, title_fontsize=6.5, loc="outside upper center", ncols=2, frameon=False)


def _marks(x: Float[ndarray, " points"], number: int) -> list[int]:
    """Points at which a curve has a marker: spread over the axis, and at other places than those of other curves."""
    reach = x.max() - x.min()
    places = x.min() + reach * (np.arange(_MARKS) + 0.15 * number + 0.1) / _MARKS
    return sorted({int(np.abs(x - place).argmin()) for place in places})
