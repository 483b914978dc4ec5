"""What all pictures share: the width of a column of print, small type, lines that are told apart without colour."""

from __future__ import annotations

from contextlib import AbstractContextManager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fakestormer.files import write_aside
from fakestormer.types import ConfigError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMN_WIDTH: Final = 3.35  # inches: 85 mm, one column of a two-column page
DOTS_PER_INCH: Final = 300
FORMATS: Final = ("pdf", "png")
# Line style, grey and marker; the first is for everything together.
LINES: Final[tuple[dict[str, Any], ...]] = (
    {"color": "0", "linestyle": "-", "linewidth": 1.6},
    {"color": "0", "linestyle": "--", "marker": "o"},
    {"color": "0.45", "linestyle": "-", "marker": "s"},
    {"color": "0", "linestyle": ":", "marker": "^"},
    {"color": "0.45", "linestyle": "--", "marker": "D"},
    {"color": "0", "linestyle": "-.", "marker": "v"},
    {"color": "0.45", "linestyle": ":", "marker": "x"},
)
_SETTINGS: Final[dict[Any, Any]] = {
    "font.size": 8,
    "axes.labelsize": 8,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "legend.fontsize": 6.5,
    "legend.handlelength": 3.2,
    "lines.linewidth": 1.0,
    "lines.markersize": 3.2,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "pdf.fonttype": 42,  # letters stay letters: they can be searched, and journals ask for it
}


def say_what_drawing_needs() -> str | None:
    """One sentence with the command that installs what pictures need; None where it is there."""
    if find_spec("matplotlib") is not None:
        return None
    return "pictures need matplotlib, which is not installed: pip install 'fakestormer[figures]'"


def require_matplotlib() -> None:
    """ConfigError where matplotlib is not installed."""
    if missing := say_what_drawing_needs():
        raise ConfigError(missing)


def print_settings() -> AbstractContextManager[None]:
    """Inside it pictures are drawn and saved with the type sizes and line widths of print."""
    import matplotlib as mpl

    return mpl.rc_context(_SETTINGS)


def new_figure(height: float) -> tuple[Figure, Axes]:
    """A figure of a column's width, `height` inches high, and its axes."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(COLUMN_WIDTH, height), layout="constrained")
    return figure, figure.subplots()


def save(figure: Figure, folder: Path, name: str) -> tuple[Path, ...]:
    """The files NAME.pdf and NAME.png; the same figure gives the same bytes."""
    paths = tuple(folder / f"{name}.{ending}" for ending in FORMATS)
    for path in paths:
        metadata = {"CreationDate": None} if path.suffix == ".pdf" else {}
        with write_aside(path) as aside:
            figure.savefig(aside, dpi=DOTS_PER_INCH, metadata=metadata, format=path.suffix[1:])
    return paths
