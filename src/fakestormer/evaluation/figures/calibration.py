"""How far the probabilities can be taken at their word: reliability diagram and Tippett plot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy import ndarray

from fakestormer.evaluation.figures.style import new_figure
from fakestormer.evaluation.probabilities import LEAST, NUM_BINS, class_weights, measure_probabilities
from fakestormer.evaluation.scores import ScoredSet

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_reliability(scored: ScoredSet) -> Figure:
    """Share of fakes over the mean probability of each of ten bins; beside every point its genuine and fake files.

    Reals and fakes weigh the same, as in the expected calibration error, whose bins these are.
    """
    figure, ax = new_figure(3.35)
    fakes, reals = class_weights(scored.is_fake, np.ones((1, len(scored.rows)), dtype=np.int64))
    weights = ((fakes + reals) / 2)[0]
    bins = np.minimum((scored.probabilities * NUM_BINS).astype(int), NUM_BINS - 1)
    ax.plot([0, 1], [0, 1], color="0.6", linestyle=":", linewidth=1)
    ax.text(0.97, 0.93, "as stated", ha="right", va="top", rotation=45, rotation_mode="anchor", fontsize=7, color="0.4")
    points = []
    for number in sorted(set(bins.tolist())):
        inside = bins == number
        share = np.average([scored.probabilities[inside], scored.is_fake[inside]], axis=1, weights=weights[inside])
        num_fake = int(scored.is_fake[inside].sum())
        points.append((*share.tolist(), int(inside.sum()) - num_fake, num_fake))
    ax.plot([point[0] for point in points], [point[1] for point in points], "-o", color="0", clip_on=False)
    for stated, found, num_real, num_fake in points:
        ax.annotate(f"{num_real}:{num_fake}", (stated, found), (5, -8), textcoords="offset points", fontsize=6.5)
    error = measure_probabilities(scored.is_fake, scored.probabilities).expected_calibration_error
    ax.set_title(f"genuine:fake files at each point; calibration error {error:.3f}", fontsize=7)
    ax.set(xlabel="stated probability of forgery", ylabel="share of fakes (both kinds weigh the same)")
    ax.set(xlim=(0, 1), ylim=(0, 1), aspect="equal")
    return figure


def draw_tippett(scored: ScoredSet) -> Figure:
    """Share of files whose likelihood ratio is at least as high as the axis says, for fakes and for genuine files."""
    figure, ax = new_figure(2.6)
    probabilities = np.clip(scored.probabilities, LEAST, 1 - LEAST)
    ratios = np.log10(probabilities) - np.log10(1 - probabilities)
    reach = 1.05 * max(0.5, float(np.abs(ratios).max()))
    ax.axvline(0, color="0.75", linewidth=0.8)
    for name, values, style, misleading in (
        ("fakes", ratios[scored.is_fake], "-", ratios[scored.is_fake] < 0),
        ("genuine", ratios[~scored.is_fake], "--", ratios[~scored.is_fake] > 0),
    ):
        x, y = share_above(values, reach)
        label = f"{name} ({len(values)}), misleading: {misleading.mean():.0%}"
        ax.step(x, y, where="post", label=label, color="0", linestyle=style)
    ax.set(xlabel="log10 of the likelihood ratio (right: for forgery)", ylabel="share of files at least as high")
    ax.set(xlim=(-reach, reach), ylim=(0, 1.01))
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=1, frameon=False, borderaxespad=0.2)
    return figure


def share_above(values: ndarray, reach: float) -> tuple[ndarray, ndarray]:
    """Corners of the falling staircase from 1 at -reach to 0 at reach."""
    ordered = np.sort(values)
    left = 1 - np.arange(1, len(ordered) + 1) / len(ordered)
    return np.concatenate([[-reach], ordered, [reach]]), np.concatenate([[1.0], left, [0.0]])
