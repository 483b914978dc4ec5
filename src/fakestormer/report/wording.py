"""How numbers are said to a reader: probabilities never certain, times as on a player's clock."""

from __future__ import annotations

from datetime import datetime, timezone

from fakestormer.report.texts import ENGLISH, Texts
from fakestormer.types import EQUAL_PRIORS, ProbabilityScale, TimeSpan

MOST_DECIMALS = 6
PERCENT = "\N{NO-BREAK SPACE}%"


def say_probability(probability: float, scale: ProbabilityScale) -> str:
    """A probability as a percentage; never 0 % or 100 %, which no calibration can support.

    Whole percents, with decimals only where rounding would make it certain, or put it on the other side of a threshold
    and so contradict the decision printed beside it. Where the calibration has no bounds, nothing is said beyond 1 and
    99 % at equal priors.
    """
    if scale.calibration.measured is None and scale.prior == EQUAL_PRIORS and not 0.01 <= probability <= 0.99:
        return f"under 1{PERCENT}" if probability < 0.01 else f"over 99{PERCENT}"
    for decimals in range(MOST_DECIMALS):
        shown = round(probability, 2 + decimals)
        if 0 < shown < 1 and _same_side(shown, probability, scale):
            return f"{100 * shown:.{decimals}f}{PERCENT}"
    return f"{100 * probability:.{MOST_DECIMALS}f}{PERCENT}"


def say_prior(prior: float, texts: Texts = ENGLISH) -> str:
    """At which prior a probability is stated."""
    return texts.equal_priors if prior == EQUAL_PRIORS else texts.prior.format(prior=f"{100 * prior:.4g}{PERCENT}")


def say_threshold(threshold: float) -> str:
    """A threshold of the calibration as a percentage, without rounding it to something else."""
    return f"{100 * threshold:.4g}{PERCENT}"


def say_time(seconds: float, tenths: bool = True) -> str:
    """A moment as a player shows it: 0:04.2, 12:30.0, 1:02:03.5; without tenths 0:04."""
    minutes, rest = divmod(round(max(0.0, seconds) * 10), 600)
    hours, minutes = divmod(minutes, 60)
    clock = f"{hours}:{minutes:02d}" if hours else f"{minutes}"
    return f"{clock}:{rest // 10:02d}" + (f".{rest % 10}" if tenths else "")


def say_span(span: TimeSpan) -> str:
    """A stretch of time, from and to."""
    return f"{say_time(span.start)}\N{NO-BREAK SPACE}\N{EN DASH} {say_time(span.end)}"


def say_date(moment: str) -> str:
    """A moment in ISO 8601 as a date and a time of day, in UTC: 2026-03-01 14:05 UTC; as given where it is none."""
    try:
        return f"{datetime.fromisoformat(moment).astimezone(timezone.utc):%Y-%m-%d %H:%M} UTC"
    except ValueError:
        return moment


def say_path(path: str) -> str:
    """A file name that any page can hold: bytes that are no text become question marks."""
    return path.encode("utf-8", "replace").decode("utf-8")


def say_sentence(words: str) -> str:
    """Words as a sentence: with a capital letter and a full stop."""
    words = words.strip()
    return words[:1].upper() + words[1:] + ("" if words.endswith((".", "!", "?")) or not words else ".")


def _same_side(shown: float, meant: float, scale: ProbabilityScale) -> bool:
    above = (shown >= scale.fake_from) == (meant >= scale.fake_from)
    return above and (shown <= scale.real_to) == (meant <= scale.real_to)
