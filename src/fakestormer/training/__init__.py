"""Batches -> weights."""

from fakestormer.training.config import LossWeights, Optimisation, TrainRun, Validation
from fakestormer.training.loop import train
from fakestormer.training.run_record import RecordedRun, read_record

__all__ = ["LossWeights", "Optimisation", "RecordedRun", "TrainRun", "Validation", "read_record", "train"]
