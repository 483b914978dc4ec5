"""Examination in a child process that can be killed: a decoder that crashes, hangs or eats memory costs one file."""

from fakestormer.isolation.config import IsolationConfig, Limits, limit_problem
from fakestormer.isolation.detector import IsolatedDetector
from fakestormer.isolation.messages import Ending, Examination, Progress, Readiness, Request
from fakestormer.isolation.recorded import read_recorded

__all__ = [
    "Ending",
    "Examination",
    "IsolatedDetector",
    "IsolationConfig",
    "Limits",
    "Progress",
    "Readiness",
    "Request",
    "limit_problem",
    "read_recorded",
]
