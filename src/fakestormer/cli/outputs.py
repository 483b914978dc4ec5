"""The files that `fakestormer detect` is asked to write: checked before the work begins, written when it is done."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fakestormer.types import DataError, FaceTrack, FakestormerError, VideoVerdict

FILM_SUFFIXES = ("", ".mp4", ".m4v")
STANDARD_OUTPUT = Path("/dev/stdout")


def standard_output_for_dash(path: Path | None) -> Path | None:
    """The path, where `-` stands for standard output as in other commands; a file of that name is `./-/../-`."""
    return STANDARD_OUTPUT if path == Path("-") else path


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where each kind of result goes; None where it was not asked for."""

    json: Path | None = None
    csv: Path | None = None
    html: Path | None = None
    pdf: Path | None = None
    overlay: Path | None = None

    @property
    def take_standard_output(self) -> bool:
        """Whether a result goes to standard output, where nothing else may then be said."""
        from fakestormer.files import names_standard_output

        return any(map(names_standard_output, self._targets()))

    def _targets(self) -> list[Path]:
        return [target for target in (self.json, self.csv, self.html, self.pdf, self.overlay) if target]

    def check(self, videos: Sequence[Path]) -> None:
        """Refuses what can be known to go wrong before hours of work are spent on it.

        Raises:
            DataError: a place that cannot be written or is named twice, a video that would be overwritten, or a film
                asked for of several videos.
            ConfigError: a PDF was asked for and what it needs is not installed.
        """
        from fakestormer.files import check_writable
        from fakestormer.report.pdf import load_typst

        targets = self._targets()
        for target in targets:
            check_writable(target)
            if any(target.exists() and video.exists() and target.samefile(video) for video in videos):
                raise DataError(f"{target} is one of the videos and would be overwritten: name another file")
        for one, other in itertools.combinations(targets, 2):
            if one.resolve() == other.resolve():
                raise DataError(f"{one} is named for two kinds of results: give each its own file")
        if self.overlay and self.overlay.suffix.lower() not in FILM_SUFFIXES:
            raise DataError(f"--overlay {self.overlay} is written as MP4: let its name end with .mp4")
        if self.overlay and len(videos) > 1:
            raise DataError(f"--overlay {self.overlay} takes one video, got {len(videos)}: name one")
        if self.pdf:
            load_typst()

    def write(self, verdicts: Sequence[VideoVerdict], failures: Sequence[tuple[str, str]]) -> tuple[str, ...]:
        """Writes the results of the run and tells in a sentence each what could not be written.

        The page and the PDF need at least one judged or refused file.
        """
        from fakestormer.report import write_clips, write_html, write_pdf, write_results

        told = bool(verdicts or failures)
        return write_each(
            (self.json, lambda path: write_results(verdicts, failures, path)),
            (self.csv, lambda path: write_clips(verdicts, path)),
            (self.html if told else None, lambda path: write_html(verdicts, path, failures=failures)),
            (self.pdf if told else None, lambda path: write_pdf(verdicts, path, failures=failures)),
        )

    def write_overlay(self, verdict: VideoVerdict, tracks: Sequence[FaceTrack], told: Callable[[float], None]) -> bool:
        """Writes the annotated film where one was asked for; False where its sound could not be copied."""
        from fakestormer.detector import write_overlay

        return write_overlay(verdict, tracks, self.overlay, told=told) if self.overlay else True


def write_each(*targets: tuple[Path | None, Callable[[Path], None]]) -> tuple[str, ...]:
    """Writes every target that has a path, whatever becomes of the others; one sentence for each that failed."""
    failed = []
    for path, write in targets:
        try:
            if path:
                write(path)
        except FakestormerError as error:  # noqa: PERF203 - a target that fails must not cost the others
            failed.append(str(error))
    return tuple(failed)
