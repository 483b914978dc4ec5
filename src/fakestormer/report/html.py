"""One self-contained page for people: opens offline, works without JavaScript, prints to A4, readable on a phone.

A little script (templates/play.js) moves a cursor through the drawings; the page lets in that very text and no other.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path

import jinja2

from fakestormer.files import write_file
from fakestormer.report.chart import LEFT, RIGHT, STRIP_EDGES, TIMELINE_EDGES, shades
from fakestormer.report.frame_view import view_maps
from fakestormer.report.heatmap import colour_scale
from fakestormer.report.page_view import view_videos
from fakestormer.report.results_file import Failure
from fakestormer.report.texts import ENGLISH, Texts
from fakestormer.report.wording import say_path, say_sentence
from fakestormer.types import DataError, VideoVerdict
from fakestormer.version import package_version

TEMPLATES = Path(__file__).parent / "templates"
LEGEND_STEPS = 9


def render_html(
    verdicts: VideoVerdict | Sequence[VideoVerdict], texts: Texts = ENGLISH, failures: Sequence[Failure] = ()
) -> str:
    """The page as text: verdict first for every video, then the evidence face by face, then how it came about.

    `failures` are files that could not be judged, each with a sentence why: they are listed, too. The same verdicts
    give the same page. It contains no address of anything outside of itself.

    Raises:
        DataError: neither verdict nor failure was given.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    script = (TEMPLATES / "play.js").read_text(encoding="utf-8")
    return environment.get_template("report.html").render(
        view_page(verdicts, texts, failures),
        script=script,
        script_hash=base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii"),
        axes=[" ".join(f"{part:g}" for part in (LEFT, RIGHT, *edges)) for edges in (TIMELINE_EDGES, STRIP_EDGES)],
    )


def view_page(
    verdicts: VideoVerdict | Sequence[VideoVerdict], texts: Texts, failures: Sequence[Failure]
) -> dict[str, object]:
    """What the templates of page and PDF are given, by name.

    Raises:
        DataError: neither verdict nor failure was given.
    """
    several = (verdicts,) if isinstance(verdicts, VideoVerdict) else tuple(verdicts)
    if not several and not failures:
        raise DataError("a report needs at least one verdict, got none: examine a video first")
    videos = view_videos(several, texts)
    version = several[0].provenance.package_version if several else package_version()
    return {
        "texts": texts,
        "title": texts.title_one.format(name=videos[0].name) if len(videos) == 1 else texts.title,
        "subtitle": texts.subtitle.format(version=version),
        "videos": videos,
        "failures": [(say_path(file), _say_failure(say_path(file), say_path(why))) for file, why in failures],
        "maps": view_maps(texts),
        "heat_colours": [
            f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in colour_scale(LEGEND_STEPS).tolist()
        ],
        "strip_colours": shades(LEGEND_STEPS),
    }


def write_html(
    verdicts: VideoVerdict | Sequence[VideoVerdict],
    path: str | Path,
    texts: Texts = ENGLISH,
    failures: Sequence[Failure] = (),
) -> None:
    """Write the page about one or several verdicts to `path`; missing folders are made.

    Raises:
        DataError: neither verdict nor failure was given, or the file cannot be written.
    """
    write_file(path, render_html(verdicts, texts, failures))


def _say_failure(file: str, why: str) -> str:
    """The sentence why a file could not be examined; its name keeps its own letters, also at the beginning."""
    said = say_sentence(why)
    return why[:1] + said[1:] if why.startswith(file) else said
