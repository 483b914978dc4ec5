"""Pictures of an evaluation, for print. The only user of matplotlib, which is an extra."""

from fakestormer.evaluation.figures.robustness import PICTURE_FILE, draw_robustness
from fakestormer.evaluation.figures.style import say_what_drawing_needs
from fakestormer.evaluation.figures.write import FIGURES_FOLDER, write_figures

__all__ = ["FIGURES_FOLDER", "PICTURE_FILE", "draw_robustness", "say_what_drawing_needs", "write_figures"]
