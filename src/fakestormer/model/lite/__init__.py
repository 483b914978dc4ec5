"""What the default model adds to the paper's: an image network that answers for every frame (decision 0015)."""

from fakestormer.model.lite.image_network import ImageNetwork
from fakestormer.model.lite.network import LiteFakeSTormer, LiteOutput

__all__ = ["ImageNetwork", "LiteFakeSTormer", "LiteOutput"]
