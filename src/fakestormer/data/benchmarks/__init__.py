"""Benchmarks as tables: where the files of known data sets lie, what they are, and what is publicly said of them.

Nothing of the data comes with this package. What could not be verified says so in its table.
"""

from fakestormer.data.benchmarks.celebdf_pp import CELEBDF_PP
from fakestormer.data.benchmarks.celebdf_v1 import CELEBDF_V1
from fakestormer.data.benchmarks.celebdf_v2 import CELEBDF_V2
from fakestormer.data.benchmarks.deeperforensics import DEEPERFORENSICS
from fakestormer.data.benchmarks.df40 import DF40
from fakestormer.data.benchmarks.dfd import DFD
from fakestormer.data.benchmarks.dfdc import DFDC
from fakestormer.data.benchmarks.dfdc_preview import DFDC_PREVIEW
from fakestormer.data.benchmarks.diffswap import DIFFSWAP
from fakestormer.data.benchmarks.faceforensics import FACEFORENSICS
from fakestormer.data.benchmarks.fakeavceleb import FAKEAVCELEB
from fakestormer.data.benchmarks.ffiw import FFIW
from fakestormer.data.benchmarks.folder import FOLDER
from fakestormer.data.benchmarks.kodf import KODF
from fakestormer.data.benchmarks.lavdf import LAVDF
from fakestormer.data.benchmarks.layout import Benchmark
from fakestormer.data.benchmarks.manifest_folder import MANIFEST
from fakestormer.data.benchmarks.wilddeepfake import WILDDEEPFAKE
from fakestormer.types import ConfigError

# The names that users type.
BENCHMARKS: dict[str, Benchmark] = {
    one.name: one
    for one in (
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


def find_benchmark(text: str) -> Benchmark:
    """The data set of that name, in one compression where the text is NAME:COMPRESSION.

    Raises:
        ConfigError: there is no such data set, or it has no such compression.
    """
    name, _, compression = text.partition(":")
    if name not in BENCHMARKS:
        raise ConfigError(f"there is no data set {name!r}: choose from {', '.join(BENCHMARKS)}")
    return BENCHMARKS[name].only(compression) if compression else BENCHMARKS[name]
