"""The learning rate as a pure function of the step (method, section 6)."""

from __future__ import annotations

from fakestormer.training.config import Optimisation


def learning_rate(step: int, settings: Optimisation) -> float:
    """The rate of step 0, 1, ...: linearly up to the peak over the warm-up share, then linearly to 0 at the end."""
    num_steps = settings.num_steps
    warmup = max(1, round(settings.warmup_share * num_steps))
    if step < warmup:
        return settings.first_rate + (settings.peak_rate - settings.first_rate) * step / warmup
    return settings.peak_rate * (num_steps - step) / max(1, num_steps - warmup)
