"""The report page as a PDF file: the same words and pictures, set on A4 by WeasyPrint (extra `report`)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fakestormer.report.html import render_html
from fakestormer.report.picture import write_bytes
from fakestormer.report.results_file import Failure
from fakestormer.report.texts import ENGLISH, Texts
from fakestormer.types import ConfigError, VideoVerdict


def write_pdf(
    verdicts: VideoVerdict | Sequence[VideoVerdict],
    path: str | Path,
    texts: Texts = ENGLISH,
    failures: Sequence[Failure] = (),
) -> None:
    """Write the pages about one or several verdicts to `path`; missing folders are made.

    The same verdicts give the same file. Headings, tables and the words for pictures are tagged for screen readers.

    Raises:
        ConfigError: WeasyPrint or the system library Pango is not installed.
        DataError: neither verdict nor failure was given, or the file cannot be written.
    """
    weasyprint = load_weasyprint()
    page = render_html(verdicts, texts, failures)
    only_inside = weasyprint.URLFetcher(allowed_protocols=("data",))
    written: bytes = weasyprint.HTML(string=page, url_fetcher=only_inside).write_pdf(pdf_tags=True)
    write_bytes(Path(path), written)


def load_weasyprint() -> Any:
    """The library; ConfigError with what to install where it or what it needs is missing."""
    try:
        import weasyprint
    except ImportError as error:
        raise ConfigError(
            "a PDF needs the package weasyprint, which is not installed: run pip install 'fakestormer[report]', or "
            "write the page with --html and print it from a browser"
        ) from error
    except OSError as error:
        raise ConfigError(
            "a PDF needs the system library Pango, which was not found: install it (Debian, Ubuntu: apt install "
            "libpango-1.0-0 libpangoft2-1.0-0), or write the page with --html and print it from a browser"
        ) from error
    return weasyprint
