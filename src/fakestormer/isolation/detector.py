"""The parent's side: a warm child process that examines files, is killed when it must be, and replaced."""

from __future__ import annotations

import dataclasses
import shutil
import threading
import time
from pathlib import Path
from types import TracebackType

from fakestormer.files import temporary_folder, write_aside
from fakestormer.isolation.child_process import ChildProcess, Observer
from fakestormer.isolation.config import IsolationConfig, Limits
from fakestormer.isolation.messages import OVERLAY, Examination, Progress, Readiness, Request
from fakestormer.isolation.recorded import read_recorded
from fakestormer.types import ExaminationError, VideoError, VideoVerdict


class IsolatedDetector:
    """Examines one file at a time in a child process that keeps its model loaded; `with` closes it.

    The child is started by the first examination (or `start`) and again after it was killed. `cancel` may be called
    from another thread, everything else from one thread at a time.
    """

    def __init__(self, config: IsolationConfig | None = None) -> None:
        self.config = config or IsolationConfig()
        self.notes: tuple[str, ...] = ()  # of the last examination, about its results
        self._child: ChildProcess | None = None
        self._num_examined = 0
        self._cancelled = threading.Event()

    def __enter__(self) -> IsolatedDetector:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> Readiness:
        """What the child says when it is ready; it is started where there is none.

        Raises:
            ConfigError: the child cannot load the detector under this configuration.
        """
        if self._child is None:
            self._child = ChildProcess(self.config)
        return self._child.readiness

    def examine(self, request: Request, observe: Observer | None = None, limits: Limits | None = None) -> Examination:
        """How the examination of one file ended; its files lie in `request.folder`.

        `limits` are those of this file, without them those of the configuration; memory, open files and written files
        are always the configuration's. Raises ConfigError as `start`.
        """
        most = self.config.max_files
        if most and self._num_examined >= most:
            self.close()
        self.start()
        assert self._child is not None
        self._cancelled.clear()
        self._num_examined += 1
        began = time.monotonic()
        ended = self._child.examine(request, limits or self.config.limits, observe or _hear_nothing, self._cancelled)
        ended = dataclasses.replace(ended, seconds=time.monotonic() - began)
        self.notes = ended.notes
        if ended.killed_the_child or ended.ending == "cancelled":
            self.close()
        return ended

    def detect(
        self, path: str | Path, observe: Observer | None = None, thorough: bool = False, overlay: Path | None = None
    ) -> VideoVerdict:
        """The verdict of one video, as `Detector.detect` gives it, pictures of evidence frames included.

        Args:
            path: the video.
            observe: hears of the progress.
            thorough: a score at least every half second.
            overlay: where the annotated video goes, if it is wanted.

        Raises:
            VideoError: the file contains no readable video.
            DataError: the annotated video or a temporary file cannot be written.
            ExaminationError: the examination ended without a verdict, with the ending and one sentence.
        """
        with temporary_folder() as folder:
            request = Request(Path(path), folder, thorough=thorough, overlay=overlay is not None, lossless=True)
            ended = self.examine(request, observe)
            if ended.ending == "unreadable":
                raise VideoError(ended.detail or f"{path} cannot be read")
            if ended.ending != "done":
                raise ExaminationError(ended.ending, f"{path}: {ended.detail}")
            verdict = read_recorded(folder)
            if overlay is not None:
                with write_aside(overlay) as aside:
                    shutil.copyfile(folder / OVERLAY, aside)
            return verdict

    def cancel(self) -> None:
        """Ends the examination that is under way, as "cancelled"; without one, the next that begins is not touched."""
        self._cancelled.set()

    def close(self) -> None:
        """Ends the child; the next examination starts another."""
        if self._child is not None:
            self._child.kill()
        self._child, self._num_examined = None, 0


def _hear_nothing(_progress: Progress) -> None:
    """The observer of those who do not ask."""
