from __future__ import annotations

import dataclasses
from math import log10

import pytest

from fakestormer.report import ENGLISH, render_html, say_error_rates, say_likelihood, say_notes, verdict_to_json
from fakestormer.report.wording import PERCENT, say_credentials, say_note
from fakestormer.types import (
    ContentCredentials,
    CredentialStatus,
    QualityCode,
    QualityNote,
    Strength,
    strength_of,
)


@pytest.mark.parametrize(
    ("ratio", "word"),
    [(1.0, "neither"), (1.99, "neither"), (2.0, "weak"), (9.9, "weak"), (10, "moderate"), (100, "moderately_strong"),
     (1e3, "strong"), (1e4, "very_strong"), (1e6, "extremely_strong")],
)  # fmt: skip
def test_the_words_of_the_scale_begin_where_enfsi_begins_them_in_both_directions(ratio, word):
    assert strength_of(log10(ratio)) is strength_of(-log10(ratio)) is Strength(word)


def test_a_likelihood_ratio_is_said_with_its_direction_and_its_bound(calibration, measured):
    known = dataclasses.replace(calibration, measured=measured)
    forged, genuine = say_likelihood(0.7, known), say_likelihood(-1.0, known)
    assert "weak support for forgery: it is 5 times as probable if the face was forged as if it is genuine" in forged
    assert "moderate support for a genuine recording" in genuine
    assert ENGLISH.answer.at_bound in genuine
    assert ENGLISH.answer.at_bound not in forged
    assert "does not support one proposition over the other" in say_likelihood(0.1, known)


def test_weights_without_error_rates_say_so(calibration):
    assert say_likelihood(None, calibration) == say_error_rates(None) == ENGLISH.answer.no_likelihood


def test_error_rates_name_the_set_and_count_every_answer(measured):
    said = say_error_rates(measured)
    for words in ("ten made-up videos", "of 40 genuine files 2 (5 %)", "8 (20 %) INCONCLUSIVE", "30 (75 %) REAL",
                  "of 60 forged files 3 (5 %)", "12 (20 %) INCONCLUSIVE", "45 (75 %) FAKE"):  # fmt: skip
        assert words in said


@pytest.mark.parametrize("code", QualityCode)
def test_every_reason_for_caution_is_a_sentence_with_its_numbers(code):
    said = say_note(QualityNote(code, 0.25, 0.5, 0.75))
    assert said[0].isupper()
    assert said.endswith(".")
    assert "{" not in said
    assert "nan" not in said


def test_reasons_for_caution_are_on_the_page_and_in_the_json(verdict, face, calibration, measured):
    note = QualityNote(QualityCode.FEW_CLIPS, 2.0, low=3.0)
    slow = QualityNote(QualityCode.OUTSIDE_FRAME_RATE, 5.0, 24.0, 30.0)
    one = verdict(dataclasses.replace(face(), notes=(note,)), notes=(slow,))
    said = say_notes(one)
    assert said[0].startswith("Frame rate 5 per second is outside the calibration range (24 to 30).")
    assert said[1].startswith("Face 1: The result is based on few clips: 2;")
    page = render_html(one)
    assert all(sentence in page for sentence in said)
    written = verdict_to_json(one)
    assert written["notes"] == [{"code": "outside_frame_rate", "value": 5.0, "low": 24.0, "high": 30.0, "detail": ""}]
    assert written["faces"][0]["notes"][0]["code"] == "few_clips"
    assert written["in_words"]["notes"] == [said[0]]


def test_likelihood_and_error_rates_stand_on_the_page(verdict, face, calibration, measured):
    made = verdict().provenance
    known = dataclasses.replace(calibration, measured=measured)
    one = verdict(
        dataclasses.replace(face(), log10_lr=0.7),
        log10_lr=0.7,
        provenance=dataclasses.replace(
            made, calibration=known, device_class="a processor", started="2026-01-02T03:04:05"
        ),
    )
    page = render_html(one)
    assert say_likelihood(0.7, known) in page
    page = page.replace(PERCENT, " %")
    assert all(cell in page for cell in ("40 genuine files", "2 (5 %)", "60 forged files", "3 (5 %)", "45 (75 %)"))
    assert ENGLISH.answer.rates_note.partition(".")[0] in page
    assert ENGLISH.answer.genuine in page
    assert "a processor" in page
    assert "2026-01-02T03:04:05" in page
    assert ENGLISH.answer.no_likelihood in render_html(verdict(face()))


@pytest.mark.parametrize(
    ("credentials", "said"),
    [
        (None, "Not checked."),
        (ContentCredentials(CredentialStatus.ABSENT, "r"), "Absent."),
        (ContentCredentials(CredentialStatus.NOT_READ), "pip install"),
        (ContentCredentials(CredentialStatus.NOT_READ, "r", problems=("cut",)), "Not read. Failed checks: cut."),
        (ContentCredentials(CredentialStatus.PRESENT, "r", "Ann", trusted=True), "Signed by Ann. The signer is on"),
        (ContentCredentials(CredentialStatus.INVALID, "r", "Ann", problems=("hash",)), "Failed checks: hash."),
    ],
)
def test_credentials_are_said_beside_the_answer(verdict, face, credentials, said):
    assert said in say_credentials(credentials)
    page = render_html(verdict(face(), credentials=credentials))
    assert ENGLISH.answer.credentials_note in page
