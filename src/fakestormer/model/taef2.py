"""TAEF2, a tiny autoencoder of pictures: its reconstructions are decoder-made fakes for training (beyond the paper).

Weights: madebyollin/taesd (MIT), not part of the package. Written from the shapes and names of their tensors.
"""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from fakestormer.types import WeightsError

WIDTH, LATENT = 64, 32
STRIDE = 8
GATE_GROUPS = 4


class _Residual(nn.Module):
    """Three convolutions with a residual; at the deepest level a gate with a group norm before them."""

    def __init__(self, gated: bool) -> None:
        super().__init__()
        self.conv = nn.Sequential(_conv(), nn.ReLU(), _conv(), nn.ReLU(), _conv())
        wide = 4 * WIDTH
        self.pool = (
            nn.Sequential(
                nn.Conv2d(WIDTH, wide, 1, bias=False),
                nn.GroupNorm(GATE_GROUPS, wide),
                nn.ReLU(),
                nn.Conv2d(wide, WIDTH, 1, bias=False),
            )
            if gated
            else None
        )

    def forward(self, maps: Float[Tensor, "B C H W"]) -> Float[Tensor, "B C H W"]:
        if self.pool is not None:
            maps = maps + self.pool(maps)
        return functional.relu(self.conv(maps) + maps)


class _Bound(nn.Module):
    """Latents held within +-3, softly."""

    def forward(self, latents: Float[Tensor, "B L h w"]) -> Float[Tensor, "B L h w"]:
        return torch.tanh(latents / 3) * 3


class Autoencoder(nn.Module):
    """Pictures in [0, 1] to latents of an eighth of their size, and back."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = _numbered(
            {
                0: _conv(3),
                1: _Residual(False),
                **{first + k: part for first in (2, 6, 10) for k, part in enumerate(_shrink(gated=first == 10))},
                14: _conv(WIDTH, LATENT),
            }
        )
        self.decoder = _numbered(
            {
                0: _Bound(),
                1: _conv(LATENT),
                2: nn.ReLU(),
                **{first + k: part for first in (3, 8, 13) for k, part in enumerate(_grow(gated=first == 3))},
                18: _Residual(False),
                19: _conv(WIDTH, 3),
            }
        )

    def encode(self, pictures: Float[Tensor, "B 3 H W"]) -> Float[Tensor, "B L h w"]:
        """The latents; H and W are multiples of 8."""
        latents: Tensor = self.encoder(pictures)
        return latents

    def decode(self, latents: Float[Tensor, "B L h w"]) -> Float[Tensor, "B 3 H W"]:
        """The pictures, in [0, 1]."""
        pictures: Tensor = self.decoder(latents)
        return pictures.clamp(0, 1)


def load_taef2(folder: Path) -> Autoencoder:
    """The autoencoder with the weights `taef2_encoder.pth` and `taef2_decoder.pth` of a folder.

    Raises WeightsError where one is missing or holds other tensors.
    """
    model = Autoencoder()
    for part, module in (("encoder", model.encoder), ("decoder", model.decoder)):
        path = folder / f"taef2_{part}.pth"
        try:
            module.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
        except FileNotFoundError:
            raise WeightsError(f"{path} not found: give the folder with TAEF2's encoder and decoder") from None
        except Exception as error:  # torch.load and load_state_dict raise a dozen kinds for a file that is not theirs
            raise WeightsError(
                f"{path} does not hold TAEF2's {part} ({type(error).__name__}): check the file"
            ) from error
    return model.eval().requires_grad_(False)


def _conv(inputs: int = WIDTH, outputs: int = WIDTH) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, 3, padding=1)


def _shrink(gated: bool) -> tuple[nn.Module, ...]:
    return (nn.Conv2d(WIDTH, WIDTH, 3, 2, 1, bias=False), *(_Residual(gated) for _ in range(3)))


def _grow(gated: bool) -> tuple[nn.Module, ...]:
    blocks = tuple(_Residual(gated) for _ in range(3))
    return (*blocks, nn.Upsample(scale_factor=2), nn.Conv2d(WIDTH, WIDTH, 3, padding=1, bias=False))


def _numbered(parts: dict[int, nn.Module]) -> nn.Sequential:
    return nn.Sequential(OrderedDict((str(number), parts[number]) for number in sorted(parts)))
