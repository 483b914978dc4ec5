"""The words of the play-along (templates/play.js), which are on the page but shown only where scripts run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlayTexts:
    """English by default. `{name}` is filled in on writing the page, `{chance}` and `{word}` by the script."""

    play: str = "Play"
    pause: str = "Pause"
    moment: str = "Moment in the video, {name}"
    said: str = "nearest clip: {chance}, {word}"
    absent: str = "this face was not examined here"
    nearest: str = "Nearest picture of this report:"
    note: str = (
        "Play moves a line through the drawings and tells what the nearest clip says. The slider, or a click on a "
        "drawing, goes to a moment."
    )
    open: str = "To play the video along, choose your copy of it (it does not leave this computer):"
    film: str = "The video {name}"
    checking: str = "Comparing it with the examined file \N{HORIZONTAL ELLIPSIS}"
    same: str = "This is the examined file: its SHA-256 agrees."
    other: str = "This is NOT the examined file: its SHA-256 differs. Times and pictures may not belong together."
    unchecked: str = "Whether this is the examined file was not checked: compare its SHA-256 with the one below."
    unplayable: str = "This browser cannot play this file. The line still runs without it."
