"""The run's numbers for TensorBoard, where a run asks for it."""

from __future__ import annotations

from pathlib import Path

from fakestormer.types import ConfigError


class TensorBoard:
    """Writes the rows of the metrics log as scalars, "train/total" and the like, into a folder of event files."""

    def __init__(self, folder: Path) -> None:
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError as error:
            raise ConfigError(
                "tensorboard=True needs the package that writes its files: pip install tensorboard"
            ) from error
        self._writer = SummaryWriter(str(folder))

    def write(self, step: int, kind: str, numbers: dict[str, float]) -> None:
        """One row; on the disk when this returns."""
        for name, value in numbers.items():
            self._writer.add_scalar(f"{kind}/{name}", value, step)
        self._writer.flush()
