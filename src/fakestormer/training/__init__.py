"""Batches -> weights."""

from fakestormer.training.config import LossWeights, Optimisation, TrainRun, Validation
from fakestormer.training.loop import train
from fakestormer.training.memory import keep_freed_memory
from fakestormer.training.run_record import RecordedRun, read_record

__all__ = [
    "LossWeights",
    "Optimisation",
    "RecordedRun",
    "TrainRun",
    "Validation",
    "keep_freed_memory",
    "read_record",
    "train",
]
