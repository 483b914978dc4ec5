"""The label of a file, however it is spelt: one reader for every manifest and table."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from fakestormer.types import DataError

Label = Literal["real", "fake"]
# As data sets and their loaders spell them; 1 is fake, as everywhere here.
SPELLINGS: dict[Label, tuple[str, ...]] = {
    "real": ("real", "genuine", "original", "authentic", "pristine", "bonafide", "bona-fide", "0", "0.0"),
    "fake": ("fake", "forged", "forgery", "manipulated", "deepfake", "synthetic", "spoof", "1", "1.0"),
}


def read_label(path: Path, line: int, text: str) -> Label:
    """The label that a row of a table means; letters may be small or capital.

    Raises:
        DataError: the spelling is not known, with the table and its line.
    """
    spelt = text.strip().lower()
    for label, spellings in SPELLINGS.items():
        if spelt in spellings:
            return label
    known = "; ".join(f"{label}: {', '.join(spellings)}" for label, spellings in SPELLINGS.items())
    raise DataError(f"{path}, line {line}: the label {text!r} is neither real nor fake: write one of them ({known})")
