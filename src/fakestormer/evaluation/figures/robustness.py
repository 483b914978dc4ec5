"""Curves of robustness as a picture for print."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from fakestormer.evaluation.figures.style import require_matplotlib
from fakestormer.evaluation.record import Metrics
from fakestormer.evaluation.robustness import DistortedMetrics, Robustness
from fakestormer.files import write_aside

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PICTURE_FILE: Final = "robustness.png"
_COLUMNS: Final = 4
_DOTS_PER_INCH: Final = 200


def draw_robustness(path: Path, result: Robustness) -> None:
    """A PNG file with one panel for each distortion: AUC with its interval, and coverage, from clean to level 5.

    It needs no colour: AUC is a solid line with dots, coverage a dashed one with squares, chance a dotted one; each
    panel holds one distortion. Platforms share a panel. Raises ConfigError without matplotlib.
    """
    require_matplotlib()
    from matplotlib.figure import Figure

    panels: dict[str, list[DistortedMetrics]] = {}
    for one in result.distorted:
        panels.setdefault("platforms" if one.distortion.is_platform else one.distortion.kind, []).append(one)
    columns = min(_COLUMNS, len(panels))
    rows = -(-len(panels) // columns)
    figure = Figure(figsize=(2.6 * columns + 0.6, 2.3 * rows + 0.7), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False, sharey=True)
    for place, ax in enumerate(axes.flat):
        ax.set_visible(place < len(panels))
    for ax, (title, measured) in zip(axes.flat, panels.items(), strict=False):
        _draw_panel(ax, title, result.clean, measured)
    handles, labels = axes[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), frameon=False)
    with write_aside(path) as aside:
        figure.savefig(aside, dpi=_DOTS_PER_INCH, format=path.suffix[1:])


def _draw_panel(ax: Axes, title: str, clean: Metrics, measured: list[DistortedMetrics]) -> None:
    """Clean at 0 and each level at its number, or each platform at the next one."""
    is_platform = measured[0].distortion.is_platform
    marks = [0, *(place if is_platform else one.distortion.level for place, one in enumerate(measured, start=1))]
    names = ["clean", *(one.distortion.kind if is_platform else f"{one.distortion.parameter:g}" for one in measured)]
    everything = [clean, *(one.metrics for one in measured)]
    aucs = [(mark, metrics.summary.overall.rates.auc) for mark, metrics in zip(marks, everything, strict=True)]
    known = [(mark, auc) for mark, auc in aucs if auc is not None]
    bounded = [(mark, auc.low, auc.high) for mark, auc in known if auc.low is not None and auc.high is not None]
    coverages = [metrics.summary.coverage for metrics in everything]
    shares = [coverage.num_scored / coverage.num_files for coverage in coverages]
    joined = "None" if is_platform else None  # platforms are no scale
    ax.axhline(0.5, color="0.3", linestyle=":", linewidth=1, label="chance")
    ax.vlines(
        [mark for mark, _, _ in bounded],
        [low for _, low, _ in bounded],
        [high for _, _, high in bounded],
        color="0.6",
        linewidth=4,
        label="interval of the AUC",
    )
    ax.plot(marks, shares, color="0.45", linestyle=joined or "--", marker="s", fillstyle="none", label="share scored")
    values = [auc.value for _, auc in known]
    ax.plot([mark for mark, _ in known], values, color="black", linestyle=joined or "-", marker="o", label="AUC")
    ax.set_title(title, fontsize="medium")
    ax.set_xticks(marks, names, fontsize="small")
    ax.set_ylim(0, 1.04)
    ax.grid(axis="y", color="0.9")
