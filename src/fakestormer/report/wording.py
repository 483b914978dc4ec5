"""Numbers and results in words, for the terminal, the JSON and the page alike.

Probabilities are never certain, times are as on a player's clock.
"""

from __future__ import annotations

from datetime import datetime, timezone

from fakestormer.files import printable
from fakestormer.report.texts import ENGLISH, Texts
from fakestormer.types import (
    EQUAL_PRIORS,
    Calibration,
    CalibrationSet,
    ContentCredentials,
    CredentialStatus,
    ProbabilityScale,
    QualityNote,
    Strength,
    TimeSpan,
    VideoVerdict,
    strength_of,
)

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
    """A span of time, from and to."""
    return f"{say_time(span.start)}\N{NO-BREAK SPACE}\N{EN DASH} {say_time(span.end)}"


def say_date(moment: str) -> str:
    """A moment in ISO 8601 as a date and a time of day, in UTC: 2026-03-01 14:05 UTC; as given where it is none."""
    try:
        return f"{datetime.fromisoformat(moment).astimezone(timezone.utc):%Y-%m-%d %H:%M} UTC"
    except ValueError:
        return moment


def say_path(path: str) -> str:
    """A file name, or a sentence with one, as one line that any page can hold and that shows what cannot be seen."""
    return printable(path)


def say_sentence(words: str) -> str:
    """Words as a sentence: with a capital letter and a full stop."""
    words = words.strip()
    return words[:1].upper() + words[1:] + ("" if words.endswith((".", "!", "?")) or not words else ".")


def say_likelihood(log10_lr: float | None, calibration: Calibration, texts: Texts = ENGLISH) -> str:
    """The likelihood ratio with its word on the verbal scale, or that there is none."""
    words = texts.answer
    if log10_lr is None or calibration.measured is None:
        return words.no_likelihood
    strength, forged = strength_of(log10_lr), log10_lr > 0
    said = words.strengths[strength].format(proposition=words.short_forged if forged else words.short_genuine)
    number = f"{log10_lr:+.2f}"
    if strength is Strength.NEITHER:
        sentence = words.likelihood_even.format(strength=said, log10_lr=number)
    else:
        favoured, other = (words.if_forged, words.if_genuine) if forged else (words.if_genuine, words.if_forged)
        ratio = f"{10 ** abs(log10_lr):.2g}" if abs(log10_lr) < 2 else f"{10 ** abs(log10_lr):.0f}"
        sentence = words.likelihood.format(strength=said, ratio=ratio, favoured=favoured, other=other, log10_lr=number)
    bounds = (calibration.measured.lowest_log10_lr, calibration.measured.highest_log10_lr)
    return f"{sentence} {words.at_bound}" if log10_lr in bounds else sentence


def say_propositions(texts: Texts = ENGLISH) -> str:
    """What the likelihood ratio compares."""
    words = texts.answer
    return words.propositions.format(forged=words.forged, genuine=words.genuine)


def explain_prior(prior: float, texts: Texts = ENGLISH) -> str:
    """At which prior the probabilities are stated, and what does not depend on it."""
    words = texts.answer
    if prior == EQUAL_PRIORS:
        return words.equal_priors
    return words.prior.format(prior=say_threshold(prior))


def say_out_of_reach(calibration: Calibration, texts: Texts = ENGLISH) -> str:
    """Which of the two decisions the bounds of the calibration set rule out; empty where they rule out none."""
    lowest, highest = ProbabilityScale(calibration).supported
    words = texts.answer
    said = [
        words.never_fake if highest < calibration.fake_from or highest <= EQUAL_PRIORS else "",
        words.never_real if lowest > calibration.real_to or lowest >= EQUAL_PRIORS else "",
    ]
    return " ".join(filter(None, said))


