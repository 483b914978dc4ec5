"""What the template is given about the reliability of a result, and the last rows of its provenance."""

from __future__ import annotations

from dataclasses import dataclass

from fakestormer.report.texts import Texts
from fakestormer.report.wording import (
    PERCENT,
    explain_prior,
    say_credentials,
    say_likelihood,
    say_notes,
    say_propositions,
)
from fakestormer.types import CalibrationSet, VideoVerdict


@dataclass(frozen=True, slots=True)
class RatesView:
    """What the weights said about files whose truth is known: a sentence and a table."""

    lead: str
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class ReliabilityView:
    """Sentences; empty where there is nothing to say."""

    likelihood: str
    propositions: str
    prior: str
    error_rates: RatesView | None
    notes: tuple[str, ...]
    credentials: str


def view_reliability(verdict: VideoVerdict, texts: Texts) -> ReliabilityView:
    """The section beside a video's answer; without a scored face only the credentials are left."""
    calibration = verdict.provenance.calibration
    scored, measured = verdict.probability is not None, calibration.measured
    return ReliabilityView(
        likelihood=say_likelihood(verdict.log10_lr, calibration, texts) if scored else "",
        propositions=say_propositions(texts) if measured else "",
        prior=explain_prior(verdict.prior, texts),
        error_rates=view_rates(measured, texts) if measured else None,
        notes=say_notes(verdict, texts),
        credentials=say_credentials(verdict.credentials, texts),
    )


def view_rates(measured: CalibrationSet, texts: Texts) -> RatesView | None:
    """How often each answer was given to genuine and to forged files; None where one of the kinds was not there."""
    if not (measured.num_real and measured.num_fake):
        return None
    words = texts.answer
    kinds = (
        (words.rates_genuine, measured.num_real, "real"),
        (words.rates_forged, measured.num_fake, "fake"),
    )
    rows = []
    for name, total, kind in kinds:
        counts = [getattr(measured, f"{kind}_{answer}") for answer in ("called_fake", "inconclusive", "called_real")]
        shares = (words.share.format(count=count, share=100 * count / total) for count in counts)
        rows.append((name.format(total=total), *(share.replace(" %", PERCENT) for share in shares)))
    return RatesView(words.rates_lead.format(name=measured.name), tuple(rows))


def more_provenance(verdict: VideoVerdict, texts: Texts) -> tuple[tuple[str, str], ...]:
    """Device class, seed and times, each with its name."""
    made, words = verdict.provenance, texts.answer
    seed = words.no_seed if made.seed is None else str(made.seed)
    values = (made.device_class, seed, made.started, made.ended)
    return tuple(zip(words.provenance_more, (value or words.not_recorded for value in values), strict=True))
