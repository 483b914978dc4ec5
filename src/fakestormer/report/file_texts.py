"""The words about what reading a file showed, which a reader of the result must know; part of `AnswerTexts`."""

from __future__ import annotations

from fakestormer.types import QualityCode

FILE_WORDS: dict[QualityCode, str] = {
    QualityCode.NOTHING_MOVES: "Nothing moves: the face is the same in every picture ({value:.2f} grey levels of "
    "change between pictures, a filmed face has more than {low:.2f}), as where a still picture was made a video "
    "or is seen in one. Evidence of changes over time is worth nothing here.",
    QualityCode.HEADER_RATE: "The header says {value:.4g} pictures a second, their timestamps say {low:.4g}: the "
    "timestamps were used.",
    QualityCode.LATE_START: "The first picture is shown {value:.2f} s after the start of the file. All times here "
    "are those of a player's clock.",
    QualityCode.TIME_JUMPS: "The clock of the file jumps (jumps: {value:.0f}), as where recordings were joined. The "
    "jumps were closed: from the first one on, times are those of the pictures one after the other.",
    QualityCode.PICTURE_CHANGES: "The picture changes its size or orientation (changes: {value:.0f}; {detail}). Every "
    "picture was examined in its own size, and faces are not followed across a change.",
    QualityCode.PIXELS_NOT_SQUARE: "The pixels of the file are not square (aspect {value:.4g}, stored as "
    "{detail}): the picture was stretched as a player shows it.",
    QualityCode.INTERLACED: "The video is interlaced: one field of every picture was examined, which has half the "
    "rows. The known examples are not interlaced.",
    QualityCode.HIGH_DYNAMIC_RANGE: "The video has high dynamic range ({detail}): it was tone-mapped to BT.709. "
    "The known examples have standard range.",
    QualityCode.WIDE_GAMUT: "The video has the colours of {detail}: they were converted to BT.709.",
    QualityCode.TRANSPARENT: "Parts of the picture are transparent: it was laid on black, so what a player hides "
    "was not examined.",
    QualityCode.OTHER_TRACKS: "The file has more picture tracks. The one that a player shows was examined, not "
    "examined were: {detail}.",
    QualityCode.FILM_IN_PICTURE: "The file is a picture ({detail}) with a film inside, as phones' motion photos "
    "are. The film was examined, the picture was not.",
}
