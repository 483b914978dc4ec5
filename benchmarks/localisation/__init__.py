"""Localisation measured: partly forged videos with a known truth, and how well verdicts find its seconds and pixels."""

from benchmarks.localisation.measure import LocalisedVideo, localise_video, measure_localisation
from benchmarks.localisation.partial_forgery import PartialForgeryConfig, write_partial_forgery, write_splice
from benchmarks.localisation.table import render_localisation
from benchmarks.localisation.truth import ForgedTruth, FrameMask
from benchmarks.localisation.truth_from_pair import truth_from_pair

__all__ = [
    "ForgedTruth",
    "FrameMask",
    "LocalisedVideo",
    "PartialForgeryConfig",
    "localise_video",
    "measure_localisation",
    "render_localisation",
    "truth_from_pair",
    "write_partial_forgery",
    "write_splice",
]
