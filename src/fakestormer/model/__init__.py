"""The network: clips in, one logit and two vulnerability maps out. Tensors to tensors.

Axis letters of this room: B clips of a batch, T frames of a clip, H W pixels, R C rows and columns of patches,
N = R x C patches, D width of a token, S independent sequences or pictures, L tokens of a sequence. T1 = T + 1 and
N1 = N + 1 are the sides of the token grid (`fakestormer.py` says which token stands where).
"""

from fakestormer.model.attribution import Network, attribute
from fakestormer.model.config import ModelConfig
from fakestormer.model.conversion import ConversionReport, convert_published
from fakestormer.model.fakestormer import FakeSTormer
from fakestormer.model.graph import OUTPUTS, ScoringGraph
from fakestormer.model.lite import ImageNetwork, LiteFakeSTormer, LiteOutput, MotionMember
from fakestormer.model.output import ModelOutput
from fakestormer.model.precision import PRECISIONS, refuse_emulated_bfloat16
from fakestormer.model.preprocess import preprocess
from fakestormer.model.published import PublishedConfig, PublishedFakeSTormer
from fakestormer.model.warm_start import WarmStartReport, warm_start_image_network, warm_start_lite, warm_start_vit
from fakestormer.model.weights import ClipProtocol, LoadedWeights, load_weights, save_weights

__all__ = [
    "OUTPUTS",
    "PRECISIONS",
    "ClipProtocol",
    "ConversionReport",
    "FakeSTormer",
    "ImageNetwork",
    "LiteFakeSTormer",
    "LiteOutput",
    "LoadedWeights",
    "ModelConfig",
    "ModelOutput",
    "MotionMember",
    "Network",
    "PublishedConfig",
    "PublishedFakeSTormer",
    "ScoringGraph",
    "WarmStartReport",
    "attribute",
    "convert_published",
    "load_weights",
    "preprocess",
    "refuse_emulated_bfloat16",
    "save_weights",
    "warm_start_image_network",
    "warm_start_lite",
    "warm_start_vit",
]
