"""The words about what reading a file showed, which a reader of the result must know; part of `AnswerTexts`."""

from __future__ import annotations

from fakestormer.types import QualityCode

FILE_WORDS: dict[QualityCode, str] = {
    QualityCode.NOTHING_MOVES: "The face does not move: consecutive frames differ by {value:.2f} grey levels, those of "
    "a camera recording by more than {low:.2f}. The video was probably made from a still picture, or shows one. "
    "Changes over time carry no evidence here.",
    QualityCode.HEADER_RATE: "The header states {value:.4g} frames per second, the timestamps {low:.4g}: the "
    "timestamps were used.",
    QualityCode.LATE_START: "The first frame is shown {value:.2f} s after the start of the file. All times here "
    "are those that a player shows.",
    QualityCode.TIME_JUMPS: "The timestamps of the file jump (jumps: {value:.0f}), as in joined recordings. The "
    "gaps were closed: after the first jump, times count the frames one after the other; a player may show others.",
    QualityCode.PICTURE_CHANGES: "The frame size or orientation changes (changes: {value:.0f}; {detail}). Every "
    "frame was examined in its own size, and faces are not followed across a change.",
    QualityCode.PIXELS_NOT_SQUARE: "The pixels of the file are not square (aspect {value:.4g}, stored as "
    "{detail}): frames were stretched as a player shows them.",
    QualityCode.INTERLACED: "The video is interlaced: one field of every frame was examined, which has half the "
    "rows. The calibration set contains no interlaced videos.",
    QualityCode.HIGH_DYNAMIC_RANGE: "The video has high dynamic range ({detail}): it was tone-mapped to BT.709. "
    "The calibration set contains only videos of standard range.",
    QualityCode.WIDE_GAMUT: "The video has the colours of {detail}: they were converted to BT.709.",
    QualityCode.TRANSPARENT: "Parts of the frames are transparent: they were put on black, so what a player hides "
    "was not examined.",
    QualityCode.OTHER_TRACKS: "The file has several video tracks. The one that a player shows was examined; not "
    "examined: {detail}.",
    QualityCode.FILM_IN_PICTURE: "The file is a still picture ({detail}) that contains a video, as motion photos of "
    "phones do. The video was examined, the picture was not.",
}
