"""Complete training runs: in each file functions of a TrainRun, which the command line names as MODULE:FUNCTION."""

from fakestormer.recipes import ablations, image_network, lite, paper, small_dino

__all__ = ["ablations", "image_network", "lite", "paper", "small_dino"]
