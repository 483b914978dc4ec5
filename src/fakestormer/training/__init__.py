"""Batches -> weights."""

from fakestormer.training.config import LossWeights, Optimisation, TrainRun, Validation
from fakestormer.training.loop import train

__all__ = ["LossWeights", "Optimisation", "TrainRun", "Validation", "train"]
