"""Where the scores lie: one row of points for each kind, genuine and fake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from fakestormer.evaluation.figures.selection import values_by_kind
from fakestormer.evaluation.figures.style import new_figure
from fakestormer.evaluation.scores import ScoredSet

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LANE: Final = 0.24  # inches
_FAKE: Final[dict[str, Any]] = {"marker": "x", "color": "0", "linewidths": 0.7, "s": 9}
_REAL: Final[dict[str, Any]] = {"marker": "o", "facecolors": "none", "edgecolors": "0.35", "linewidths": 0.6, "s": 10}


def draw_distributions(scored: ScoredSet) -> Figure:
    """Logits of all genuine files, then of each family's fakes, with the genuine files of the same sources below.

    Circles are genuine, crosses fake; a tall bar marks the median. The grey line down is the median of all genuine.
    """
    reals = scored.logits[~scored.is_fake]
    lanes: list[tuple[str, Float[ndarray, " files"], bool]] = [("genuine, all", reals, False)] if len(reals) else []
    for name, fakes, same_source in values_by_kind(scored):
        lanes.append((name, fakes, True))
        if len(same_source):
            lanes.append(("genuine, same sources", same_source, False))
    figure, ax = new_figure(0.6 + _LANE * len(lanes))
    rng = np.random.default_rng(0)  # the scatter across a lane means nothing, and is the same every time
    if len(reals):
        ax.axvline(float(np.median(reals)), color="0.8", linewidth=0.8)
    for place, (_, logits, is_fake) in enumerate(lanes):
        ax.scatter(logits, place + rng.uniform(-0.25, 0.25, len(logits)), **(_FAKE if is_fake else _REAL))
        ax.vlines(np.median(logits), place - 0.42, place + 0.42, color="0", linewidth=1.6)
    ax.set_yticks(range(len(lanes)), [f"{name} ({len(logits)})" for name, logits, _ in lanes])
    ax.set_ylim(len(lanes) - 0.4, -0.6)
    ax.set_xlabel("logit (right: more like a forgery)")
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    return figure
