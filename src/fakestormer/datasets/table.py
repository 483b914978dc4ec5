"""The data sets that are known, by the names that users type."""

from __future__ import annotations

from fakestormer.datasets.celebdf import CELEBDF_PP, CELEBDF_V1, CELEBDF_V2
from fakestormer.datasets.deeperforensics import DEEPERFORENSICS
from fakestormer.datasets.df40 import DF40
from fakestormer.datasets.dfdc import DFDC, DFDC_PREVIEW
from fakestormer.datasets.diffswap import DIFFSWAP
from fakestormer.datasets.faceforensics import DFD, FACEFORENSICS
from fakestormer.datasets.fakeavceleb import FAKEAVCELEB
from fakestormer.datasets.ffiw import FFIW
from fakestormer.datasets.folder import FOLDER, MANIFEST
from fakestormer.datasets.kodf import KODF
from fakestormer.datasets.lavdf import LAVDF
from fakestormer.datasets.layout import Dataset
from fakestormer.datasets.wilddeepfake import WILDDEEPFAKE
from fakestormer.types import ConfigError

# The names that users type.
DATASETS: dict[str, Dataset] = {
    dataset.name: dataset
    for dataset in (
        FACEFORENSICS,
        CELEBDF_V1,
        CELEBDF_V2,
        CELEBDF_PP,
        DFD,
        DFDC,
        DFDC_PREVIEW,
        WILDDEEPFAKE,
        DIFFSWAP,
        DF40,
        FFIW,
        DEEPERFORENSICS,
        KODF,
        FAKEAVCELEB,
        LAVDF,
        FOLDER,
        MANIFEST,
    )
}


def find_dataset(text: str) -> Dataset:
    """The data set of that name, in one compression where the text is NAME:COMPRESSION.

    Raises:
        ConfigError: there is no such data set, or it has no such compression.
    """
    name, _, compression = text.partition(":")
    if name not in DATASETS:
        raise ConfigError(f"there is no data set {name!r}: choose from {', '.join(DATASETS)}")
    return DATASETS[name].only(compression) if compression else DATASETS[name]
