from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakestormer.report.wording import say_path, say_prior, say_probability, say_sentence, say_span, say_time
from fakestormer.types import Calibration, ProbabilityScale, TimeSpan

SCALE = ProbabilityScale(Calibration(1.0, 0.0, 0.1, 0.9, "a test"))
RARE = ProbabilityScale(SCALE.calibration, 0.001)
SPACE = "\N{NO-BREAK SPACE}"


@given(st.floats(0, 1))
def test_no_probability_is_said_to_be_certain(probability):
    said = say_probability(probability, SCALE)
    assert not said.startswith(("0 ", "0" + SPACE, "100"))
    assert float(said.replace("%", "").replace("under", "").replace("over", "")) > 0


@pytest.mark.parametrize(
    ("probability", "said"),
    [(0.0, "under 1 %"), (0.004, "under 1 %"), (0.421, "42 %"), (0.9999, "over 99 %"), (1.0, "over 99 %")],
)
def test_probabilities_are_whole_percents_within_what_can_be_supported(probability, said):
    assert say_probability(probability, SCALE).replace(SPACE, " ") == said


@pytest.mark.parametrize(("probability", "said"), [(0.896, "89.6 %"), (0.8997, "89.97 %"), (0.104, "10.4 %")])
def test_rounding_never_carries_a_probability_over_a_threshold(probability, said):
    assert say_probability(probability, SCALE).replace(SPACE, " ") == said


@pytest.mark.parametrize(("probability", "said"), [(0.00275, "0.3 %"), (0.0088, "0.88 %"), (0.00005, "0.01 %")])
def test_at_a_low_prior_small_probabilities_are_said_on_their_side_of_the_thresholds(probability, said):
    assert say_probability(probability, RARE).replace(SPACE, " ") == said


def test_the_prior_is_named():
    assert say_prior(0.5) == "equal priors"
    assert say_prior(0.01).replace(SPACE, " ") == "prior 1 %"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.0, "0:00.0"), (4.24, "0:04.2"), (59.96, "1:00.0"), (754.0, "12:34.0"), (3723.5, "1:02:03.5")],
)
def test_times_are_said_as_a_player_shows_them(seconds, said):
    assert say_time(seconds) == said


def test_a_span_says_from_and_to():
    assert say_span(TimeSpan(1.0, 2.5)).replace(SPACE, " ") == "0:01.0 \N{EN DASH} 0:02.5"


def test_a_path_of_odd_bytes_can_be_said():
    assert say_path("a\udcff.mp4") == r"a\xff.mp4"


@pytest.mark.parametrize(("words", "said"), [("no face", "No face."), ("Done.", "Done."), ("", "")])
def test_reasons_become_sentences(words, said):
    assert say_sentence(words) == said
