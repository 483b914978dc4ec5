"""What an answer is worth, in sentences: for the terminal, the JSON and the page alike."""

from __future__ import annotations

from fakestormer.report.texts import ENGLISH, Texts
from fakestormer.report.wording import say_threshold
from fakestormer.types import (
    EQUAL_PRIORS,
    Calibration,
    CalibrationSet,
    ContentCredentials,
    CredentialStatus,
    ProbabilityScale,
    QualityNote,
    Strength,
    VideoVerdict,
    strength_of,
)


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
    """One reason for less trust."""
    low, high = (float("nan") if limit is None else limit for limit in (note.low, note.high))
    return texts.answer.quality[note.code].format(value=note.value, low=low, high=high)


def say_notes(verdict: VideoVerdict, texts: Texts = ENGLISH) -> tuple[str, ...]:
    """All reasons for less trust: those of the file, then of each face, the most suspicious first."""
    words = texts.answer
    ordered = sorted(verdict.faces, key=lambda face: -face.score)
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
