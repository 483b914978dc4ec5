"""Which warnings fail a test: those that code of ours can mend, and no others."""

from __future__ import annotations

import warnings

import pytest


def warn_from(module, category=UserWarning):
    warnings.warn_explicit("said", category, f"{module}.py", 1, module=module)


@pytest.mark.parametrize(
    "module", ["fakestormer.report.pdf", "fakestormer", "tests.unit.test_version", "sklearn.metrics", "torch.optim.sgd"]
)
def test_a_warning_about_our_code_is_an_error(module):
    with pytest.raises(UserWarning, match="said"):
        warn_from(module)


def test_a_file_left_open_is_an_error_wherever_it_was_opened():
    with pytest.raises(ResourceWarning, match="said"):
        warn_from("some_library.files", ResourceWarning)


@pytest.mark.parametrize("module", ["some_library", "torch.cuda", "fakestormer_plugin"])
def test_what_a_library_says_of_itself_or_the_machine_costs_no_test(module):
    with warnings.catch_warnings(record=True) as told:
        warn_from(module)
    assert [str(one.message) for one in told] == ["said"]
