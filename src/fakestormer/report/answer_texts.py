"""The words about what an answer is worth: likelihood ratio, error rates, quality, credentials; part of `Texts`."""

from __future__ import annotations

from dataclasses import dataclass, field

from fakestormer.types import CredentialStatus, QualityCode, Strength


@dataclass(frozen=True, slots=True)
class AnswerTexts:
    """English by default. `{...}` are filled in by `wording` of the same name in `answer_words.py`."""

    heading: str = "What the answer is worth"
    forged: str = "the face in this video was forged by a method like those of the calibration set"
    genuine: str = "the face in this video is a genuine camera recording"
    propositions: str = "Two propositions are weighed against each other. Forged: {forged}. Genuine: {genuine}."
    equal_priors: str = (
        "Probabilities are stated at equal priors: before the examination, forged and genuine count as equally "
        "probable, regardless of how common forgeries are in your material. To state them at another prior, use the "
        "option --prior, or multiply your own prior odds by the likelihood ratio. The decision follows the likelihood "
        "ratio and does not depend on the prior."
    )
    prior: str = (
        "Probabilities are stated at a prior of {prior}: the assumed probability of forgery before the examination. "
        "The likelihood ratio, and the decision which follows it, do not depend on the prior."
    )
    strengths: dict[Strength, str] = field(
        default_factory=lambda: {
            Strength.NEITHER: "does not support one proposition over the other",
            Strength.WEAK: "provides weak support for {proposition}",
            Strength.MODERATE: "provides moderate support for {proposition}",
            Strength.MODERATELY_STRONG: "provides moderately strong support for {proposition}",
            Strength.STRONG: "provides strong support for {proposition}",
            Strength.VERY_STRONG: "provides very strong support for {proposition}",
            Strength.EXTREMELY_STRONG: "provides extremely strong support for {proposition}",
        }
    )
    short_forged: str = "forgery"
    short_genuine: str = "a genuine recording"
    likelihood: str = (
        "The finding {strength}: it is {ratio} times as probable if the face {favoured} as if it {other} "
        "(log10 likelihood ratio {log10_lr})."
    )
    likelihood_even: str = (
        "The finding {strength}: it is about as probable if the face was forged as if it is genuine (log10 likelihood "
        "ratio {log10_lr})."
    )
    if_forged: str = "was forged"
    if_genuine: str = "is genuine"
    at_bound: str = "The calibration set supports no stronger ratio in this direction."
    no_likelihood: str = (
        "No likelihood ratio and no error rates: these weights do not carry them. Calibrate the weights with this "
        "version of fakestormer, or do not rely on the number."
    )
    never_fake: str = (
        "The calibration set is too small, or the weights are wrong on it too often, to support signs of forgery: this "
        "answer is not given."
    )
    never_real: str = (
        "The calibration set is too small, or the weights are wrong on it too often, to support the absence of signs: "
        "this answer is not given."
    )
    scale: str = "Words after the verbal scale of the ENFSI Guideline for Evaluative Reporting (2015)."
    error_rates: str = (
        "Error rates of these weights on {name}: of {num_real} genuine files {real_called_fake} were called FAKE, "
        "{real_inconclusive} INCONCLUSIVE, {real_called_real} REAL; of {num_fake} forged files {fake_called_real} were "
        "called REAL, {fake_inconclusive} INCONCLUSIVE, {fake_called_fake} FAKE. The thresholds were chosen on the "
        "same files, so other files may fare worse."
    )
    rates_lead: str = "How these weights answered where the truth is known. The set: {name}."
    rates_columns: tuple[str, ...] = ("The truth", "Signs of forgery", "Inconclusive", "No signs found")
    rates_genuine: str = "{total} genuine files"
    rates_forged: str = "{total} forged files"
    rates_note: str = (
        "The thresholds were chosen on the same files, so other files may fare worse. Wrong answers are those in "
        "'Signs of forgery' for a genuine file and in 'No signs found' for a forged one."
    )
    share: str = "{count} ({share:.0f} %)"
    notes: str = "Reasons for less trust"
    note_of_face: str = "Face {number}: {sentence}"
    quality: dict[QualityCode, str] = field(
        default_factory=lambda: {
            QualityCode.FEW_CLIPS: "The answer rests on few clips: {value:.0f}, at least {low:.0f} would be better.",
            QualityCode.TINY_FACE: "The face is tiny: the square around it is {value:.0f} pixels wide and was enlarged "
            "more than twice; from {low:.0f} pixels on it is not.",
            QualityCode.BLURRED: "The face is strongly blurred: {value:.2f} on a scale from 0 (sharp) to 1, where "
            "{high:.2f} should not be passed.",
            QualityCode.HEAVY_COMPRESSION: "The file is heavily compressed: {value:.3g} bits for each pixel, less than "
            "{low:.3g}. Compression washes traces out and makes false ones.",
            QualityCode.OUTSIDE_FACE_SIZE: "The face has a size that the known examples did not have: the square "
            "around it is {value:.1f} pixels wide, theirs were {low:.1f} to {high:.1f}.",
            QualityCode.OUTSIDE_BLUR: "The face is blurred as no known example was: {value:.2f} on a scale from 0 "
            "(sharp) to 1, theirs were {low:.2f} to {high:.2f}.",
            QualityCode.OUTSIDE_FRAME_RATE: "The video has a frame rate that the known examples did not have: "
            "{value:.4g} frames a second, theirs were {low:.4g} to {high:.4g}.",
            QualityCode.OUTSIDE_BITS_PER_PIXEL: "The video is compressed as no known example was: {value:.3g} bits "
            "for each pixel, theirs were {low:.3g} to {high:.3g}.",
        }
    )
    credentials: str = "Content credentials (C2PA)"
    credentials_note: str = "What the file says about its own origin. It has no part in the answer above."
    credential_status: dict[CredentialStatus, str] = field(
        default_factory=lambda: {
            CredentialStatus.PRESENT: "Present: the signature is valid, and the file was not changed since.",
            CredentialStatus.ABSENT: "Absent: the file carries none. Most files do not; it says nothing either way.",
            CredentialStatus.INVALID: "Invalid: the file or its credentials were changed after signing, or the "
            "signature does not hold.",
            CredentialStatus.NOT_READ: "Not read.",
        }
    )
    credentials_no_reader: str = "The reader is not installed: pip install 'fakestormer[c2pa]'."
    credentials_not_asked: str = "Not looked for."
    credentials_signer: str = "Signed by {signer}."
    credentials_untrusted: str = "Whether this signer is who it claims to be was not checked against a trust list."
    credentials_trusted: str = "The signer is on the reader's trust list."
    credentials_time: str = "Signed at {time}."
    credentials_made: str = "Made with {made_with}; recorded actions: {actions}."
    credentials_problems: str = "Failed checks: {problems}."
    none: str = "none"
    custody_more: tuple[str, ...] = ("Device class", "Seed", "Begun (UTC)", "Ended (UTC)")
    no_seed: str = "none: nothing is drawn at random"
    not_recorded: str = "not recorded"
