"""One self-contained page for people: opens offline, works without JavaScript, prints to A4, readable on a phone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import jinja2

from fakestormer.report.chart import shades
from fakestormer.report.heatmap import HEAT_RANGE, colour_scale
from fakestormer.report.picture import write_bytes
from fakestormer.report.texts import ENGLISH, Texts
from fakestormer.report.view import view_videos
from fakestormer.types import DataError, VideoVerdict

TEMPLATES = Path(__file__).parent / "templates"
LEGEND_STEPS = 9


def render_html(verdicts: VideoVerdict | Sequence[VideoVerdict], texts: Texts = ENGLISH) -> str:
    """The page as text: verdict first for every video, then the evidence face by face, then how it came about.

    The same verdicts give the same page. It holds no address of anything outside of itself.

    Raises:
        DataError: no verdict was given.
    """
    several = (verdicts,) if isinstance(verdicts, VideoVerdict) else tuple(verdicts)
    if not several:
        raise DataError("a report needs at least one verdict, got none: analyse a video first")
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    low, high = HEAT_RANGE
    return environment.get_template("report.html").render(
        texts=texts,
        videos=view_videos(several, texts),
        version=several[0].provenance.package_version,
        heat_colours=[f"rgb({red},{green},{blue})" for red, green, blue in colour_scale(LEGEND_STEPS).tolist()],
        heat_ends=(texts.heat_ends[0].format(low=low), texts.heat_ends[1].format(high=high)),
        strip_colours=shades(LEGEND_STEPS),
    )


def write_html(verdicts: VideoVerdict | Sequence[VideoVerdict], path: str | Path, texts: Texts = ENGLISH) -> None:
    """Write the page about one or several verdicts to `path`; missing folders are made.

    Raises:
        DataError: no verdict was given, or the file cannot be written.
    """
    write_bytes(Path(path), render_html(verdicts, texts).encode("utf-8", "replace"))
