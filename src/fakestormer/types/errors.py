"""The exceptions a caller may meet.

FakestormerError
 +-- VideoError          a file that contains no readable video
 +-- WeightsError        a file that contains no usable weights
 +-- LandmarkModelError  the landmark model for training is missing or wrong
 +-- ConfigError         settings that contradict each other or the data
 +-- DataError           manifests, caches and score tables that cannot be used
 +-- ExaminationError    an examination in a child process that ended without a verdict

Every message is one sentence: what is wrong, the value, what to do.
"""

from __future__ import annotations


class FakestormerError(Exception):
    """The root of all exceptions that this package raises on purpose."""


class VideoError(FakestormerError):
    """The file contains no readable video."""


class WeightsError(FakestormerError):
    """The file contains no usable weights."""


class LandmarkModelError(FakestormerError):
    """The landmark model that training needs is missing or not the expected file."""


class ConfigError(FakestormerError):
    """Settings contradict each other or the data."""


class DataError(FakestormerError):
    """A manifest, cache or score table cannot be used."""


class ExaminationError(FakestormerError):
    """An examination in a child process ended without a verdict; `ending` names how, as in `isolation.Ending`."""

    def __init__(self, ending: str, sentence: str) -> None:
        super().__init__(sentence)
        self.ending = ending
