"""From a verdict to files: versioned JSON for programs, one self-contained page and pictures for people."""

from fakestormer.report.chart import draw_spatial_strip, draw_timeline
from fakestormer.report.clips_csv import write_clips
from fakestormer.report.heatmap import HEAT_RANGES, overlay_heatmap
from fakestormer.report.html import render_html, write_html
from fakestormer.report.json_file import SCHEMA_VERSION, read_json, verdict_from_json, verdict_to_json, write_json
from fakestormer.report.json_schema import json_schema
from fakestormer.report.pdf import write_pdf
from fakestormer.report.picture import write_pictures
from fakestormer.report.results_file import read_results, write_results
from fakestormer.report.texts import ENGLISH, Texts
from fakestormer.report.wording import (
    say_error_rates,
    say_likelihood,
    say_notes,
    say_out_of_reach,
    say_prior,
    say_probability,
)

__all__ = [
    "ENGLISH",
    "HEAT_RANGES",
    "SCHEMA_VERSION",
    "Texts",
    "draw_spatial_strip",
    "draw_timeline",
    "json_schema",
    "overlay_heatmap",
    "read_json",
    "read_results",
    "render_html",
    "say_error_rates",
    "say_likelihood",
    "say_notes",
    "say_out_of_reach",
    "say_prior",
    "say_probability",
    "verdict_from_json",
    "verdict_to_json",
    "write_clips",
    "write_html",
    "write_json",
    "write_pdf",
    "write_pictures",
    "write_results",
]
