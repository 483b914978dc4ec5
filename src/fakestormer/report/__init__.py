"""From a verdict to files: versioned JSON for programs, one self-contained page and pictures for people."""

from fakestormer.report.chart import draw_spatial_strip, draw_timeline
from fakestormer.report.heatmap import HEAT_RANGES, overlay_heatmap
from fakestormer.report.html import render_html, write_html
from fakestormer.report.json_file import SCHEMA_VERSION, read_json, verdict_from_json, verdict_to_json, write_json
from fakestormer.report.pdf import write_pdf
from fakestormer.report.picture import write_pictures
from fakestormer.report.texts import ENGLISH, Texts
from fakestormer.report.wording import say_probability

__all__ = [
    "ENGLISH",
    "HEAT_RANGES",
    "SCHEMA_VERSION",
    "Texts",
    "draw_spatial_strip",
    "draw_timeline",
    "overlay_heatmap",
    "read_json",
    "render_html",
    "say_probability",
    "verdict_from_json",
    "verdict_to_json",
    "write_html",
    "write_json",
    "write_pdf",
    "write_pictures",
]
