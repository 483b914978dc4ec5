"""The endings of video files' names, by which videos are found in folders; a file that is named needs none of them."""

from __future__ import annotations

from typing import Final

VIDEO_SUFFIXES: Final = frozenset(
    (
        ".3g2", ".3gp", ".asf", ".avi", ".divx", ".dv", ".f4v", ".flv", ".gif", ".m2ts", ".m2v", ".m4v", ".mj2",
        ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts", ".mxf", ".ogv", ".qt", ".ts", ".vob", ".webm", ".wmv",
    )
)  # fmt: skip
