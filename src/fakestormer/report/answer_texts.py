"""The words about the reliability of a result, and those of the cursor (templates/play.js); parts of `Texts`."""

from __future__ import annotations

from dataclasses import dataclass, field

from fakestormer.report.file_texts import FILE_WORDS
from fakestormer.types import CredentialStatus, QualityCode, Strength


@dataclass(frozen=True, slots=True)
class AnswerTexts:
    """Likelihood ratio, error rates, cautions, credentials; English by default. `wording.py` fills in `{...}`."""

    heading: str = "Reliability of this result"
    forged: str = "the face in this video was forged by a method like those of the calibration set"
    genuine: str = "the face in this video is a genuine camera recording"
    propositions: str = "Two propositions are compared. Forged: {forged}. Genuine: {genuine}."
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
        "No likelihood ratio and no error rates: these weights do not contain them. Calibrate the weights with "
        "fakestormer calibrate, or do not rely on the probability."
    )
    never_fake: str = (
        "The calibration set is too small, or the weights are wrong on it too often, to support signs of forgery: this "
        "answer is not given."
    )
    never_real: str = (
        "The calibration set is too small, or the weights are wrong on it too often, to support the absence of signs: "
        "this answer is not given."
    )
    scale: str = "Verbal scale of the ENFSI Guideline for Evaluative Reporting (2015)."
    error_rates: str = (
        "Error rates of these weights on {name}: of {num_real} genuine files {real_called_fake} were called FAKE, "
        "{real_inconclusive} INCONCLUSIVE, {real_called_real} REAL; of {num_fake} forged files {fake_called_real} were "
        "called REAL, {fake_inconclusive} INCONCLUSIVE, {fake_called_fake} FAKE. The thresholds were chosen on these "
        "files, so error rates on other files may be higher."
    )
    rates_lead: str = "Results of these weights on files of known truth: {name}."
    rates_columns: tuple[str, ...] = ("Truth", "Signs of forgery", "Inconclusive", "No signs found")
    rates_genuine: str = "{total} genuine files"
    rates_forged: str = "{total} forged files"
    rates_note: str = (
        "The thresholds were chosen on these files, so error rates on other files may be higher. Errors are 'Signs of "
        "forgery' for a genuine file and 'No signs found' for a forged one."
    )
    share: str = "{count} ({share:.0f} %)"
    notes: str = "Caution"
    note_of_face: str = "Face {number}: {sentence}"
    quality: dict[QualityCode, str] = field(
        default_factory=lambda: {
            QualityCode.FEW_CLIPS: "The result is based on few clips: {value:g}; at least {low:g} are recommended.",
            QualityCode.TINY_FACE: "The face is very small: {value:g} pixels wide including its surroundings, and "
            "was enlarged more than twice for the model; at least {low:g} pixels are recommended.",
            QualityCode.BLURRED: "The face is strongly blurred: {value:g} on a scale from 0 (sharp) to 1; at most "
            "{high:g} is recommended.",
            QualityCode.HEAVY_COMPRESSION: "The file is heavily compressed: {value:g} bits per pixel; at least {low:g} "
            "is recommended. Compression removes traces and creates false ones.",
            QualityCode.OUTSIDE_FACE_SIZE: "Face size {value:g} pixels is outside the calibration range ({low:g} to "
            "{high:g} pixels).",
            QualityCode.OUTSIDE_BLUR: "Blur {value:g} (0 is sharp, 1 fully blurred) is outside the calibration range "
            "({low:g} to {high:g}).",
            QualityCode.OUTSIDE_FRAME_RATE: "Frame rate {value:g} per second is outside the calibration range ({low:g} "
            "to {high:g}).",
            QualityCode.OUTSIDE_BITS_PER_PIXEL: "Compression to {value:g} bits per pixel is outside the calibration "
            "range ({low:g} to {high:g}).",
            **FILE_WORDS,
        }
    )
    credentials: str = "Content credentials (C2PA)"
    credentials_note: str = "What the file states about its own origin. It does not influence the result above."
    credential_status: dict[CredentialStatus, str] = field(
        default_factory=lambda: {
            CredentialStatus.PRESENT: "Present: the signature is valid, and the file was not changed after signing.",
            CredentialStatus.ABSENT: "Absent. Most files contain none; this supports neither conclusion.",
            CredentialStatus.INVALID: "Invalid: the file or its credentials were changed after signing, or the "
            "signature does not verify.",
            CredentialStatus.NOT_READ: "Not read.",
        }
    )
    credentials_no_reader: str = "The reader is not installed: pip install 'fakestormer[c2pa]'."
    credentials_not_asked: str = "Not checked."
    credentials_signer: str = "Signed by {signer}."
    credentials_untrusted: str = "The identity of this signer was not checked against a trust list."
    credentials_trusted: str = "The signer is on the reader's trust list."
    credentials_time: str = "Signed at {time}."
    credentials_made: str = "Made with {made_with}; recorded actions: {actions}."
    credentials_problems: str = "Failed checks: {problems}."
    none: str = "none"
    provenance_more: tuple[str, ...] = ("Device class", "Seed", "Started (UTC)", "Ended (UTC)")
    no_seed: str = "none: nothing is random"
    not_recorded: str = "not recorded"


@dataclass(frozen=True, slots=True)
class PlayTexts:
    """Shown only where scripts run; the page fills in `{name}`, the script `{chance}` and `{word}`."""

    play: str = "Play"
    pause: str = "Pause"
    moment: str = "Position in the video, {name}"
    said: str = "nearest clip: {chance}, {word}"
    absent: str = "this face was not examined here"
    nearest: str = "Nearest evidence frame:"
    note: str = (
        "Play moves a cursor along the charts and shows the nearest clip's result. Use the slider, or click on a "
        "chart, to go to a position."
    )
    open: str = "To play the video in step with the charts, choose your copy of it (it does not leave this computer):"
    film: str = "The video {name}"
    checking: str = "Comparing it with the examined file \N{HORIZONTAL ELLIPSIS}"
    same: str = "This is the examined file: the SHA-256 matches."
    other: str = "This is NOT the examined file: the SHA-256 differs. Times and pictures may not match."
    unchecked: str = "The SHA-256 of this file was not checked: compare it with the one below."
    unplayable: str = "This browser cannot play this file. The cursor works without it."
