"""The network: clips in, one logit and two vulnerability maps out. Tensors to tensors.

Axis letters of this room: B clips of a batch, T frames of a clip, H W pixels, R C rows and columns of patches,
N = R x C patches, D width of a token, S independent sequences, L tokens of a sequence; V patches of a frame as the
direct vote cuts it, E numbers it has of each patch (the image ViT's width for every block it reads). T1 = T + 1 and
N1 = N + 1 are the sides of the token grid (`tokens.py` says which token stands where).
"""

from fakestormer.model.attribution import attribute
from fakestormer.model.config import ModelConfig
from fakestormer.model.conversion import ConversionReport, convert_published
from fakestormer.model.fakestormer import FakeSTormer
from fakestormer.model.output import ModelOutput
from fakestormer.model.precision import PRECISIONS, refuse_emulated_bfloat16
from fakestormer.model.preprocess import preprocess
from fakestormer.model.published import PublishedConfig, PublishedFakeSTormer
from fakestormer.model.warm_start import WarmStartReport, warm_start_lite, warm_start_vit, warm_start_vote
from fakestormer.model.weights import ClipProtocol, LoadedWeights, load_weights, save_weights

__all__ = [
    "PRECISIONS",
    "ClipProtocol",
    "ConversionReport",
    "FakeSTormer",
    "LoadedWeights",
    "ModelConfig",
    "ModelOutput",
    "PublishedConfig",
    "PublishedFakeSTormer",
    "WarmStartReport",
    "attribute",
    "convert_published",
    "load_weights",
    "preprocess",
    "refuse_emulated_bfloat16",
    "save_weights",
    "warm_start_lite",
    "warm_start_vit",
    "warm_start_vote",
]