def say_error_rates(measured: CalibrationSet | None, texts: Texts = ENGLISH) -> str:
    """How often the weights were right and wrong on the set of their calibration, or that they do not say."""
    words = texts.answer
    if measured is None:
        return words.no_likelihood
    totals = {"real": measured.num_real, "fake": measured.num_fake}
    shares = {
        name: words.share.format(count=getattr(measured, name), share=100 * getattr(measured, name) / totals[name[:4]])
        for name in (
            *("real_called_fake", "real_inconclusive", "real_called_real"),
            *("fake_called_fake", "fake_inconclusive", "fake_called_real"),
        )
        if totals[name[:4]]
    }
    if len(shares) < 6:
        return words.no_likelihood
    return words.error_rates.format(
        name=measured.name, num_real=measured.num_real, num_fake=measured.num_fake, **shares
    )


def say_note(note: QualityNote, texts: Texts = ENGLISH) -> str:
    """One reason for caution."""
    shown = note.as_printed
    low, high = (float("nan") if limit is None else limit for limit in (shown.low, shown.high))
    return texts.answer.quality[note.code].format(value=shown.value, low=low, high=high, detail=note.detail)


def say_notes(verdict: VideoVerdict, texts: Texts = ENGLISH) -> tuple[str, ...]:
    """All reasons for caution: those of the file, then of each face, the most suspicious first."""
    words = texts.answer
    ordered = sorted(verdict.faces, key=lambda face: -face.logit)
    of_faces = (
        words.note_of_face.format(number=number, sentence=say_note(note, texts))
        for number, face in enumerate(ordered, 1)
        for note in face.notes
    )
    return (*(say_note(note, texts) for note in verdict.notes), *of_faces)


def say_credentials(credentials: ContentCredentials | None, texts: Texts = ENGLISH) -> str:
    """Whether the file carries content credentials, whose, and whether they hold."""
    words = texts.answer
    if credentials is None:
        return words.credentials_not_asked
    said = [words.credential_status[credentials.status]]
    if credentials.status is CredentialStatus.NOT_READ and not credentials.reader:
        said.append(words.credentials_no_reader)
    if credentials.signer:
        said.append(words.credentials_signer.format(signer=credentials.signer))
        said.append(words.credentials_trusted if credentials.trusted else words.credentials_untrusted)
    if credentials.signed_at:
        said.append(words.credentials_time.format(time=credentials.signed_at))
    if credentials.made_with:
        actions = ", ".join(credentials.actions) or words.none
        said.append(words.credentials_made.format(made_with=credentials.made_with, actions=actions))
    if credentials.problems:
        said.append(words.credentials_problems.format(problems=", ".join(credentials.problems)))
    return " ".join(said)


def in_words(verdict: VideoVerdict, texts: Texts = ENGLISH) -> dict[str, object]:
    """The sentences of a verdict for its JSON: made from the other fields, and not read back."""
    calibration = verdict.provenance.calibration
    return {
        "language": texts.language,
        "answer": texts.decisions[verdict.decision].video,
        "proposition_forged": texts.answer.forged,
        "proposition_genuine": texts.answer.genuine,
        "likelihood": None if verdict.probability is None else say_likelihood(verdict.log10_lr, calibration, texts),
        "prior": explain_prior(verdict.prior, texts),
        "error_rates": say_error_rates(calibration.measured, texts),
        "notes": [say_note(note, texts) for note in verdict.notes],
        "credentials": say_credentials(verdict.credentials, texts),
        "faces": [
            {
                "track_id": face.track_id,
                "answer": texts.decisions[face.decision].label,
                "strength": None if face.log10_lr is None else strength_of(face.log10_lr).value,
                "likelihood": say_likelihood(face.log10_lr, calibration, texts),
                "notes": [say_note(note, texts) for note in face.notes],
            }
            for face in verdict.faces
        ],
    }


def _same_side(shown: float, meant: float, scale: ProbabilityScale) -> bool:
    above = (shown >= scale.fake_from) == (meant >= scale.fake_from)
    return above and (shown <= scale.real_to) == (meant <= scale.real_to)
