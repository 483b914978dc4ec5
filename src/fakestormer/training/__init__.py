"""Batches -> weights."""

from fakestormer.training.config import LossWeights, Optimisation, TrainRun, Validation
from fakestormer.training.frame_run import FrameOptimisation, FrameRun
from fakestormer.training.frames import train_frames
from fakestormer.training.join import join_members
from fakestormer.training.loop import train
from fakestormer.training.memory import keep_freed_memory
from fakestormer.training.motion import train_motion
from fakestormer.training.motion_run import MotionRun
from fakestormer.training.run_record import RecordedRun, read_record

__all__ = [
    "FrameOptimisation",
    "FrameRun",
    "LossWeights",
    "MotionRun",
    "Optimisation",
    "RecordedRun",
    "TrainRun",
    "Validation",
    "join_members",
    "keep_freed_memory",
    "read_record",
    "train",
    "train_frames",
    "train_motion",
]
