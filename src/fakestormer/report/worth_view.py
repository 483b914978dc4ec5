"""What the template is given about an answer's worth, and the rows of custody that came with it."""

from __future__ import annotations

from dataclasses import dataclass

from fakestormer.report.answer_words import (
    say_credentials,
    say_error_rates,
    say_likelihood,
    say_notes,
    say_propositions,
)
from fakestormer.report.texts import Texts
from fakestormer.types import VideoVerdict


@dataclass(frozen=True, slots=True)
class WorthView:
    """Sentences; empty where there is nothing to say."""

    likelihood: str
    propositions: str
    error_rates: str
    notes: tuple[str, ...]
    credentials: str


def view_worth(verdict: VideoVerdict, texts: Texts) -> WorthView:
    """The section beside a video's answer; without a scored face only the credentials are left."""
    calibration = verdict.provenance.calibration
    scored, measured = verdict.probability is not None, calibration.measured
    return WorthView(
        likelihood=say_likelihood(verdict.log10_lr, calibration, texts) if scored else "",
        propositions=say_propositions(texts) if measured else "",
        error_rates=say_error_rates(measured, texts) if measured else "",
        notes=say_notes(verdict, texts),
        credentials=say_credentials(verdict.credentials, texts),
    )


def more_custody(verdict: VideoVerdict, texts: Texts) -> tuple[tuple[str, str], ...]:
    """Device class, seed, times and versions, each with its name."""
    made, words = verdict.provenance, texts.answer
    seed = words.no_seed if made.seed is None else str(made.seed)
    values = (made.device_class, seed, made.started, made.ended)
    rows = zip(words.custody_more, (value or words.not_recorded for value in values), strict=True)
    return (*rows, *made.versions)
